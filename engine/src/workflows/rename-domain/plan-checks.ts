import type { BenchFacts } from '../../bench/bench-facts.ts'
import type { PlanCheck } from '../../execution/plan.ts'
import type { NginxServer } from '../../services/nginx/nginx-facts.ts'
import { flagsBefore, type StepInput } from './plan-steps.ts'

export interface CheckInput extends StepInput {
  diskBytesNeeded: number
  diskFormula: string
  /** Tables the rewrite touches: what `--deep` expects to differ. */
  plannedTables: string[]
}

/** Frappe 16 goes on answering from cached configuration for up to a minute (frappe/config.py). */
const patience = (facts: BenchFacts): number => (Number.parseInt(facts.frappeVersion ?? '0', 10) >= 16 ? 75 : 20)

const LOOPBACK = '127.0.0.1'

/** The listen address of the site's block, to be asked from this machine. */
function proxyPlace(servers: NginxServer[], host: string, tls: boolean): { address: string; port: number } | null {
  for (const server of servers) {
    if (!server.names.some((name) => name.value.toLowerCase() === host)) continue
    const listen = server.listens.find((one) => one.tls === tls && !one.address?.startsWith('unix:'))
    if (!listen) continue
    const anywhere = listen.address === null || ['*', '0.0.0.0', '[::]', '::'].includes(listen.address)
    return { address: anywhere ? LOOPBACK : (listen.address ?? LOOPBACK), port: listen.port }
  }
  return null
}

interface Doors {
  proxy: { address: string; port: number; tls: boolean } | null
  direct: { address: string; port: number } | null
}

/** Where the site is asked before (by its old name) and after (by its new one). */
function doorsOf({ facts, names, nginx }: CheckInput): Doors {
  const servers = facts.nginx?.master && nginx ? facts.nginx.servers : []
  const plainProxy = proxyPlace(servers, names.source.host, false)
  const tlsProxy = proxyPlace(servers, names.source.host, true)
  const web = facts.ports.find((port) => port.purpose === 'webserver_port' && port.listening)
  return {
    proxy: tlsProxy ? { ...tlsProxy, tls: true } : plainProxy ? { ...plainProxy, tls: false } : null,
    // A directory that keeps its name is known to the web server by that name alone.
    direct: web ? { address: LOOPBACK, port: web.port } : null,
  }
}

const check = (id: string, phase: PlanCheck['phase'], params: unknown = {}): PlanCheck => ({
  id,
  phase,
  params: JSON.parse(JSON.stringify(params)),
})

/** Questions asked before anything is touched, and again as proof. */
export function planChecks(input: CheckInput): PlanCheck[] {
  const before = 'pre_migration_checks'
  const { diskBytesNeeded, diskFormula, facts } = input
  return [
    check('rights', before, rightsOf(input)),
    check('disk-space', before, { bytesNeeded: diskBytesNeeded, path: facts.path, formula: diskFormula }),
    ...standing(before),
    ...answers(input, 'before'),
    ...standing('verify_migration'),
    ...proof(input),
    ...answers(input, 'after'),
    ...redirectOf(input),
  ]
}

/** Asked before as the baseline, and after. */
const standing = (phase: PlanCheck['phase']): PlanCheck[] =>
  ['database-reachable', 'redis-reachable', 'auth-decryption', 'files-of-rows', 'configuration-parses'].map((id) =>
    check(id, phase),
  )

function answers(input: CheckInput, when: 'before' | 'after'): PlanCheck[] {
  const { facts, names } = input
  const { proxy, direct } = doorsOf(input)
  const phase = when === 'before' ? 'pre_migration_checks' : 'verify_migration'
  const hostName = when === 'before' ? names.source.host : names.target
  const patienceSeconds = when === 'before' ? 0 : patience(facts)
  const directName = when === 'after' && names.directory ? names.directory.to : names.site.name
  return [
    ...(proxy ? [check('http-proxy', phase, { hostName, ...proxy, patienceSeconds })] : []),
    ...(direct ? [check('http-direct', phase, { hostName: directName, ...direct, tls: false, patienceSeconds })] : []),
    ...(proxy?.tls ? [check('https', phase, { hostName, address: proxy.address, port: proxy.port })] : []),
  ]
}

function proof({ facts, names, request, targets, plannedTables }: CheckInput): PlanCheck[] {
  const phase = 'verify_migration'
  const rewrites = names.hosts.length > 0 && targets.length > 0
  const oldDirectory = names.directory ? `${facts.path}/sites/${names.directory.from}` : null
  return [
    ...(rewrites
      ? [
          check('planned-cells', phase, { steps: ['rewrite-rows', 'rewrite-remainder'] }),
          check('no-occurrence-left', phase, { step: 'rewrite-remainder' }),
        ]
      : []),
    ...(request.deep
      ? [check('deep-digest', phase, { before: 'digest-before', after: 'digest-after', planned: plannedTables })]
      : []),
    check('flags-restored', phase, { flags: flagsBefore(names) }),
    check('no-leftover-directory', phase, { oldDirectory }),
  ]
}

function redirectOf(input: CheckInput): PlanCheck[] {
  const redirect = input.nginx?.request.redirect
  const { proxy } = doorsOf(input)
  if (!redirect || !proxy) return []
  return [check('redirect', 'verify_migration', { oldName: input.names.source.host, toUrl: redirect.toUrl, ...proxy })]
}

function rightsOf({ facts, names, siteConfig, commonConfig, textFiles, nginx, privileged }: CheckInput) {
  const files = [
    ...textFiles.filter((file) => file.kind !== 'user-crontab').map((file) => file.path),
    ...(nginx?.files ?? []).map((file) => file.path),
  ]
  const own = [
    ...(names.directory ? [`${facts.path}/sites`] : []),
    names.site.config.path,
    ...(siteConfig.length ? [names.site.path] : []),
    ...(commonConfig.length ? [facts.commonConfig.path] : []),
  ]
  const reload = nginx?.files.length && facts.nginx?.master?.userId === 0 ? ['nginx -t and its reload'] : []
  return {
    writable: [...new Set([...own, ...files.filter((file) => !privileged(file))])],
    privileged: [...files.filter((file) => privileged(file)), ...reload],
  }
}

import type { BenchFacts } from '../../bench/bench-facts.ts'
import type { PlanCheck } from '../../execution/plan.ts'
import { answersOfSite, proxyOf } from '../site-answers.ts'
import { flagsBefore, type StepInput } from './plan-steps.ts'
import { commandOf } from './rename-command.ts'
import { NGINX_AS_ROOT } from './root-actions.ts'

export interface CheckInput extends StepInput {
  diskBytesNeeded: number
  diskFormula: string
  /** Tables the rewrite touches: what `--deep` expects to differ. */
  plannedTables: string[]
}

/** Frappe 16 goes on answering from cached configuration for up to a minute (frappe/config.py). */
const patience = (facts: BenchFacts): number => (Number.parseInt(facts.frappeVersion ?? '0', 10) >= 16 ? 75 : 20)

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

function answers({ facts, names }: CheckInput, when: 'before' | 'after'): PlanCheck[] {
  const phase = when === 'before' ? 'pre_migration_checks' : 'verify_migration'
  return answersOfSite(facts, phase, {
    site: names.site,
    hostName: when === 'before' && names.again === undefined ? names.source.host : names.target,
    servedAs: names.again ? names.target : names.source.host,
    directory: when === 'after' && names.directory ? names.directory.to : names.site.name,
    patienceSeconds: when === 'before' ? 0 : patience(facts),
  })
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
  if (!redirect) return []
  return [redirect.from, ...(redirect.also ?? [])].flatMap((oldName) => {
    const proxy = proxyOf(input.facts, input.names.site, oldName)
    return proxy ? [check('redirect', 'verify_migration', { oldName, toUrl: redirect.toUrl, ...proxy })] : []
  })
}

function rightsOf(input: CheckInput) {
  const { facts, names, siteConfig, commonConfig, textFiles, nginx, privileged } = input
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
  const reload = nginx?.files.length && facts.nginx?.master?.userId === 0 ? [NGINX_AS_ROOT] : []
  return {
    writable: [...new Set([...own, ...files.filter((file) => !privileged(file))])],
    privileged: [...files.filter((file) => privileged(file)).map((file) => `write ${file}`), ...reload],
    asRoot: `sudo ${commandOf({ ...input.request, target: names.target }, facts.path)}`,
  }
}

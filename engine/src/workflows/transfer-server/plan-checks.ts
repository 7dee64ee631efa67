import type { PlanCheck } from '../../execution/plan.ts'
import { planServeSite } from '../../services/nginx/plan-serve.ts'
import { ServeRequest } from '../../services/nginx/serve-request.ts'
import { at, plannedCheck as check } from '../planned-step.ts'
import { answersOfSite } from '../site-answers.ts'
import { needsMigrate } from './findings-versions.ts'
import type { TransferInput } from './input.ts'
import { keepsQuiet, openedFlags } from './site-keys.ts'
import { ID } from './steps-beside.ts'

/** Frappe 16 goes on answering from cached configuration for up to a minute (frappe/config.py). */
const patience = (version: string | null): number => (Number.parseInt(version ?? '0', 10) >= 16 ? 75 : 20)

interface Disk {
  bytesNeeded: number
  formula: string
}

/** Questions before anything is made, before the switch, and as proof afterwards. */
export function transferChecks(input: TransferInput, disk: Disk): PlanCheck[] {
  return [...beforehand(input, disk), ...beforeTheSwitch(input), ...proof(input)]
}

function beforehand(input: TransferInput, disk: Disk): PlanCheck[] {
  const phase = 'pre_migration_checks'
  const { source, target, request } = input
  return [
    rights(input, 'target', [`${target.facts.path}/sites`]),
    ...(request.clone || request.rehearse ? [] : [rights(input, 'source', [source.site.config.path])]),
    at('target', check('disk-space', phase, { ...disk, path: target.facts.path })),
    at('source', check('database-reachable', phase)),
    at('target', check('redis-reachable', phase)),
    ...answersAtSource(input, phase),
  ]
}

function rights({ visitors }: TransferInput, side: 'source' | 'target', own: string[]): PlanCheck {
  return at(
    side,
    check('rights', 'pre_migration_checks', {
      writable: [...own, ...visitors.writable[side]],
      privileged: visitors.privileged[side],
    }),
  )
}

function answersAtSource(input: TransferInput, phase: PlanCheck['phase']): PlanCheck[] {
  const { facts, site } = input.source
  return answersOfSite(facts, phase, {
    ...{ site, hostName: publicName(input), directory: site.name, patienceSeconds: 0 },
  }).map((planned) => at('source', planned))
}

/** The name visitors use: host_name, else one that nginx serves, else the directory's. */
export function publicName({ source, name }: TransferInput): string {
  if (name !== source.site.name) return name
  const from = (kind: string) => source.site.names.find((one) => one.sources.some((where) => where.from === kind))?.host
  return from('host_name') ?? from('nginx') ?? name
}

/** What `bench migrate` of a newer version may put into the copy, or take out of it, is no difference of the copy. */
function beforeTheSwitch(input: TransferInput): PlanCheck[] {
  const phase = 'update_configurations'
  const { request } = input
  return [
    at('target', check('same-tables', phase, { madeBy: ID.database, depth: 'names', live: false, without: [] })),
    at(
      'target',
      check('restored-secrets', phase, {
        before: { madeBy: ID.database, keyBy: ID.key },
        accepted: request.acceptUndecryptable,
        source: true,
      }),
    ),
  ]
}

function proof(input: TransferInput): PlanCheck[] {
  const phase = 'verify_migration'
  const { request, target } = input
  const migrated = needsMigrate(input).length > 0
  const whole = migrated
    ? []
    : [at('target', check('same-tables', phase, { madeBy: null, depth: 'whole', live: true, without: [] }))]
  if (request.rehearse) return whole
  const apps = target.facts.apps.map(({ name, version }) => ({ name, version }))
  const atTarget = [
    check('database-reachable', phase),
    check('redis-reachable', phase),
    check('configuration-parses', phase),
    check('apps-on-bench', phase, { apps }),
    check('restored-secrets', phase, { before: null, accepted: request.acceptUndecryptable, source: true }),
    check('files-of-rows', phase),
    check('flags-restored', phase, { flags: openedFlags(input) }),
    check('no-leftover-directory', phase, { oldDirectory: null }),
    ...answersAtTarget(input),
  ].map((planned) => at('target', planned))
  const off = schedulerIsOff(input)
  const wanted = request.clone ? (off ? 'none' : 'source') : keepsQuiet(input) || off ? 'none' : 'target'
  return [
    ...whole,
    ...atTarget,
    check('one-scheduler', phase, { wanted }),
    ...(input.visitors.forward === null ? [] : answersAtSource(input, phase).filter(({ id }) => id === 'http-proxy')),
  ]
}

/** Whether the site, or its bench, has scheduled jobs off already. */
function schedulerIsOff({ source }: TransferInput): boolean {
  const config = { ...source.facts.commonConfig.value, ...source.site.config.value }
  return ['maintenance_mode', 'pause_scheduler', 'disable_scheduler'].some((key) => Boolean(config[key]))
}

/** Where the target's nginx will answer for the site; the survey of before does not know the block that is yet to be written. */
export function doorOf({ target, visitors }: TransferInput): { address: string; port: number; tls: boolean } | null {
  const { nginx } = target.facts
  const request = ServeRequest.safeParse(visitors.serve?.request)
  if (nginx === null || !request.success) return null
  const { ports } = planServeSite(nginx, request.data)
  const port = ports.tls ?? ports.plain
  if (port === null) return null
  const listens = nginx.servers.flatMap((server) => server.listens).filter((listen) => listen.port === port)
  const anywhere = listens.length === 0 || listens.some(({ address }) => address === null || address === '::')
  const address = anywhere ? '127.0.0.1' : (listens[0]?.address ?? '127.0.0.1')
  return { address, port, tls: ports.tls !== null }
}

/** The login page from the web server itself, and through nginx where it serves the site; realtime. */
function answersAtTarget(input: TransferInput): PlanCheck[] {
  const door = doorOf(input)
  const phase = 'verify_migration'
  const { facts } = input.target
  const patienceSeconds = patience(facts.frappeVersion)
  const hostName = publicName(input)
  const asked = { site: { names: [] }, hostName, directory: input.name, patienceSeconds }
  const socket = facts.ports.find(({ purpose }) => purpose === 'socketio_port')
  return [
    ...answersOfSite(facts, phase, asked),
    ...(door === null
      ? []
      : [
          check('http-proxy', phase, { hostName, ...door, patienceSeconds, asset: true }),
          ...(door.tls ? [check('https', phase, { hostName, address: door.address, port: door.port })] : []),
        ]),
    ...(socket === undefined
      ? []
      : [
          check('realtime', phase, {
            ...{ hostName, door, port: socket.port, listening: socket.listening },
            benchRuns: facts.servedBy !== 'none',
          }),
        ]),
  ]
}

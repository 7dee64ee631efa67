import type { AnyChange } from '../../changes/change.ts'
import { changeKinds } from '../../changes/registry.ts'
import { emptyPreview, type Plan, type PlannedPlace } from '../../execution/plan.ts'
import { transferBinding } from './binding.ts'
import { serverFindings } from './findings-servers.ts'
import { sideFindings } from './findings-sides.ts'
import { needsMigrate, versionFindings } from './findings-versions.ts'
import type { SideFacts, TransferInput } from './input.ts'
import { transferChecks } from './plan-checks.ts'
import { diskFindings, diskNeeds } from './plan-disk.ts'
import { transferPreview } from './plan-preview.ts'
import { transferSteps } from './plan-steps.ts'
import { THIS_MACHINE } from './request.ts'
import { keepsQuiet } from './site-keys.ts'

type Kinds = ReadonlyMap<string, Pick<AnyChange, 'describe' | 'undo'>>

/** Facts of both sides in, plan out: pure. */
export function planTransfer(input: TransferInput, kinds: Kinds = changeKinds): Plan {
  const { request, source, target, name } = input
  const disk = diskNeeds(input)
  const [first = { needed: 0, formula: '' }] = disk
  const downtime = downtimeOf(input)
  return {
    format: 1,
    command: request.clone ? 'clone-site' : 'transfer-server',
    createdAt: input.now.toISOString(),
    benchPath: target.facts.path,
    site: { oldName: source.site.name, newName: name, oldDirectory: name, newDirectory: name, isNew: true },
    places: { source: placeOf(source, source.site.name), target: placeOf(target, name) },
    ...(request.rehearse ? { rehearsal: true as const } : {}),
    request: JSON.parse(JSON.stringify(request)),
    binding: transferBinding(input),
    steps: transferSteps(input, kinds),
    checks: transferChecks(input, { bytesNeeded: first.needed, formula: first.formula }),
    preview: {
      ...emptyPreview(),
      transfer: transferPreview(input, disk),
      services: servicesTold(input),
      manual: manualSteps(input),
      downtimeSeconds: downtime.seconds,
      downtimeBasis: downtime.basis,
      diskBytesNeeded: first.needed,
      diskBytesFree: target.diskBytesFree,
      diskFormula: first.formula,
    },
    findings: [
      ...versionFindings(input),
      ...serverFindings(input),
      ...sideFindings(input),
      ...input.visitors.findings,
      ...diskFindings(input),
    ],
  }
}

const placeOf = ({ server, facts }: SideFacts, directory: string): PlannedPlace => ({
  server: server === '' ? THIS_MACHINE : server,
  benchPath: facts.path,
  directory,
})

/** From maintenance on at the source to maintenance off at the target: rows and files caught up, keys proven. */
const WINDOW_SECONDS = 10
/** Frappe 16 goes by a configuration it read up to a minute ago (frappe/config.py). */
const CACHED_SECONDS = 60
/** Of a table without a key, copied whole; a careful figure for a disk of a small server. */
const BYTES_A_SECOND = 30 * 1024 * 1024
/** `bench migrate` of an ERPNext site within one major version; rehearsing measures it. */
const MIGRATE_SECONDS = 120

function downtimeOf(input: TransferInput): { seconds: number; basis: string } {
  const { source, request } = input
  if (request.clone) return { seconds: 0, basis: 'the source goes on' }
  if (request.rehearse)
    return { seconds: 0, basis: 'a rehearsal: the source goes on, everything is taken back, the time is measured' }
  const cached = Number.parseInt(source.facts.frappeVersion ?? '0', 10) >= 16
  const whole = source.database.tables
    .filter(({ primaryKey }) => primaryKey.length === 0)
    .reduce((sum, { dataBytes }) => sum + dataBytes, 0)
  const migrates = needsMigrate(input).length > 0
  const parts = [
    { seconds: WINDOW_SECONDS, basis: 'the last changed rows and files, keys proven, nginx' },
    ...(cached ? [{ seconds: CACHED_SECONDS, basis: 'Frappe 16 keeps its configuration for a minute' }] : []),
    ...(whole > BYTES_A_SECOND ? [{ seconds: Math.ceil(whole / BYTES_A_SECOND), basis: 'tables without a key' }] : []),
    ...(migrates ? [{ seconds: MIGRATE_SECONDS, basis: 'bench migrate, a guess' }] : []),
  ]
  return {
    seconds: parts.reduce((sum, part) => sum + part.seconds, 0),
    basis: `${parts.map((part) => part.basis).join(' + ')}; --rehearse measures it`,
  }
}

function servicesTold(input: TransferInput): string[] {
  const { source, name, request } = input
  if (request.rehearse) return ['nothing is switched; a copy is made, measured and taken back']
  if (request.clone) return [`the site ${source.site.name} goes on as it is; ${name} is opened, quiet`]
  return [
    `the site ${source.site.name} at the source: maintenance on and scheduler paused; it stays so, intact, until rollback or cleanup`,
    `the site ${name} at the target: off until the proof, then opened${keepsQuiet(input) ? ', quiet' : ' as it was'}`,
  ]
}

function manualSteps(input: TransferInput): string[] {
  const { request, name, target } = input
  if (request.rehearse) return []
  const serve =
    target.facts.nginx === null ? [`Serve ${name} at the target: no nginx does (bench setup production).`] : []
  if (request.clone) return serve
  const { forward } = input.visitors
  return [
    `Lower the TTL of the DNS record of ${name} now; when the move is done, point it to the target${forward === null ? ' at once: nothing at the source hands visitors on' : ''}.`,
    'Allow the new address where the old one is listed: mail server (SPF, relay), payment providers, firewalls, databases that are asked.',
    'Cron jobs, backups to elsewhere and monitoring of the source are not moved: set them up at the target.',
    ...serve,
  ]
}

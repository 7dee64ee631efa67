import type { PlanCheck } from '../../execution/plan.ts'
import { plannedCheck as check } from '../planned-step.ts'
import { answersOfSite } from '../site-answers.ts'
import type { RestoreInput } from './input.ts'
import { flagsBefore, KEY_BY, MADE_BY } from './plan-steps.ts'

/** Frappe 16 goes on answering from cached configuration for up to a minute (frappe/config.py). */
const patience = (version: string | null): number => (Number.parseInt(version ?? '0', 10) >= 16 ? 75 : 20)

/** Questions before anything is made, before the switch, and as proof afterwards. */
export function restoreChecks(input: RestoreInput, disk: { bytesNeeded: number; formula: string }): PlanCheck[] {
  const { facts, target } = input
  const before = 'pre_migration_checks'
  const proof = 'verify_migration'
  return [
    check('rights', before, { writable: writablePlaces(input), privileged: [] }),
    check('disk-space', before, { ...disk, path: facts.path }),
    check('redis-reachable', before),
    ...answers(input, before),
    check('restored-content', 'backup_current_state', { madeBy: MADE_BY, ...content(input) }),
    check('restored-secrets', 'backup_current_state', {
      before: { madeBy: MADE_BY, keyBy: KEY_BY },
      accepted: input.request.acceptUndecryptable,
    }),
    check('database-reachable', proof),
    check('redis-reachable', proof),
    check('configuration-parses', proof),
    check('restored-content', proof, { madeBy: null, ...content(input) }),
    check('restored-secrets', proof, { before: null, accepted: input.request.acceptUndecryptable }),
    check('files-of-rows', proof),
    ...answers(input, proof),
    ...(target.kind === 'existing'
      ? [check('flags-restored', proof, { flags: flagsBefore(target.site.config.value ?? {}) })]
      : []),
    check('no-leftover-directory', proof, { oldDirectory: null }),
  ]
}

function content({ backup }: RestoreInput) {
  const { dump } = backup.database
  return {
    rows: Object.fromEntries((dump?.tables ?? []).map(({ name, rows }) => [name, rows])),
    views: dump?.views ?? [],
    triggers: dump?.triggers ?? [],
    sequences: dump?.sequences ?? [],
    routines: dump?.routines ?? [],
  }
}

function writablePlaces({ facts, target }: RestoreInput): string[] {
  if (target.kind === 'new') return [`${facts.path}/sites`]
  return [target.site.config.path, target.directory]
}

function answers(input: RestoreInput, phase: PlanCheck['phase']): PlanCheck[] {
  const { facts, target } = input
  const patienceSeconds = phase === 'verify_migration' ? patience(facts.frappeVersion) : 0
  if (target.kind === 'existing') {
    return answersOfSite(facts, phase, {
      ...{ site: target.site, hostName: publicName(input) ?? target.name, directory: target.name, patienceSeconds },
    })
  }
  if (phase !== 'verify_migration') return []
  const site = { names: [] }
  return answersOfSite(facts, phase, { site, hostName: target.name, directory: target.name, patienceSeconds })
}

/** The name visitors use: host_name, else one that nginx serves. */
function publicName({ target }: RestoreInput): string | null {
  if (target.kind !== 'existing') return null
  const from = (source: string) =>
    target.site.names.find((name) => name.sources.some((one) => one.from === source))?.host
  return from('host_name') ?? from('nginx') ?? null
}

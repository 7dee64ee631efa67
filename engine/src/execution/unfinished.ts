import { MigratorError } from '../host/errors.ts'
import type { Host } from '../host/host.ts'
import { mayTouch, readRuns } from './all-runs.ts'
import { refuseUnfinishedElsewhere } from './elsewhere.ts'
import type { Plan } from './plan.ts'
import { isPastReturn } from './retire.ts'
import type { RunSummary } from './run-directory.ts'
import { benchHome, type RunHome } from './run-home.ts'
import { whatOf } from './run-words.ts'

const unfinishedStates = new Set(['planned', 'running', 'attention', 'rolling-back'])

/**
 * Begun and neither finished nor taken back. A run killed before its first journal line touched nothing; a cleanup is finished only
 * when it has retired itself, as its last deed.
 */
export const isUnfinished = ({ state, plan, lines }: RunSummary): boolean =>
  lines.length > 0 && (unfinishedStates.has(state) || (plan.command === 'cleanup' && state === 'done'))

/** The unfinished runs of a home, oldest first. */
export async function unfinishedRuns(home: RunHome): Promise<RunSummary[]> {
  const { runs } = await readRuns(home)
  return runs.filter(isUnfinished)
}

/**
 * Whether a bench is at rest, as far as its own runs tell and those that are kept elsewhere.
 * @throws MigratorError `unfinished-run`
 */
export async function refuseUnfinished(host: Host, benchPath: string): Promise<void> {
  await refuseUnfinishedElsewhere(host, benchPath)
  const [first] = (await readRuns(benchHome(benchPath), host)).runs.filter(isUnfinished)
  if (!first) return
  const { run, plan, state } = first
  const back = isPastReturn(first) ? '' : `. Or take it back: frappe-migrator rollback --run ${run.id}`
  throw new MigratorError({
    code: 'unfinished-run',
    kind: 'refused',
    message: `An earlier run is not finished: ${run.id} (${whatOf(plan)}, ${state}).`,
    evidence: host.name === 'local' ? run.path : `${host.name}:${run.path}`,
    untouched: 'Nothing was changed.',
    hint: `Finish it${host.name === 'local' ? '' : ` on ${host.name}`}: frappe-migrator resume --run ${run.id}${back}`,
  })
}

/** @throws MigratorError the damage, when a run of the same site that cannot be read may have stopped half way */
export async function refuseDamaged(host: Host, benchPath: string, { site }: Plan): Promise<void> {
  const { damaged } = await readRuns(benchHome(benchPath), host)
  const found = damaged.find((run) => mayTouch(run, site))
  if (found) throw found.problem
}

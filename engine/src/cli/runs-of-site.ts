import { canonicalHost } from '../bench/host-name.ts'
import { type DamagedRun, readAnyRun, readRuns } from '../execution/all-runs.ts'
import type { Plan } from '../execution/plan.ts'
import { retiredBy } from '../execution/retire.ts'
import type { RunSummary } from '../execution/run-directory.ts'
import { MigratorError } from '../host/errors.ts'
import { renderRuns } from '../report/render-runs.ts'
import { plainStyle } from '../report/style.ts'

interface Wanted {
  site?: string
  run?: string
}

export interface BenchRuns {
  /** Every run of the bench, oldest first. */
  all: RunSummary[]
  /** Those that cannot be read and may be of that site. */
  damaged: DamagedRun[]
  /** Those of the site that was named; all where none was. */
  chosen: RunSummary[]
  /** The one named with `--run`; null where none was. */
  named: RunSummary | DamagedRun | null
}

/**
 * The runs a command is about. A site is known by the names and directories its runs gave it: it need not be there any more.
 * @throws MigratorError `run-not-found`, `no-run-of-site`
 */
export async function runsOfSite(benchPath: string, { site, run }: Wanted): Promise<BenchRuns> {
  const { runs: all, damaged: everyDamaged } = await readRuns(benchPath)
  const damaged = everyDamaged.filter(({ plan }) => plan === null || site === undefined || isOf(plan, site))
  const named = run === undefined ? null : await readAnyRun(benchPath, run)
  if (site === undefined || (all.length === 0 && named === null)) return { all, damaged, chosen: all, named }
  if (named && damaged.some((one) => one.run.id === named.run.id)) return { all, damaged, chosen: [], named }
  const chosen = all.filter((one) => concerns(one, site, all))
  if (chosen.length > 0 && (named === null || chosen.some((one) => one.run.id === named.run.id)))
    return { all, damaged, chosen, named }
  throw new MigratorError({
    code: 'no-run-of-site',
    kind: 'usage',
    message: named ? `Run ${named.run.id} is not one of site ${site}.` : `No run of this bench is one of site ${site}.`,
    evidence: `the runs of this bench:\n${renderRuns(all, plainStyle)}`,
    untouched: 'Nothing was changed.',
    hint: 'Give --site the name of the site before or after the run, or leave it away and name the run with --run.',
  })
}

/** The run that was named, for a command that needs all of its record. */
export function readable(named: BenchRuns['named']): RunSummary | null {
  if (named?.state === 'damaged') throw named.problem
  return named
}

function concerns(run: RunSummary, site: string, all: RunSummary[]): boolean {
  if (run.plan.command === 'cleanup') {
    const retired = retiredBy(run.plan)
    return all.some((other) => retired.includes(other.run.id) && concerns(other, site, all))
  }
  return isOf(run.plan, site)
}

/** Whether a plan is about the site of this name, before or after, in whatever spelling. */
export function isOf({ site }: Plan, name: string): boolean {
  const { oldName, newName, oldDirectory, newDirectory } = site
  return [oldName, newName, oldDirectory, newDirectory].some((one) => canonicalHost(one) === canonicalHost(name))
}

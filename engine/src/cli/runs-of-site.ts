import { canonicalHost } from '../bench/host-name.ts'
import { type DamagedRun, readAnyRun, readRuns } from '../execution/all-runs.ts'
import { type Elsewhere, readElsewhere, wayTo } from '../execution/elsewhere.ts'
import type { Plan, SitePlace } from '../execution/plan.ts'
import { retiredBy } from '../execution/retire.ts'
import type { RunSummary } from '../execution/run-directory.ts'
import { benchHome, type RunHome, userHome } from '../execution/run-home.ts'
import { MigratorError } from '../host/errors.ts'
import { renderRuns } from '../report/render-runs.ts'
import { plainStyle } from '../report/style.ts'
import type { RunsSession } from './session.ts'

interface Wanted {
  site?: string
  run?: string
}

export interface BenchRuns {
  /** Every run of the bench, and of those over several places what this user keeps of them, oldest first. */
  all: RunSummary[]
  /** Those that cannot be read and may be of that site. */
  damaged: DamagedRun[]
  /** Those of the site that was named; all where none was. */
  chosen: RunSummary[]
  /** The one named with `--run`; null where none was. */
  named: RunSummary | DamagedRun | null
  /** Of the site, kept on another machine or by another user. */
  elsewhere: Elsewhere[]
}

/** The runs of a bench and those over several places that this user keeps; without a bench the latter alone. */
export async function knownRuns({
  host,
  benchPath,
}: RunsSession): Promise<Pick<BenchRuns, 'all' | 'damaged' | 'elsewhere'>> {
  const mine = await readRuns(userHome())
  if (benchPath === null) return { all: mine.runs, damaged: mine.damaged, elsewhere: [] }
  const own = await readRuns(benchHome(benchPath))
  const touches = ({ plan }: { plan: Plan | null }) =>
    Object.values(plan?.places ?? {}).some((place) => place.server === 'local' && place.benchPath === benchPath)
  const [runs, damaged] = [mine.runs.filter(touches), mine.damaged.filter(touches)]
  const kept = new Set([...runs, ...damaged].map(({ run }) => run.id))
  return {
    all: [...own.runs, ...runs].sort(byAge),
    damaged: [...own.damaged, ...damaged].sort(byAge),
    elsewhere: (await readElsewhere(host, benchPath)).filter(({ run }) => !kept.has(run)),
  }
}

const byAge = (one: { run: { id: string } }, other: { run: { id: string } }): number =>
  one.run.id < other.run.id ? -1 : 1

/**
 * The runs a command is about. A site is known by the names and directories its runs gave it: it need not be there any more.
 * @throws MigratorError `run-not-found`, `run-elsewhere`, `no-run-of-site`
 */
export async function runsOfSite(session: RunsSession, { site, run }: Wanted, command: string): Promise<BenchRuns> {
  const { all, damaged: everyDamaged, elsewhere: everyElsewhere } = await knownRuns(session)
  const damaged = everyDamaged.filter(({ plan }) => plan === null || site === undefined || isOf(plan, site))
  const elsewhere = everyElsewhere.filter((one) => site === undefined || isOf(one, site))
  const named =
    run === undefined ? null : await namedRun(session, run, [...all, ...everyDamaged], everyElsewhere, command)
  if (site === undefined || (all.length === 0 && named === null)) return { all, damaged, chosen: all, named, elsewhere }
  if (named && damaged.some((one) => one.run.id === named.run.id)) return { all, damaged, chosen: [], named, elsewhere }
  const chosen = all.filter((one) => concerns(one, site, all))
  if (chosen.length > 0 && (named === null || chosen.some((one) => one.run.id === named.run.id)))
    return { all, damaged, chosen, named, elsewhere }
  throw new MigratorError({
    code: 'no-run-of-site',
    kind: 'usage',
    message: named ? `Run ${named.run.id} is not one of site ${site}.` : `No run of this bench is one of site ${site}.`,
    evidence: `the runs of this bench:\n${renderRuns(all, plainStyle)}`,
    untouched: 'Nothing was changed.',
    hint: 'Give --site the name of the site before or after the run, or leave it away and name the run with --run.',
  })
}

async function namedRun(
  { benchPath }: RunsSession,
  id: string,
  known: readonly (RunSummary | DamagedRun)[],
  elsewhere: readonly Elsewhere[],
  command: string,
): Promise<RunSummary | DamagedRun> {
  const found = known.find(({ run }) => run.id === id)
  if (found) return found
  const pointer = elsewhere.find(({ run }) => run === id)
  if (pointer) throw await keptElsewhere(pointer, command)
  const home: RunHome = benchPath === null ? userHome() : benchHome(benchPath)
  return readAnyRun(home, id)
}

/** What a command cannot do here, and where it can. */
export const keptElsewhere = async (pointer: Elsewhere, command: string): Promise<MigratorError> =>
  new MigratorError({
    code: 'run-elsewhere',
    kind: 'usage',
    message: `Run ${pointer.run} (${pointer.what}) is kept on ${pointer.machine.name} by ${pointer.user}.`,
    evidence: pointer.directory,
    untouched: 'Nothing was changed.',
    hint: await wayTo(pointer, command),
  })

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
export function isOf({ site }: { site: SitePlace }, name: string): boolean {
  const { oldName, newName, oldDirectory, newDirectory } = site
  return [oldName, newName, oldDirectory, newDirectory].some((one) => canonicalHost(one) === canonicalHost(name))
}

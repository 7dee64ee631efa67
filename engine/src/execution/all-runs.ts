import { MigratorError } from '../host/errors.ts'
import type { Host } from '../host/host.ts'
import { systemCode } from '../host/local/files.ts'
import { localHost } from '../host/local/index.ts'
import { JournalLine, type RunState } from './journal.ts'
import { Plan, type SitePlace } from './plan.ts'
import { listRuns, type RunDirectory, type RunSummary, readRun, runDirectory } from './run-directory.ts'
import type { RunHome } from './run-home.ts'

/** A run whose journal or plan cannot be read. Only what is asked of this run itself fails. */
export interface DamagedRun {
  run: RunDirectory
  state: 'damaged'
  /** null when the plan cannot be read either. */
  plan: Plan | null
  /** The last state that can still be read. */
  lastState: RunState | null
  problem: MigratorError
}

/**
 * All runs of a home, oldest first, those that cannot be read apart.
 * @param host where the home is, when it is that of a bench on another machine
 */
export async function readRuns(
  home: RunHome,
  host: Host = localHost(),
): Promise<{ runs: RunSummary[]; damaged: DamagedRun[] }> {
  const all = await Promise.all((await listRuns(home, host)).map((id) => readAnyRun(home, id, host)))
  return {
    runs: all.filter((run): run is RunSummary => run.state !== 'damaged'),
    damaged: all.filter((run): run is DamagedRun => run.state === 'damaged'),
  }
}

/**
 * One run, however much of it can be read.
 * @throws MigratorError `run-not-found`
 */
export async function readAnyRun(
  home: RunHome,
  id: string,
  host: Host = localHost(),
): Promise<RunSummary | DamagedRun> {
  try {
    return await readRun(home, id, host)
  } catch (error) {
    if (!(error instanceof MigratorError) || error.code === 'run-not-found') throw error
    const run = runDirectory(home, id)
    const plan = Plan.safeParse(parsed(await textOf(host, run.plan))).data ?? null
    const states = (await textOf(host, run.journal)).split('\n').flatMap((line) => {
      const { data } = JournalLine.safeParse(parsed(line))
      return data?.type === 'state' ? [data.state] : []
    })
    return { run, state: 'damaged', plan, lastState: states.at(-1) ?? null, problem: error }
  }
}

const textOf = (host: Host, path: string): Promise<string> =>
  host.readFile(path).then(String, (error: unknown) => {
    // What may not be read says as little as what is not there.
    if (systemCode(error) !== undefined) return ''
    throw error
  })

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const namesOf = (site: SitePlace): string[] => [site.oldName, site.newName, site.oldDirectory, site.newDirectory]

/** States in which a run has left nothing half done. */
const ended: RunState[] = ['done', 'rolled-back', 'retired']

/** Whether the last state that can still be read says that a damaged run is over; where none can, it may be at its middle. */
export const isOver = ({ lastState }: DamagedRun, over: RunState[] = ended): boolean =>
  lastState !== null && over.includes(lastState)

/** Whether a damaged run may have left something of this site half done, or done: a run that is over or retired has not. */
export function mayTouch(run: DamagedRun, site: SitePlace, over: RunState[] = ended): boolean {
  const { plan } = run
  if (isOver(run, over)) return false
  return plan === null || namesOf(plan.site).some((name) => namesOf(site).includes(name))
}

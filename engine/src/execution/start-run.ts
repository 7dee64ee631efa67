import { randomUUID } from 'node:crypto'
import { appendFile } from 'node:fs/promises'
import { MigratorError } from '../host/errors.ts'
import { mayTouch, readRuns } from './all-runs.ts'
import { auditRun } from './audit-run.ts'
import type { RunEnvironment } from './environment.ts'
import { executePlan, type RunOutcome } from './execute.ts'
import type { Journal } from './journal.ts'
import { withLock } from './lock.ts'
import type { Plan } from './plan.ts'
import { isPastReturn, retireRuns } from './retire.ts'
import { journalledPolicy, rollBack } from './rollback.ts'
import {
  makeRunDirectory,
  newRunId,
  openJournal,
  type RunDirectory,
  type RunSummary,
  readRun,
  releaseReserve,
} from './run-directory.ts'
import { needsAttention } from './settle-failure.ts'
import { isSharedByMachine } from './step-files.ts'

export interface FinishedRun {
  run: RunDirectory
  outcome: RunOutcome
}

const unfinishedStates = new Set(['planned', 'running', 'attention', 'rolling-back'])

/**
 * Begun and neither finished nor taken back. A run killed before its first journal line touched nothing; a cleanup is finished only
 * when it has retired itself, as its last deed.
 */
export const isUnfinished = ({ state, plan, lines }: RunSummary): boolean =>
  lines.length > 0 && (unfinishedStates.has(state) || (plan.command === 'cleanup' && state === 'done'))

/** The unfinished runs of a bench, oldest first. */
export async function unfinishedRuns(benchPath: string): Promise<RunSummary[]> {
  const { runs } = await readRuns(benchPath)
  return runs.filter(isUnfinished)
}

/** What a run is about, in a few words. */
export const whatOf = ({ command, site }: Plan): string =>
  ({
    'rename-domain': `${site.oldName} → ${site.newName}`,
    'restore-site': `restore of ${site.newName}`,
    'fix-config': `repair of ${site.newName}`,
    'transfer-server': `transfer of ${site.newName}`,
    'clone-site': `clone of ${site.oldName} as ${site.newName}`,
    cleanup: 'cleanup',
  })[command]

/** The middle of a run's id. */
const shortNames: Record<Plan['command'], string> = {
  'rename-domain': 'rename',
  'restore-site': 'restore',
  'fix-config': 'fix',
  'transfer-server': 'transfer',
  'clone-site': 'clone',
  cleanup: 'cleanup',
}

/** @throws MigratorError `unfinished-run` */
export async function refuseUnfinished(benchPath: string): Promise<void> {
  const [first] = await unfinishedRuns(benchPath)
  if (!first) return
  const back = isPastReturn(first) ? '' : `. Or take it back: frappe-migrator rollback --run ${first.run.id}`
  throw new MigratorError({
    code: 'unfinished-run',
    kind: 'refused',
    message: `An earlier run is not finished: ${first.run.id} (${whatOf(first.plan)}, ${first.state}).`,
    evidence: first.run.path,
    untouched: 'Nothing was changed.',
    hint: `Finish it: frappe-migrator resume --run ${first.run.id}${back}`,
  })
}

/** A run of the same site that cannot be read may have stopped half way. */
async function refuseDamaged(benchPath: string, { site }: Plan): Promise<void> {
  const { damaged } = await readRuns(benchPath)
  const found = damaged.find((run) => mayTouch(run, site))
  if (found) throw found.problem
}

/**
 * Begins a run under the bench's lock and drives it to a chosen state.
 * @throws MigratorError `bench-locked`, `unfinished-run`
 */
export function startRun(environment: RunEnvironment, plan: Plan): Promise<FinishedRun> {
  const id = newRunId(new Date(), shortNames[plan.command], randomUUID())
  return withLock(environment.host, environment.benchPath, { id, touchesMachine: touchesMachine(plan) }, async () => {
    await refuseUnfinished(environment.benchPath)
    if (plan.command !== 'cleanup') await refuseDamaged(environment.benchPath, plan)
    const run = await makeRunDirectory(environment.benchPath, id, plan)
    return drive(environment, run, plan)
  })
}

async function drive(environment: RunEnvironment, run: RunDirectory, plan: Plan): Promise<FinishedRun> {
  const outcome = await withJournal(environment, run, plan, (journal) => executePlan(environment, run, plan, journal))
  await retireWhatIsGone(environment, run, plan)
  return { run, outcome }
}

async function retireWhatIsGone(environment: RunEnvironment, run: RunDirectory, plan: Plan): Promise<void> {
  if (plan.command === 'cleanup') await retireRuns(environment, run.id)
}

/** Goes on with a run where its journal stands; one that was rolling back goes on rolling back. */
export function resumeRun(environment: RunEnvironment, { run, plan }: RunSummary): Promise<FinishedRun> {
  return withLock(
    environment.host,
    environment.benchPath,
    { id: run.id, touchesMachine: touchesMachine(plan) },
    async () => {
      // Read again under the lock: another process may have gone on meanwhile.
      const { lines } = await readRun(environment.benchPath, run.id)
      const turnedBack = lines.some((line) => line.type === 'state' && line.state === 'rolling-back')
      if (!turnedBack) return drive(environment, run, plan)
      const onConflict = journalledPolicy(lines) ?? environment.onConflict
      return takeBack({ ...environment, onConflict }, run, plan, 'rollback resumed')
    },
  )
}

async function takeBack(
  environment: RunEnvironment,
  run: RunDirectory,
  plan: Plan,
  reason: string,
): Promise<FinishedRun> {
  const outcome = await withJournal(environment, run, plan, async (journal): Promise<RunOutcome> => {
    try {
      const { kept } = await rollBack(environment, run, plan, journal, reason)
      return { outcome: 'rolled-back', error: null, kept: kept.length }
    } catch (error) {
      // Refused before anything was touched: the run stands as it stood.
      if (journal.state !== 'rolling-back') throw error
      return needsAttention(run, journal, error)
    }
  })
  await retireWhatIsGone(environment, run, plan)
  return { run, outcome }
}

/** Takes a run back, finished or not. */
export function rollBackRun(environment: RunEnvironment, { run, plan }: RunSummary): Promise<FinishedRun> {
  return withLock(environment.host, environment.benchPath, { id: run.id, touchesMachine: touchesMachine(plan) }, () =>
    takeBack(environment, run, plan, 'asked for'),
  )
}

/** Under the lock and with the journal open; the audit log is brought up to the journal whatever happens. */
async function withJournal<Result>(
  environment: RunEnvironment,
  run: RunDirectory,
  plan: Plan,
  work: (journal: Journal) => Promise<Result>,
): Promise<Result> {
  const journal = await openJournal(run)
  try {
    return await work(journal)
  } finally {
    await journal.close()
    // What was kept for the way back is of no use any more once the run is taken back.
    if (journal.state === 'rolled-back') await releaseReserve(run)
    await auditRun(environment, run, plan, journal.lines)
  }
}

/** Whether the plan edits files that other benches of the machine share. */
function touchesMachine(plan: Plan): boolean {
  return plan.steps.some((step) => isSharedByMachine(step, plan.benchPath))
}

/** A line for the run's own log: what a closed terminal would have shown. */
export const logLine = (run: RunDirectory, text: string): Promise<void> =>
  appendFile(run.log, `${new Date().toISOString()} ${text}\n`, { mode: 0o600 })

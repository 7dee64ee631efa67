import { randomUUID } from 'node:crypto'
import { appendFile } from 'node:fs/promises'
import { auditRun } from './audit-run.ts'
import { syncPointers } from './elsewhere.ts'
import type { LockedEnvironment, RunEnvironment } from './environment.ts'
import { executePlan, type RunOutcome } from './execute.ts'
import type { Journal } from './journal.ts'
import { withLocks, withRecords } from './lock.ts'
import type { Plan } from './plan.ts'
import { REHEARSED } from './rehearsal.ts'
import { retireRuns } from './retire.ts'
import { decided, rollBack } from './rollback.ts'
import {
  makeRunDirectory,
  newRunId,
  openJournal,
  type RunDirectory,
  type RunSummary,
  readRun,
  releaseReserve,
} from './run-directory.ts'
import { shortNames } from './run-words.ts'
import { needsAttention } from './settle-failure.ts'
import { benchesOf } from './step-files.ts'
import { tellBenches } from './tell-benches.ts'
import { refuseDamaged, refuseUnfinished } from './unfinished.ts'

export interface FinishedRun {
  run: RunDirectory
  outcome: RunOutcome
}

/**
 * Begins a run under the locks of its benches and drives it to a chosen state.
 * @throws MigratorError `bench-locked`, `unfinished-run`
 */
export function startRun(environment: RunEnvironment, plan: Plan): Promise<FinishedRun> {
  const id = newRunId(new Date(), shortNames[plan.command], randomUUID())
  return locked(environment, plan, id, async (held) => {
    for (const { host, benchPath } of benchesOf(environment, plan)) {
      // A cleanup of a run over places ends what the pointers tell of.
      await refuseUnfinished(host, benchPath)
      if (plan.command !== 'cleanup') await refuseDamaged(host, benchPath, plan)
    }
    const run = await withRecords(environment.home, id, () => makeRunDirectory(environment.home, id, plan))
    return drive(held, run, plan)
  })
}

function locked<Result>(
  environment: RunEnvironment,
  plan: Plan,
  id: string,
  work: (held: LockedEnvironment) => Promise<Result>,
): Promise<Result> {
  const run = { id, overPlaces: plan.places !== undefined }
  return withLocks(benchesOf(environment, plan), run, (stillHeld) => work({ ...environment, stillHeld }))
}

async function drive(environment: LockedEnvironment, run: RunDirectory, plan: Plan): Promise<FinishedRun> {
  const outcome = await withJournal(environment, run, plan, async (journal) => {
    await tellBefore(environment, run, plan, journal)
    return executePlan(environment, run, plan, journal)
  })
  await retireWhatIsGone(environment, run, plan)
  return { run, outcome }
}

/** Before a run over places changes anything its benches know of it; and before they know of it, it has begun here. */
async function tellBefore(
  environment: LockedEnvironment,
  run: RunDirectory,
  plan: Plan,
  journal: Journal,
): Promise<void> {
  if (plan.places === undefined || plan.command === 'cleanup') return
  if (journal.lines.length === 0)
    await journal.append({ type: 'state', state: 'planned', reason: 'begun', pid: process.pid })
  await syncPointers(environment, run, plan, 'running')
}

async function retireWhatIsGone(environment: RunEnvironment, run: RunDirectory, plan: Plan): Promise<void> {
  if (plan.command === 'cleanup') await retireRuns(environment, run.id)
}

/** Goes on with a run where its journal stands; one that was rolling back goes on rolling back. */
export function resumeRun(environment: RunEnvironment, { run, plan }: RunSummary): Promise<FinishedRun> {
  return locked(environment, plan, run.id, async (held) => {
    // Read again under the lock: another process may have gone on meanwhile.
    const { lines } = await readRun(run.home, run.id)
    const turnedBack = lines.some((line) => line.type === 'state' && line.state === 'rolling-back')
    if (!turnedBack) return drive(held, run, plan)
    return takeBack({ ...held, ...decided(lines) }, run, plan, 'rollback resumed')
  })
}

async function takeBack(
  environment: LockedEnvironment,
  run: RunDirectory,
  plan: Plan,
  reason: string,
): Promise<FinishedRun> {
  const outcome = await withJournal(environment, run, plan, async (journal): Promise<RunOutcome> => {
    const rehearsed = journal.lines.some((line) => line.type === 'state' && line.reason === REHEARSED)
    try {
      const { kept } = await rollBack(environment, run, plan, journal, reason)
      if (rehearsed) return { outcome: 'rehearsed', kept: kept.length }
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

/** For a run that is over and was killed before its benches knew: they are told, and locks that are left on them go. */
export async function settleEnded(environment: RunEnvironment, { run, plan, state }: RunSummary): Promise<void> {
  if (plan.places === undefined || plan.command === 'cleanup') return
  await locked(environment, plan, run.id, () => tellBenches(environment, run, plan, state))
}

/** Takes a run back, finished or not. */
export function rollBackRun(environment: RunEnvironment, { run, plan }: RunSummary): Promise<FinishedRun> {
  return locked(environment, plan, run.id, (held) => takeBack(held, run, plan, 'asked for'))
}

/** Under the lock and with the journal open; the audit log and the benches are brought up to the journal whatever happens. */
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
    if (plan.command !== 'cleanup') await tellBenches(environment, run, plan, journal.state)
    await auditRun(environment, run, plan, journal.lines)
  }
}

/** A line for the run's own log: what a closed terminal would have shown. */
export const logLine = (run: RunDirectory, text: string): Promise<void> =>
  appendFile(run.log, `${new Date().toISOString()} ${text}\n`, { mode: 0o600 })

import type { Kept } from '../changes/change.ts'
import { MigratorError } from '../host/errors.ts'
import type { LockedEnvironment, RunEnvironment } from './environment.ts'
import type { Journal, JournalLine } from './journal.ts'
import { keptIn } from './kept.ts'
import { lookBeforeRollback } from './look-before-rollback.ts'
import type { Plan, PlanStep } from './plan.ts'
import { classifyFailure, decideRecovery, retryDelay } from './recovery.ts'
import { type RunDirectory, releaseReserve } from './run-directory.ts'
import { settleEarlier } from './settle-earlier.ts'
import { recordOf, withStepContext } from './step-context.ts'

/**
 * Undoes a run in reverse order, from wherever its journal stands; begun again after a kill it continues. With `restore` it goes
 * once more through the steps that kept something. Looks first whether all of it can succeed, and then touches only what is
 * still as the run left it.
 * @throws MigratorError `vault-damaged`, `rollback-impossible` before anything is touched; whatever a revert throws, with the run left in `rolling-back`.
 */
export async function rollBack(
  environment: LockedEnvironment,
  run: RunDirectory,
  plan: Plan,
  journal: Journal,
  reason: string,
): Promise<{ kept: Kept[] }> {
  const touched = plan.steps.filter((step) => isToRevert(environment, journal, step))
  await lookBeforeRollback(environment, run, journal, touched)
  // Where the disk is full, the way back needs the room that was kept for it; one that is refused leaves it kept.
  await releaseReserve(run)
  const { onConflict, abandonTargetWrites } = environment
  await journal.append({
    ...{ type: 'state', state: 'rolling-back', reason, pid: process.pid, onConflict },
    ...(abandonTargetWrites ? { abandonTargetWrites } : {}),
  })
  for (const step of touched.reverse()) await revertStep(environment, run, journal, step)
  const kept = keptIn(journal.lines)
  for (const item of kept) environment.onEvent({ event: 'kept', ...item })
  await journal.append({
    type: 'state',
    state: 'rolled-back',
    reason: kept.length ? `${kept.length} things were changed by others and kept` : 'everything is as before',
    pid: process.pid,
  })
  return { kept }
}

function isToRevert({ changes, onConflict }: RunEnvironment, journal: Journal, step: PlanStep): boolean {
  const { intent, reverted } = recordOf(journal, step.id)
  if (!intent) return false
  return !reverted || (onConflict === 'restore' && reverted.kept.length > 0 && !changes.get(step.kind)?.passing)
}

/** What the person who began the way back decided about things that others changed; it outlives a kill. */
export function decided(lines: JournalLine[]): Partial<Pick<RunEnvironment, 'onConflict' | 'abandonTargetWrites'>> {
  const begun = lines.findLast((line) => line.type === 'state' && line.onConflict !== undefined)
  if (begun?.type !== 'state' || begun.onConflict === undefined) return {}
  const { onConflict, abandonTargetWrites } = begun
  return { onConflict, ...(abandonTargetWrites === undefined ? {} : { abandonTargetWrites }) }
}

/** A rollback is not stopped half way by a polite signal; killed, it continues where it was. */
const NEVER = new AbortController().signal

async function revertStep(
  environment: LockedEnvironment,
  run: RunDirectory,
  journal: Journal,
  step: PlanStep,
): Promise<void> {
  const change = environment.changes.get(step.kind)
  const { intent, done } = recordOf(journal, step.id)
  if (!change || !intent) return
  const started = performance.now()
  await environment.stillHeld()
  environment.onEvent({ event: 'step', step: step.id, describe: step.describe, direction: 'revert' })
  await settleEarlier(environment, journal, step)
  await journal.append({ type: 'reverting', step: step.id })
  for (let attempt = 1; ; attempt += 1) {
    try {
      const kept = await withStepContext(environment, run, journal, step, 'revert', NEVER, (context) =>
        change.revert(context, step.params, intent.before, done?.after),
      )
      const milliseconds = Math.round(performance.now() - started)
      await journal.append({ type: 'reverted', step: step.id, milliseconds, kept })
      environment.onEvent({ event: 'step-done', step: step.id, milliseconds, direction: 'revert' })
      return
    } catch (error) {
      const decision = decideRecovery(error, attempt, false)
      await journal.append({
        type: 'failure',
        step: step.id,
        phase: step.phase,
        code: error instanceof MigratorError ? error.code : 'unexpected',
        message: (error instanceof Error ? error.message : String(error)).slice(0, 1000),
        failureClass: classifyFailure(error),
        choice: decision.choice === 'retry' ? 'retry' : 'keep',
        reason: decision.reason,
      })
      if (decision.choice !== 'retry') throw error
      await new Promise((resolve) => setTimeout(resolve, retryDelay(attempt)))
    }
  }
}

import { Held } from '../changes/hold.ts'
import type { CheckResult } from '../checks/check.ts'
import { MigratorError } from '../host/errors.ts'
import { systemCode } from '../host/local/files.ts'
import type { Answer, LockedEnvironment, RunEnvironment } from './environment.ts'
import type { RunOutcome } from './execute.ts'
import { isFullDisk } from './full-disk.ts'
import { Interrupted } from './interrupted.ts'
import type { Journal } from './journal.ts'
import type { Phase, Plan } from './plan.ts'
import { classifyFailure, decideRecovery, type RecoveryDecision } from './recovery.ts'
import { rollBack } from './rollback.ts'
import { type RunDirectory, releaseReserve } from './run-directory.ts'

/** A critical check that fails after the change is a failure of the run, unless somebody decides to keep it. */
export async function overrideFailedCheck(
  environment: RunEnvironment,
  journal: Journal,
  phase: Phase,
  failed: CheckResult,
): Promise<void> {
  const error = new MigratorError({
    code: `verification-${failed.id}`,
    kind: 'failed',
    message: `Verification failed: ${failed.title}.`,
    evidence: failed.evidence,
    failureClass: 'configuration',
    ...(failed.remedy === undefined ? {} : { hint: failed.remedy }),
  })
  const decision = decideRecovery(error, RETRY_NEVER, environment.interactive)
  const answer = await settle(environment, journal, null, phase, error, decision, ['rollback', 'keep'])
  if (answer === 'rollback') throw new Chosen('rollback', error)
}

const RETRY_NEVER = Number.MAX_SAFE_INTEGER

/** A failure whose consequence has been decided and journalled. */
export class Chosen extends Error {
  readonly answer: Answer
  readonly original: unknown
  constructor(answer: Answer, original: unknown) {
    super('decided')
    this.answer = answer
    this.original = original
  }
}

/** Journals a failure with what was decided, asking where there is somebody to ask. */
export async function settle(
  environment: RunEnvironment,
  journal: Journal,
  step: string | null,
  phase: Phase,
  error: unknown,
  decision: RecoveryDecision,
  choices: readonly Answer[],
): Promise<Answer> {
  const message = error instanceof Error ? error.message : String(error)
  environment.onEvent({ event: 'failure', message, decision })
  const answer = decision.choice === 'ask' ? await environment.ask(message, choices) : decision.choice
  await journal.append({
    type: 'failure',
    step,
    phase,
    code: error instanceof MigratorError ? error.code : (systemCode(error) ?? 'unexpected'),
    message: message.slice(0, 1000),
    failureClass: classifyFailure(error),
    choice: answer,
    reason: decision.choice === 'ask' ? `chosen by the person at the terminal (${decision.reason})` : decision.reason,
  })
  return answer
}

export async function endAfterFailure(
  environment: LockedEnvironment,
  run: RunDirectory,
  plan: Plan,
  journal: Journal,
  error: unknown,
): Promise<RunOutcome> {
  try {
    if (error instanceof Held) {
      await journal.append({ type: 'state', state: 'attention', reason: error.message, pid: process.pid })
      return { outcome: 'held' }
    }
    if (error instanceof Interrupted) {
      const answer =
        error.byKeyboard && environment.interactive
          ? await environment.ask('Interrupted. Take everything back now, or stop here and keep the state?', [
              'rollback',
              'keep',
            ])
          : 'keep'
      if (answer === 'keep') {
        await journal.append({
          type: 'state',
          state: 'attention',
          reason: `stopped by ${error.by}; resume or roll back`,
          pid: process.pid,
        })
        return { outcome: 'interrupted' }
      }
      const { kept } = await rollBack(
        { ...environment, stop: new AbortController().signal },
        run,
        plan,
        journal,
        'interrupted',
      )
      return kept.length ? { outcome: 'attention', error } : { outcome: 'rolled-back', error, kept: 0 }
    }
    const original = error instanceof Chosen ? error.original : error
    if (error instanceof Chosen && error.answer === 'keep') {
      await journal.append({
        type: 'state',
        state: 'attention',
        reason: 'kept as it is after a failure',
        pid: process.pid,
      })
      return { outcome: 'attention', error: original }
    }
    const { kept } = await rollBack(environment, run, plan, journal, 'rolled back after a failure')
    return { outcome: 'rolled-back', error: original, kept: kept.length }
  } catch (second) {
    const original = error instanceof Chosen ? error.original : error
    return needsAttention(run, journal, new AggregateError([original, second], messageOf(second)))
  }
}

/** The way back could not be gone to its end: the run waits for somebody, who is told the next command. */
export async function needsAttention(run: RunDirectory, journal: Journal, error: unknown): Promise<RunOutcome> {
  if (isFullDisk(error)) await releaseReserve(run)
  await journal
    .append({
      type: 'state',
      state: 'attention',
      reason: `the way back failed: ${messageOf(error).slice(0, 300)}`,
      pid: process.pid,
    })
    // The journal itself cannot be written: the run stays as the last line says, and the caller reports the error.
    .catch(() => undefined)
  const begun = journal.lines.some((line) => line.type === 'state' && line.state === 'rolling-back')
  const waiting = new MigratorError({
    code: 'rollback-unfinished',
    kind: 'attention',
    message: begun
      ? 'Not everything could be taken back yet; what was taken back stays so.'
      : 'Taking back was not begun; the site stands where the run left it.',
    hint: begun
      ? `When the cause is mended, go on taking back: frappe-migrator resume --run ${run.id}`
      : `When the cause is mended, take the run back: frappe-migrator rollback --run ${run.id}`,
  })
  const causes = error instanceof AggregateError ? error.errors : [error]
  return { outcome: 'attention', error: new AggregateError([...causes, waiting], messageOf(error)) }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

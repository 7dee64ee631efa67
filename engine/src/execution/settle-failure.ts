import type { CheckResult } from '../checks/check.ts'
import { MigratorError } from '../host/errors.ts'
import { systemCode } from '../host/local/files.ts'
import type { Answer, RunEnvironment } from './environment.ts'
import type { RunOutcome } from './execute.ts'
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

export function isFullDisk(error: unknown): boolean {
  for (let current: unknown = error; current instanceof Error; current = current.cause) {
    if (systemCode(current) === 'ENOSPC') return true
  }
  return false
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
  const answer =
    decision.choice === 'ask'
      ? await environment.ask(message, choices)
      : decision.choice === 'retry'
        ? 'retry'
        : 'rollback'
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
  environment: RunEnvironment,
  run: RunDirectory,
  plan: Plan,
  journal: Journal,
  error: unknown,
): Promise<RunOutcome> {
  try {
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
    if (isFullDisk(second)) await releaseReserve(run)
    await journal
      .append({
        type: 'state',
        state: 'attention',
        reason: `the way back failed: ${second instanceof Error ? second.message.slice(0, 300) : second}`,
        pid: process.pid,
      })
      // The journal itself cannot be written: the run stays as the last line says, and the caller reports both errors.
      .catch(() => undefined)
    return {
      outcome: 'attention',
      error: new AggregateError([error instanceof Chosen ? error.original : error, second], messageOf(second)),
    }
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

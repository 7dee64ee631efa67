import type { CheckResult } from '../checks/check.ts'
import { MigratorError } from '../host/errors.ts'
import { systemCode } from '../host/local/files.ts'
import { answerChecks } from './answer-checks.ts'
import type { Answer, RunEnvironment } from './environment.ts'
import { Interrupted } from './interrupted.ts'
import type { Journal } from './journal.ts'
import { type Phase, type Plan, type PlanStep, phases } from './plan.ts'
import { classifyFailure, decideRecovery, type RecoveryDecision, retryDelay } from './recovery.ts'
import { rollBack } from './rollback.ts'
import { type RunDirectory, releaseReserve } from './run-directory.ts'
import { recordOf, settleChildren, withStepContext } from './step-context.ts'

export type RunOutcome =
  | { outcome: 'done' }
  | { outcome: 'refused'; failed: CheckResult[] }
  | { outcome: 'rolled-back'; error: unknown; kept: number }
  | { outcome: 'attention'; error: unknown }
  | { outcome: 'interrupted' }

/**
 * Runs a plan from wherever its journal stands to the end. The caller holds the bench's lock.
 * Every failure ends in a chosen state: finished, rolled back, refused, stopped on request, or needing attention.
 */
export async function executePlan(
  environment: RunEnvironment,
  run: RunDirectory,
  plan: Plan,
  journal: Journal,
): Promise<RunOutcome> {
  await journal.append({
    type: 'state',
    state: 'running',
    reason: journal.lines.length ? 'resumed' : 'started',
    pid: process.pid,
  })
  try {
    for (const phase of phases) {
      const refused = await runPhase(environment, run, plan, journal, phase)
      if (refused.length) {
        await journal.append({
          type: 'state',
          state: 'rolled-back',
          reason: 'refused by preflight; nothing was changed',
          pid: process.pid,
        })
        return { outcome: 'refused', failed: refused }
      }
    }
  } catch (error) {
    return await endAfterFailure(environment, run, plan, journal, error)
  }
  await journal.append({ type: 'state', state: 'done', reason: 'all steps done and verified', pid: process.pid })
  return { outcome: 'done' }
}

/** Runs one phase's steps and checks; returns the critical checks that failed before anything was changed. */
async function runPhase(
  environment: RunEnvironment,
  run: RunDirectory,
  plan: Plan,
  journal: Journal,
  phase: Phase,
): Promise<CheckResult[]> {
  const steps = plan.steps.filter((step) => step.phase === phase)
  const checks = plan.checks.filter((check) => check.phase === phase)
  const over = journal.lines.some((line) => line.type === 'phase' && line.phase === phase && line.event === 'end')
  if ((steps.length === 0 && checks.length === 0) || over) return []
  environment.onEvent({ event: 'phase', phase })
  await journal.append({ type: 'phase', phase, event: 'begin' })
  for (const step of steps) await runStep(environment, run, journal, step)
  if (checks.length) {
    const failed = (await runChecks(environment, run, plan, journal, phase)).filter(
      (result) => result.critical && result.status === 'failed',
    )
    if (failed.length && phase === 'pre_migration_checks') return failed
    const [first] = failed
    if (first) await overrideFailedCheck(environment, journal, phase, first)
  }
  await journal.append({ type: 'phase', phase, event: 'end' })
  return []
}

/** A critical check that fails after the change is a failure of the run, unless somebody decides to keep it. */
async function overrideFailedCheck(
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
class Chosen extends Error {
  readonly answer: Answer
  readonly original: unknown
  constructor(answer: Answer, original: unknown) {
    super('decided')
    this.answer = answer
    this.original = original
  }
}

async function runStep(
  environment: RunEnvironment,
  run: RunDirectory,
  journal: Journal,
  step: PlanStep,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    if (recordOf(journal, step.id).done) return
    if (environment.stop.aborted) throw new Interrupted(environment.stop)
    try {
      await applyStep(environment, run, journal, step)
      return
    } catch (error) {
      if (error instanceof Interrupted || environment.stop.aborted) throw new Interrupted(environment.stop)
      if (isFullDisk(error)) await releaseReserve(run)
      const decision = decideRecovery(error, attempt, environment.interactive)
      const answer = await settle(environment, journal, step.id, step.phase, error, decision, [
        'retry',
        'rollback',
        'keep',
      ])
      if (answer !== 'retry') throw new Chosen(answer, error)
      if (decision.choice === 'retry') await new Promise((resolve) => setTimeout(resolve, retryDelay(attempt)))
    }
  }
}

function isFullDisk(error: unknown): boolean {
  for (let current: unknown = error; current instanceof Error; current = current.cause) {
    if (systemCode(current) === 'ENOSPC') return true
  }
  return false
}

async function applyStep(
  environment: RunEnvironment,
  run: RunDirectory,
  journal: Journal,
  step: PlanStep,
): Promise<void> {
  const change = environment.changes.get(step.kind)
  if (!change) throw new Error(`The plan names an unknown kind of change: ${step.kind}`)
  const started = performance.now()
  environment.onEvent({ event: 'step', step: step.id, describe: step.describe, direction: 'apply' })
  await settleChildren(environment, journal, step.id)
  await withStepContext(environment, run, journal, step.id, 'apply', environment.stop, async (context) => {
    const earlier = recordOf(journal, step.id).intent
    const before = earlier ? earlier.before : await change.prepare(context, step.params)
    if (earlier) {
      const found = await change.inspect(context, step.params, { before })
      if (found.state === 'conflict') {
        throw new MigratorError({
          code: 'changed-meanwhile',
          kind: 'attention',
          message: `${step.describe}: somebody else changed this after the run was interrupted.`,
          evidence: `before the run: ${found.before}; the run wants: ${found.after}; now: ${found.now}`,
          hint: 'Put it back to one of the first two, then: frappe-migrator resume. Or take the run back: frappe-migrator rollback.',
          failureClass: 'configuration',
        })
      }
    } else {
      await journal.append({ type: 'intent', step: step.id, kind: step.kind, before: jsonOf(before) })
    }
    const after = await change.apply(context, step.params, before)
    const milliseconds = Math.round(performance.now() - started)
    await journal.append({ type: 'done', step: step.id, after: jsonOf(after), milliseconds })
    environment.onEvent({ event: 'step-done', step: step.id, milliseconds, direction: 'apply' })
  })
}

const jsonOf = (value: unknown) => JSON.parse(JSON.stringify(value ?? null))

/** Journals a failure with what was decided, asking where there is somebody to ask. */
async function settle(
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

async function endAfterFailure(
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

/** Asks the plan's checks of a phase and journals the results. */
async function runChecks(
  environment: RunEnvironment,
  run: RunDirectory,
  plan: Plan,
  journal: Journal,
  phase: Phase,
): Promise<CheckResult[]> {
  const results = await answerChecks(environment, run.vault, plan, journal.lines, phase)
  await journal.append({ type: 'checks', phase, results: jsonOf(results) })
  return results
}

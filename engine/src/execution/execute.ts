import { setTimeout as delay } from 'node:timers/promises'
import { Held } from '../changes/hold.ts'
import type { CheckResult } from '../checks/check.ts'
import { MigratorError } from '../host/errors.ts'
import { answerChecks } from './answer-checks.ts'
import type { LockedEnvironment, RunEnvironment } from './environment.ts'
import { isFullDisk } from './full-disk.ts'
import { Interrupted } from './interrupted.ts'
import type { Journal } from './journal.ts'
import { type Phase, type Plan, type PlanStep, phases } from './plan.ts'
import { decideRecovery, retryDelay } from './recovery.ts'
import { REHEARSED } from './rehearsal.ts'
import { rollBack } from './rollback.ts'
import { type RunDirectory, releaseReserve } from './run-directory.ts'
import { settleEarlier } from './settle-earlier.ts'
import { Chosen, endAfterFailure, overrideFailedCheck, settle } from './settle-failure.ts'
import { recordOf, withStepContext } from './step-context.ts'

export type RunOutcome =
  | { outcome: 'done' }
  | { outcome: 'refused'; failed: CheckResult[] }
  | { outcome: 'rolled-back'; error: unknown; kept: number }
  | { outcome: 'attention'; error: unknown }
  | { outcome: 'interrupted' }
  /** It waits before the cut-over until somebody says go: `resume`. */
  | { outcome: 'held' }
  /** Done to its end, measured, and taken back by itself. */
  | { outcome: 'rehearsed'; kept: number }

/**
 * Runs a plan from wherever its journal stands to the end. A rehearsal is taken back by itself.
 * Every failure ends in a chosen state: finished, rolled back, refused, stopped on request, or needing attention.
 */
export async function executePlan(
  environment: LockedEnvironment,
  run: RunDirectory,
  plan: Plan,
  journal: Journal,
): Promise<RunOutcome> {
  await journal.append({
    type: 'state',
    state: 'running',
    reason: journal.lines.some((line) => line.type === 'state' && line.state === 'running') ? 'resumed' : 'started',
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
    if (plan.rehearsal) {
      const { kept } = await rollBack(environment, run, plan, journal, REHEARSED)
      return { outcome: 'rehearsed', kept: kept.length }
    }
  } catch (error) {
    return await endAfterFailure(environment, run, plan, journal, error)
  }
  await journal.append({ type: 'state', state: 'done', reason: 'all steps done and verified', pid: process.pid })
  return { outcome: 'done' }
}

/** Runs one phase's steps and checks; returns the critical checks that failed before anything was changed. */
async function runPhase(
  environment: LockedEnvironment,
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
    if (environment.stop.aborted) throw new Interrupted(environment.stop)
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

async function runStep(
  environment: LockedEnvironment,
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
      if (error instanceof Held) throw error
      if (isFullDisk(error)) await releaseReserve(run)
      const decision = decideRecovery(error, attempt, environment.interactive)
      const answer = await settle(environment, journal, step.id, step.phase, error, decision, [
        'retry',
        'rollback',
        'keep',
      ])
      if (answer !== 'retry') throw new Chosen(answer, error)
      if (decision.choice === 'retry') await pause(retryDelay(attempt), environment.stop)
    }
  }
}

async function applyStep(
  environment: LockedEnvironment,
  run: RunDirectory,
  journal: Journal,
  step: PlanStep,
): Promise<void> {
  const change = environment.changes.get(step.kind)
  if (!change) throw new Error(`The plan names an unknown kind of change: ${step.kind}`)
  await environment.stillHeld()
  const started = performance.now()
  environment.onEvent({ event: 'step', step: step.id, describe: step.describe, direction: 'apply' })
  await settleEarlier(environment, journal, step)
  await withStepContext(environment, run, journal, step, 'apply', environment.stop, async (context) => {
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

/** Asks the plan's checks of a phase and journals the results. */
async function runChecks(
  environment: RunEnvironment,
  run: RunDirectory,
  plan: Plan,
  journal: Journal,
  phase: Phase,
): Promise<CheckResult[]> {
  const results = await answerChecks(environment, run.vault, plan, journal.lines, phase)
  // A question that was broken off has no answer; the next process asks again.
  if (environment.stop.aborted) throw new Interrupted(environment.stop)
  await journal.append({ type: 'checks', phase, results: jsonOf(results) })
  return results
}

/** Ends early when somebody wants the run to stop. */
const pause = (milliseconds: number, stop: AbortSignal): Promise<void> =>
  delay(milliseconds, undefined, { signal: stop }).catch(() => undefined)

const jsonOf = (value: unknown) => JSON.parse(JSON.stringify(value ?? null))

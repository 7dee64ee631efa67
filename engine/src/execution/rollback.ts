import type { Kept } from '../changes/change.ts'
import { MigratorError } from '../host/errors.ts'
import type { RunEnvironment } from './environment.ts'
import type { Journal } from './journal.ts'
import type { Plan } from './plan.ts'
import { classifyFailure, decideRecovery, retryDelay } from './recovery.ts'
import { type RunDirectory, releaseReserve } from './run-directory.ts'
import { settleEarlier } from './settle-earlier.ts'
import { recordOf, withStepContext } from './step-context.ts'

/**
 * Undoes a run in reverse order, from wherever its journal stands; begun again after a kill it continues.
 * Looks first whether everything it needs is there, and then touches only what is still as the run left it.
 * @throws MigratorError `vault-incomplete` before anything is touched; whatever a revert throws, with the run left in `rolling-back`.
 */
export async function rollBack(
  environment: RunEnvironment,
  run: RunDirectory,
  plan: Plan,
  journal: Journal,
  reason: string,
): Promise<{ kept: Kept[] }> {
  // Where the disk is full, the way back needs the room that was kept for it.
  await releaseReserve(run)
  const touched = plan.steps.filter((step) => recordOf(journal, step.id).intent && !recordOf(journal, step.id).reverted)
  await checkNeeds(environment, run, journal, touched)
  await journal.append({ type: 'state', state: 'rolling-back', reason, pid: process.pid })
  const kept: Kept[] = journal.lines.flatMap((line) => (line.type === 'reverted' ? line.kept : []))
  for (const step of touched.reverse()) kept.push(...(await revertStep(environment, run, journal, step)))
  for (const item of kept) environment.onEvent({ event: 'kept', ...item })
  await journal.append({
    type: 'state',
    state: 'rolled-back',
    reason: kept.length ? `${kept.length} things were changed by others and kept` : 'everything is as before',
    pid: process.pid,
  })
  return { kept }
}

async function checkNeeds(
  environment: RunEnvironment,
  run: RunDirectory,
  journal: Journal,
  steps: Plan['steps'],
): Promise<void> {
  const missing: string[] = []
  for (const step of steps) {
    const intent = recordOf(journal, step.id).intent
    const change = environment.changes.get(step.kind)
    if (!change) throw new Error(`The plan names an unknown kind of change: ${step.kind}`)
    if (!intent) continue
    const needs = await withStepContext(environment, run, journal, step.id, 'revert', NEVER, async (context) =>
      change.needs(context, step.params, intent.before),
    )
    for (const path of needs) if ((await environment.host.status(path)) === null) missing.push(path)
  }
  if (missing.length === 0) return
  throw new MigratorError({
    code: 'vault-incomplete',
    kind: 'attention',
    message: `Run ${run.id} cannot be rolled back: ${missing.length} file(s) it needs are gone from its vault.`,
    evidence: missing.slice(0, 5).join(', '),
    untouched: 'Nothing was changed.',
    hint: 'Put the vault back from a backup of the machine. The safety backup of the database, if it is still there, is the last resort.',
  })
}

/** A rollback is not stopped half way by a polite signal; killed, it continues where it was. */
const NEVER = new AbortController().signal

async function revertStep(
  environment: RunEnvironment,
  run: RunDirectory,
  journal: Journal,
  step: Plan['steps'][number],
): Promise<Kept[]> {
  const change = environment.changes.get(step.kind)
  const { intent, done } = recordOf(journal, step.id)
  if (!change || !intent) return []
  const started = performance.now()
  environment.onEvent({ event: 'step', step: step.id, describe: step.describe, direction: 'revert' })
  await settleEarlier(environment, journal, step)
  await journal.append({ type: 'reverting', step: step.id })
  for (let attempt = 1; ; attempt += 1) {
    try {
      const kept = await withStepContext(environment, run, journal, step.id, 'revert', NEVER, (context) =>
        change.revert(context, step.params, intent.before, done?.after),
      )
      const milliseconds = Math.round(performance.now() - started)
      await journal.append({ type: 'reverted', step: step.id, milliseconds, kept })
      environment.onEvent({ event: 'step-done', step: step.id, milliseconds, direction: 'revert' })
      return kept
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

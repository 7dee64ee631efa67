import { readRuns } from '../execution/all-runs.ts'
import type { RunOutcome } from '../execution/execute.ts'
import { type RunDirectory, readRun } from '../execution/run-directory.ts'
import { showError } from './finish-run.ts'
import { printJson } from './print-json.ts'
import { refreshReports } from './run-report.ts'

/** Says how a cleanup ended; the reports of the runs it retired no longer offer to take them back. */
export async function finishCleanup(
  run: RunDirectory,
  outcome: RunOutcome,
  options: { json: boolean; more?: Record<string, unknown>; rollbackAskedFor?: boolean },
): Promise<number> {
  const { json, more = {}, rollbackAskedFor = false } = options
  await refreshReports((await readRuns(run.home)).runs)
  const { plan } = await readRun(run.home, run.id)
  const steps = plan.steps.map((step) => step.describe)
  if (json) printJson({ run: run.id, outcome: outcome.outcome, steps, ...more })
  showError(outcome)
  if (outcome.outcome === 'done') {
    process.stderr.write(`Done: ${steps.length} steps.\n`)
    return 0
  }
  if (outcome.outcome === 'rolled-back' && rollbackAskedFor) return outcome.kept > 0 ? 5 : 0
  return outcome.outcome === 'interrupted' ? 130 : outcome.outcome === 'rolled-back' ? 1 : 5
}

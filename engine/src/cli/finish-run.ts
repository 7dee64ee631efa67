import type { RunEvent } from '../execution/environment.ts'
import type { RunOutcome } from '../execution/execute.ts'
import { withReserve } from '../execution/full-disk.ts'
import { type RunDirectory, readRun } from '../execution/run-directory.ts'
import { logLine } from '../execution/start-run.ts'
import { renderError } from '../report/error.ts'
import type { MigrationReport } from '../report/migration-report.ts'
import { progressReporter } from '../report/progress.ts'
import { renderReport } from '../report/render-report.ts'
import { plainStyle, terminalStyle } from '../report/style.ts'
import { printJson } from './print-json.ts'
import { reportOf, writeReport } from './run-report.ts'

/** Shows progress on stderr. */
export function progressEvents(): (event: RunEvent) => void {
  const style = terminalStyle(process.stderr)
  const reporter = progressReporter(process.stderr, { terminal: process.stderr.isTTY === true, style })
  return (event) => reporter(event)
}

const exitCodes: Record<RunOutcome['outcome'], number> = {
  done: 0,
  refused: 4,
  'rolled-back': 1,
  attention: 5,
  interrupted: 130,
  held: 2,
  rehearsed: 0,
}

interface FinishOptions {
  json: boolean
  rollbackAskedFor?: boolean
}

/** Writes the report beside the journal, prints it, and gives the exit code. */
export async function finishRun(run: RunDirectory, outcome: RunOutcome, options: FinishOptions): Promise<number> {
  const { report, code } = await concludeRun(run, outcome, options)
  if (options.json) printJson(report)
  return code
}

/** The same for a command that has more to say as data: with `json` the report is left to it to print. */
export async function concludeRun(
  run: RunDirectory,
  outcome: RunOutcome,
  { json, rollbackAskedFor = false }: FinishOptions,
): Promise<{ report: MigrationReport; code: number }> {
  const summary = await readRun(run.home, run.id)
  const report = reportOf(summary)
  try {
    await writeReport(summary, report)
    await withReserve(run, () => logLine(run, renderReport(report, plainStyle)))
  } catch (problem) {
    // The run is over and stands; its journal holds all that the report says.
    const reason = problem instanceof Error ? problem.message : String(problem)
    process.stderr.write(`Warning: the report could not be written: ${reason}\n`)
  }
  if (!json) {
    const text = renderReport(report, terminalStyle(process.stdout))
    process.stdout.write(`${text}\n\nReport: ${run.report}\n        ${run.page}\n`)
  }
  showError(outcome)
  return { report, code: exitCodeOfRun(outcome, report, rollbackAskedFor) }
}

export function showError(outcome: RunOutcome): void {
  const error = 'error' in outcome ? outcome.error : null
  if (error) process.stderr.write(`${renderError(error, terminalStyle(process.stderr))}\n`)
}

function exitCodeOfRun(outcome: RunOutcome, report: MigrationReport, rollbackAskedFor: boolean): number {
  if (outcome.outcome === 'rolled-back' && rollbackAskedFor) return outcome.kept > 0 ? 5 : 0
  if ((outcome.outcome === 'rolled-back' || outcome.outcome === 'rehearsed') && outcome.kept > 0) return 5
  const failedCheck = outcome.outcome === 'done' && report.checks.some((check) => check.status === 'failed')
  return failedCheck ? 5 : exitCodes[outcome.outcome]
}

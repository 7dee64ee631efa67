import type { RunEvent } from '../execution/environment.ts'
import type { RunOutcome } from '../execution/execute.ts'
import { withReserve } from '../execution/full-disk.ts'
import { type RunDirectory, readRun } from '../execution/run-directory.ts'
import { logLine } from '../execution/start-run.ts'
import { writeFileAtomic } from '../host/local/files.ts'
import { buildReport } from '../report/build-report.ts'
import { renderError } from '../report/error.ts'
import { renderPage } from '../report/page.ts'
import { progressReporter } from '../report/progress.ts'
import { renderReport } from '../report/render-report.ts'
import { plainStyle, terminalStyle } from '../report/style.ts'

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
}

/** Writes the report beside the journal, prints it, and gives the exit code. */
export async function finishRun(
  benchPath: string,
  run: RunDirectory,
  outcome: RunOutcome,
  options: { json: boolean; rollbackAskedFor?: boolean },
): Promise<number> {
  const { plan, lines } = await readRun(benchPath, run.id)
  const report = buildReport({ plan, lines, runId: run.id, now: new Date() })
  const text = renderReport(report, plainStyle)
  try {
    await withReserve(run, async () => {
      await writeFileAtomic(run.report, `${JSON.stringify(report, null, 2)}\n`, 0o600)
      await writeFileAtomic(run.page, renderPage(report, plan), 0o600)
      await logLine(run, text)
    })
  } catch (problem) {
    // The run is over and stands; its journal holds all that the report says.
    const reason = problem instanceof Error ? problem.message : String(problem)
    process.stderr.write(`Warning: the report could not be written: ${reason}\n`)
  }
  if (options.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
  else
    process.stdout.write(
      `${renderReport(report, terminalStyle(process.stdout))}\n\nReport: ${run.report}\n        ${run.page}\n`,
    )
  const error = 'error' in outcome ? outcome.error : null
  if (error) process.stderr.write(`${renderError(error, terminalStyle(process.stderr))}\n`)
  if (outcome.outcome === 'rolled-back' && options.rollbackAskedFor) return outcome.kept > 0 ? 5 : 0
  if (outcome.outcome === 'rolled-back' && outcome.kept > 0) return 5
  const failedCheck = outcome.outcome === 'done' && report.checks.some((check) => check.status === 'failed')
  return failedCheck ? 5 : exitCodes[outcome.outcome]
}

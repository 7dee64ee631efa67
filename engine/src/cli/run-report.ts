import { readFile } from 'node:fs/promises'
import { withReserve } from '../execution/full-disk.ts'
import type { RunState } from '../execution/journal.ts'
import type { RunSummary } from '../execution/run-directory.ts'
import { writeFileAtomic } from '../host/local/files.ts'
import { buildReport } from '../report/build-report.ts'
import { renderError } from '../report/error.ts'
import type { MigrationReport } from '../report/migration-report.ts'
import { renderPage } from '../report/page.ts'
import { terminalStyle } from '../report/style.ts'

/** Writes the report, as data and as a page, beside the journal it is told from. */
export async function writeReport({ run, plan }: RunSummary, report: MigrationReport): Promise<void> {
  await withReserve(run, async () => {
    await writeFileAtomic(run.report, textOf(report), 0o600)
    await writeFileAtomic(run.page, renderPage(report, plan), 0o600)
  })
}

/** States in which nobody is at work, unless somebody takes the run up again. */
const atRest: ReadonlySet<RunState> = new Set(['done', 'attention', 'rolled-back', 'retired'])

/**
 * Writes the reports that are missing or older than their journal: those of runs killed after their last line, and of retired ones.
 * One that cannot be written is told of and stands in nobody's way.
 */
export async function refreshReports(runs: RunSummary[]): Promise<void> {
  for (const summary of runs) {
    const { plan, state } = summary
    if (plan.command === 'cleanup' || !atRest.has(state)) continue
    try {
      if (await isCurrent(summary)) continue
      await writeReport(summary, reportOf(summary))
    } catch (error) {
      process.stderr.write(`The report of run ${summary.run.id} could not be brought up to date.\n`)
      process.stderr.write(`${renderError(error, terminalStyle(process.stderr))}\n`)
    }
  }
}

async function isCurrent(summary: RunSummary): Promise<boolean> {
  const [report, page] = await Promise.all([textIn(summary.run.report), textIn(summary.run.page)])
  return page !== null && report === textOf(reportOf(summary))
}

const textIn = (path: string): Promise<string | null> =>
  readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })

/** What the journal tells of a run. */
export const reportOf = ({ run, plan, lines }: RunSummary): MigrationReport =>
  buildReport({ plan, lines, runId: run.id, now: new Date() })

const textOf = (report: MigrationReport): string => `${JSON.stringify(report, null, 2)}\n`

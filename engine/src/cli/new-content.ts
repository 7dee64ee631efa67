import { openEnvironment } from '../execution/open-environment.ts'
import type { RunSummary } from '../execution/run-directory.ts'
import { startRun } from '../execution/start-run.ts'
import { renderError } from '../report/error.ts'
import type { MigrationReport } from '../report/migration-report.ts'
import { terminalStyle } from '../report/style.ts'
import { type NewContent, newContentPlan, surveyNewContent } from '../workflows/rename-domain/new-content.ts'
import { type attend, confirm } from './attendance.ts'
import { concludeRun, progressEvents } from './finish-run.ts'
import type { AttendedOptions } from './options.ts'
import { nothingDone, printJson } from './print-json.ts'
import type { RunsSession } from './session.ts'

type Attended = ReturnType<typeof attend>
type Options = AttendedOptions & { rewriteNewContent?: boolean }

interface Followed {
  document: { values: number; columns: string[]; rewritten: MigrationReport | null }
  /** It was to be rewritten, and that did not end well. */
  unsettled: boolean
}

/** After a rollback: content that still names the new name is counted, and rewritten when that is asked for. It never spoils what was taken back. */
export async function followNewContent(
  session: RunsSession,
  found: RunSummary,
  options: Options,
  attended: Attended,
): Promise<Followed | null> {
  const command = `frappe-migrator rollback --run ${found.run.id} --rewrite-new-content`
  try {
    const content = await survey(session, found, attended)
    if (content === null) return null
    const document = { values: content.values, columns: content.columns, rewritten: null }
    if (!(await isWanted(found, options, attended))) {
      process.stderr.write(`Rewrite them with: ${command}\n`)
      return { document, unsettled: false }
    }
    const { report, code } = await rewrite(session, found, content, options, attended)
    return { document: { ...document, rewritten: report }, unsettled: code !== 0 }
  } catch (error) {
    process.stderr.write(
      `The run is taken back; content that names ${found.plan.site.newName} since was not settled.\n`,
    )
    process.stderr.write(`${renderError(error, terminalStyle(process.stderr))}\n`)
    process.stderr.write(`Ask again with: ${command}\n`)
    return null
  }
}

/** The same on its own, for a run that was taken back before. */
export async function rewriteNewContent(
  session: RunsSession,
  found: RunSummary,
  options: Options,
  attended: Attended,
): Promise<number> {
  const content = await survey(session, found, attended)
  if (content === null) {
    process.stderr.write(`Nothing names ${found.plan.site.newName}. Nothing to do.\n`)
    if (options.json) printJson(nothingDone())
    return 0
  }
  const { report, code } = await rewrite(session, found, content, options, attended)
  if (options.json) printJson(report)
  return code
}

async function survey({ host }: RunsSession, { plan }: RunSummary, attended: Attended): Promise<NewContent | null> {
  if (plan.command !== 'rename-domain') return null
  const environment = openEnvironment(host, plan, { ...attended, onEvent: progressEvents(), onConflict: 'keep' })
  const content = await surveyNewContent(environment, plan)
  if (content === null || content.values === 0) return null
  const { values, columns } = content
  const names = `still name ${plan.site.newName}: written since, or there before`
  process.stderr.write(`${values} values ${names} (${columns.join(', ')}).\n`)
  return content
}

async function isWanted({ plan }: RunSummary, options: Options, attended: Attended): Promise<boolean> {
  if (options.rewriteNewContent !== undefined) return options.rewriteNewContent
  if (!attended.interactive || options.yes) return false
  return confirm(`Rewrite ${plan.site.newName} to ${plan.site.oldName} in them?`)
}

async function rewrite(
  { host }: RunsSession,
  { plan }: RunSummary,
  content: NewContent,
  options: Options,
  attended: Attended,
): Promise<{ report: MigrationReport; code: number }> {
  const environment = openEnvironment(host, plan, { ...attended, onEvent: progressEvents(), onConflict: 'keep' })
  const { run, outcome } = await startRun(environment, newContentPlan(plan, content))
  return concludeRun(run, outcome, { json: options.json === true })
}

import { isOver } from '../../execution/all-runs.ts'
import { withEnvironment } from '../../execution/open-environment.ts'
import type { RunSummary } from '../../execution/run-directory.ts'
import { resumeRun, settleEnded } from '../../execution/start-run.ts'
import { isUnfinished } from '../../execution/unfinished.ts'
import { MigratorError } from '../../host/errors.ts'
import { attend } from '../attendance.ts'
import { finishCleanup } from '../finish-cleanup.ts'
import { finishRun, progressEvents } from '../finish-run.ts'
import { openHostWith, type ServerOptions } from '../open-host.ts'
import type { AttendedOptions } from '../options.ts'
import { nothingDone, printJson } from '../print-json.ts'
import { refreshReports } from '../run-report.ts'
import { type AdministratorOptions, secretsOfRun } from '../run-secrets.ts'
import { type BenchRuns, keptElsewhere, readable, runsOfSite } from '../runs-of-site.ts'
import { openRuns, placeOfRuns, type RunsSession } from '../session.ts'

type ResumeOptions = AttendedOptions & AdministratorOptions & ServerOptions & { run?: string }

/** Goes on with an interrupted run; one that was rolling back goes on rolling back. */
export async function resume(options: ResumeOptions): Promise<number> {
  const session = await openRuns(options)
  const runs = await runsOfSite(session, options, 'frappe-migrator resume')
  await refreshReports(runs.all)
  const found = readable(runs.named) ?? runs.chosen.findLast(isUnfinished)
  if (!found) return nothingToResume(session, runs, options)
  const attended = attend(options)
  try {
    return await withEnvironment(
      { plan: found.plan, own: session.host, openHost: openHostWith(options) },
      {
        ...attended,
        ...secretsOfRun(found.plan, options, attended.interactive),
        ...{ onEvent: progressEvents(), onConflict: 'keep' },
      },
      async (environment) => {
        if (!isUnfinished(found)) {
          await settleEnded(environment, found)
          throw finished(found)
        }
        const { run, outcome } = await resumeRun(environment, found)
        const rollbackAskedFor = outcome.outcome === 'rolled-back' && outcome.error === null
        const finish = found.plan.command === 'cleanup' ? finishCleanup : finishRun
        return finish(run, outcome, { json: options.json === true, rollbackAskedFor })
      },
    )
  } finally {
    attended.release()
  }
}

const finished = ({ run, plan, state }: RunSummary): MigratorError =>
  new MigratorError({
    code: 'run-finished',
    kind: 'usage',
    message: `Run ${run.id} is ${state}; there is nothing to resume.`,
    untouched: 'Nothing was changed.',
    hint:
      state === 'done'
        ? `It can be taken back: frappe-migrator rollback --run ${run.id}`
        : `Begin a new one: frappe-migrator ${plan.command} …`,
  })

/** @throws MigratorError where a run that cannot be read, or one that is kept elsewhere, may be the one that is meant */
async function nothingToResume(
  session: RunsSession,
  { all, damaged, elsewhere }: BenchRuns,
  { site, json }: AttendedOptions,
): Promise<number> {
  const unreadable = damaged.find((run) => !isOver(run))
  if (unreadable) throw unreadable.problem
  const pointer = elsewhere.findLast(({ unfinished }) => unfinished)
  if (pointer) throw await keptElsewhere(pointer, 'frappe-migrator resume')
  const other = all.findLast(isUnfinished)
  const where = site !== undefined && other ? `of site ${site} (but ${other.run.id} of another)` : placeOfRuns(session)
  process.stderr.write(`There is no unfinished run ${where}. Nothing to do.\n`)
  if (json) printJson(nothingDone())
  return 0
}

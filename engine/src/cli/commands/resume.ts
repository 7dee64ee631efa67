import { isOver } from '../../execution/all-runs.ts'
import { openEnvironment } from '../../execution/open-environment.ts'
import { isUnfinished, resumeRun } from '../../execution/start-run.ts'
import { MigratorError } from '../../host/errors.ts'
import { attend } from '../attendance.ts'
import { finishCleanup } from '../finish-cleanup.ts'
import { finishRun, progressEvents } from '../finish-run.ts'
import type { AttendedOptions } from '../options.ts'
import { nothingDone, printJson } from '../print-json.ts'
import { refreshReports } from '../run-report.ts'
import { secretsOfRun } from '../run-secrets.ts'
import { type BenchRuns, readable, runsOfSite } from '../runs-of-site.ts'
import { openSession } from '../session.ts'

/** Goes on with an interrupted run; one that was rolling back goes on rolling back. */
export async function resume(options: AttendedOptions & { run?: string; adminOptionFile?: string }): Promise<number> {
  const { host, benchPath } = await openSession(options)
  const runs = await runsOfSite(benchPath, options)
  await refreshReports(runs.all)
  const found = readable(runs.named) ?? runs.chosen.findLast(isUnfinished)
  if (!found) return nothingToResume(runs, options)
  if (!isUnfinished(found)) {
    throw new MigratorError({
      code: 'run-finished',
      kind: 'usage',
      message: `Run ${found.run.id} is ${found.state}; there is nothing to resume.`,
      untouched: 'Nothing was changed.',
      hint:
        found.state === 'done'
          ? `It can be taken back: frappe-migrator rollback --run ${found.run.id}`
          : `Begin a new one: frappe-migrator ${found.plan.command} …`,
    })
  }
  const attended = attend(options)
  try {
    const environment = openEnvironment(host, found.plan, {
      ...attended,
      ...secretsOfRun(found.plan, options, attended.interactive),
      onEvent: progressEvents(),
      onConflict: 'keep',
    })
    const { run, outcome } = await resumeRun(environment, found)
    const json = options.json === true
    const rollbackAskedFor = outcome.outcome === 'rolled-back' && outcome.error === null
    const finish = found.plan.command === 'cleanup' ? finishCleanup : finishRun
    return await finish(benchPath, run, outcome, { json, rollbackAskedFor })
  } finally {
    attended.release()
  }
}

/** @throws MigratorError where a run that cannot be read may be the one that is meant */
function nothingToResume({ all, damaged }: BenchRuns, { site, json }: AttendedOptions): number {
  const unreadable = damaged.find((run) => !isOver(run))
  if (unreadable) throw unreadable.problem
  const other = all.findLast(isUnfinished)
  const where = site !== undefined && other ? `of site ${site} (but ${other.run.id} of another)` : 'on this bench'
  process.stderr.write(`There is no unfinished run ${where}. Nothing to do.\n`)
  if (json) printJson(nothingDone())
  return 0
}

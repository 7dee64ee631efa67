import { readRuns } from '../../execution/all-runs.ts'
import { openEnvironment } from '../../execution/open-environment.ts'
import { readRun } from '../../execution/run-directory.ts'
import { resumeRun, unfinishedRuns } from '../../execution/start-run.ts'
import { MigratorError } from '../../host/errors.ts'
import { attend } from '../attendance.ts'
import { finishRun, progressEvents } from '../finish-run.ts'
import type { AttendedOptions } from '../options.ts'
import { openSession } from '../session.ts'

/** Goes on with an interrupted run; one that was rolling back goes on rolling back. */
export async function resume(options: AttendedOptions & { run?: string }): Promise<number> {
  const { host, benchPath } = await openSession(options)
  const unfinished = await unfinishedRuns(benchPath)
  const found = options.run === undefined ? unfinished.at(-1) : await readRun(benchPath, options.run)
  if (!found) {
    const { damaged } = await readRuns(benchPath)
    const unreadable = damaged.find((run) => !['done', 'rolled-back', 'retired'].includes(run.lastState ?? ''))
    if (unreadable) throw unreadable.problem
    process.stderr.write('There is no unfinished run on this bench. Nothing to do.\n')
    return 0
  }
  if (!unfinished.some((run) => run.run.id === found.run.id)) {
    throw new MigratorError({
      code: 'run-finished',
      kind: 'usage',
      message: `Run ${found.run.id} is ${found.state}; there is nothing to resume.`,
      untouched: 'Nothing was changed.',
      hint:
        found.state === 'done'
          ? `It can be taken back: frappe-migrator rollback --run ${found.run.id}`
          : 'Begin a new one: frappe-migrator rename-domain …',
    })
  }
  const attended = attend(options)
  try {
    const environment = openEnvironment(host, found.plan, {
      ...attended,
      onEvent: progressEvents(),
      onConflict: 'keep',
    })
    const { run, outcome } = await resumeRun(environment, found)
    const turnedBack = outcome.outcome === 'rolled-back' && outcome.error === null
    return await finishRun(benchPath, run, outcome, { json: options.json === true, rollbackAskedFor: turnedBack })
  } finally {
    attended.release()
  }
}

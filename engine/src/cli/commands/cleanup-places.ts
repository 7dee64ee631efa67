import { withEnvironment } from '../../execution/open-environment.ts'
import { whatOf } from '../../execution/run-words.ts'
import { startRun } from '../../execution/start-run.ts'
import { isUnfinished } from '../../execution/unfinished.ts'
import { MigratorError } from '../../host/errors.ts'
import { localHost } from '../../host/local/index.ts'
import { planPlacesCleanup, retirable } from '../../workflows/cleanup.ts'
import { attend } from '../attendance.ts'
import { finishCleanup } from '../finish-cleanup.ts'
import { progressEvents } from '../finish-run.ts'
import { openHostWith } from '../open-host.ts'
import { nothingDone, printJson } from '../print-json.ts'
import { refreshReports } from '../run-report.ts'
import { secretsOfRun } from '../run-secrets.ts'
import { type BenchRuns, readable } from '../runs-of-site.ts'
import { agreed, type CleanupOptions } from './cleanup.ts'

/** Retires a run over several places, named or the only one there is: its servers are reached, so it is one at a time. */
export async function cleanUpPlaces(known: BenchRuns, options: CleanupOptions): Promise<number> {
  await refreshReports(known.all)
  const found = readable(known.named) ?? onlyOne(known)
  if (!found) {
    process.stderr.write('There is no run over several places that could be retired. Nothing to do.\n')
    if (options.json) printJson(nothingDone())
    return 0
  }
  const { run, plan, state } = found
  if (plan.command === 'cleanup' || !retirable(found)) throw notRetirable(run.id, state, isUnfinished(found))
  const cleanup = planPlacesCleanup(found)
  const attended = attend(options)
  try {
    process.stderr.write(`Run to retire: ${run.id}  ${whatOf(plan)} (${state})\n`)
    for (const step of cleanup.steps) process.stderr.write(`  ${step.describe}\n`)
    if (!(await agreed(attended.interactive, options, cleanup.steps))) {
      process.stderr.write(`Nothing was changed.${attended.interactive ? '' : ' Add --yes to retire it.'}\n`)
      if (options.json) printJson(nothingDone(run.id))
      return 0
    }
    return await withEnvironment(
      { plan: cleanup, own: localHost(), openHost: openHostWith(options) },
      {
        ...attended,
        ...secretsOfRun(plan, options, attended.interactive),
        ...{ onEvent: progressEvents(), onConflict: 'keep' },
      },
      async (environment) => {
        const ended = await startRun(environment, cleanup)
        return finishCleanup(ended.run, ended.outcome, { json: options.json === true, more: { runs: [run.id] } })
      },
    )
  } finally {
    attended.release()
  }
}

/** @throws MigratorError `run-missing` when there are several */
function onlyOne({ chosen }: BenchRuns) {
  const [first, ...more] = chosen.filter((run) => run.plan.command !== 'cleanup' && retirable(run))
  if (more.length === 0) return first
  throw new MigratorError({
    code: 'run-missing',
    kind: 'usage',
    message: 'Which run shall be retired? There are several over several places.',
    untouched: 'Nothing was changed.',
    hint: 'Name it with --run; list the runs with: frappe-migrator rollback --list',
  })
}

const notRetirable = (id: string, state: string, unfinished: boolean): MigratorError =>
  new MigratorError({
    code: unfinished ? 'unfinished-run' : 'run-not-retirable',
    kind: unfinished ? 'refused' : 'usage',
    message: `Run ${id} is ${state}.`,
    untouched: 'Nothing was changed.',
    hint: unfinished
      ? `Finish it: frappe-migrator resume --run ${id}. Or take it back: frappe-migrator rollback --run ${id}`
      : 'List the runs with: frappe-migrator rollback --list',
  })

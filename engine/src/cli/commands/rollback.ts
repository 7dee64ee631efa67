import { type DamagedRun, mayTouch, readRuns } from '../../execution/all-runs.ts'
import { keptIn } from '../../execution/kept.ts'
import { openEnvironment } from '../../execution/open-environment.ts'
import { type RunSummary, readRun } from '../../execution/run-directory.ts'
import { rollBackRun, startRun } from '../../execution/start-run.ts'
import { MigratorError } from '../../host/errors.ts'
import { renderRuns } from '../../report/render-runs.ts'
import { terminalStyle } from '../../report/style.ts'
import { newContentPlan, surveyNewContent } from '../../workflows/rename-domain/new-content.ts'
import { attend, confirm } from '../attendance.ts'
import { finishRun, progressEvents } from '../finish-run.ts'
import type { AttendedOptions } from '../options.ts'
import { openSession, type Session } from '../session.ts'

interface RollbackOptions extends AttendedOptions {
  run?: string
  list?: boolean
  onConflict?: 'keep' | 'restore'
  rewriteNewContent?: boolean
}

/** Takes a run back, finished or not: the latest one that stands, unless another is named. */
export async function rollback(options: RollbackOptions): Promise<number> {
  const session = await openSession(options)
  const { runs, damaged } = await readRuns(session.benchPath)
  if (options.list) {
    const all = [...runs, ...damaged].sort((one, other) => (one.run.id < other.run.id ? -1 : 1))
    if (options.json)
      process.stdout.write(
        `${JSON.stringify(
          all.map((run) => ({ id: run.run.id, state: run.state, site: run.plan?.site ?? null })),
          null,
          2,
        )}\n`,
      )
    else process.stdout.write(`${renderRuns(all, terminalStyle(process.stdout))}\n`)
    return 0
  }
  const found = options.run === undefined ? runs.findLast(stands) : await readRun(session.benchPath, options.run)
  if (!found) {
    process.stderr.write('There is no run on this bench that could be taken back. Nothing to do.\n')
    return 0
  }
  const attended = attend(options)
  try {
    if (found.state === 'rolled-back' && options.rewriteNewContent)
      return await followNewContent(session, found, options, attended)
    refuseImpossible(found, runs, options.onConflict)
    refuseBehindDamaged(found, damaged)
    let onConflict = options.onConflict ?? 'keep'
    if (attended.interactive && !options.yes) {
      if (
        !(await confirm(`Take back run ${found.run.id} (${found.plan.site.oldName} → ${found.plan.site.newName})?`))
      ) {
        process.stderr.write('Nothing was changed.\n')
        return 0
      }
      const question =
        'If others changed something since, shall the state from before the run replace it? (No: it is kept and listed.)'
      if (options.onConflict === undefined && (await confirm(question))) onConflict = 'restore'
    }
    const environment = openEnvironment(session.host, found.plan, {
      ...attended,
      onEvent: progressEvents(),
      onConflict,
    })
    const { run, outcome } = await rollBackRun(environment, found)
    const code = await finishRun(session.benchPath, run, outcome, {
      json: options.json === true,
      rollbackAskedFor: true,
    })
    return Math.max(code, await followNewContent(session, found, options, attended))
  } finally {
    attended.release()
  }
}

/** Runs that can be taken back; one killed before its first journal line touched nothing. */
const stands = (run: RunSummary): boolean =>
  ['running', 'done', 'attention', 'rolling-back'].includes(run.state) && run.lines.length > 0

/** Taken back already, and something was kept that may be restored now. */
const hasKept = (run: RunSummary): boolean => run.state === 'rolled-back' && keptIn(run.lines).length > 0

/** Never taken back before cleanup retired it. */
function retiredStanding({ state, lines }: RunSummary): boolean {
  const states = lines.flatMap((line) => (line.type === 'state' ? [line.state] : []))
  return state === 'retired' && !states.includes('rolled-back') && lines.some((line) => line.type === 'intent')
}

/** A later run of the site that cannot be read would have to be taken back first. */
function refuseBehindDamaged(found: RunSummary, damaged: DamagedRun[]): void {
  const later = damaged.find(
    (run) => run.run.id > found.run.id && mayTouch(run, found.plan.site, ['rolled-back', 'retired']),
  )
  if (later) throw later.problem
}

function refuseImpossible(found: RunSummary, runs: RunSummary[], onConflict: 'keep' | 'restore' | undefined): void {
  const refuse = (code: string, message: string, hint: string) =>
    new MigratorError({ code, kind: 'usage', message, untouched: 'Nothing was changed.', hint })
  if (!stands(found) && !(onConflict === 'restore' && hasKept(found))) {
    const retired = 'Its vault was removed by cleanup; rename the site back instead.'
    throw refuse(
      'run-not-reversible',
      `Run ${found.run.id} is ${found.state}.`,
      found.state === 'retired'
        ? retired
        : hasKept(found)
          ? `To replace what others changed and it kept: frappe-migrator rollback --run ${found.run.id} --on-conflict restore`
          : 'There is nothing to take back.',
    )
  }
  const names = new Set([found.plan.site.oldDirectory, found.plan.site.newDirectory])
  const laterRuns = runs.filter(
    (run) =>
      run.run.id > found.run.id &&
      run.plan.command === 'rename-domain' &&
      (names.has(run.plan.site.oldDirectory) || names.has(run.plan.site.newDirectory)),
  )
  const retired = laterRuns.find(retiredStanding)
  if (retired) {
    throw refuse(
      'later-run-retired',
      `A later run touched the same site and was retired by cleanup: ${retired.run.id} (${retired.plan.site.oldName} → ${retired.plan.site.newName}).`,
      `Neither can be taken back any more. Rename the site back instead, and retire this run: frappe-migrator cleanup --run ${found.run.id}`,
    )
  }
  const later = laterRuns.find(stands)
  if (later) {
    throw refuse(
      'later-run',
      `A later run touched the same site: ${later.run.id}.`,
      `Take that one back first: frappe-migrator rollback --run ${later.run.id}`,
    )
  }
}

/** Content born under the new name: counted, and rewritten back when asked for. */
async function followNewContent(
  { host, benchPath }: Session,
  found: RunSummary,
  options: RollbackOptions,
  attended: ReturnType<typeof attend>,
): Promise<number> {
  if (found.plan.command !== 'rename-domain') return 0
  const environment = openEnvironment(host, found.plan, { ...attended, onEvent: progressEvents(), onConflict: 'keep' })
  const content = await surveyNewContent(environment, found.plan)
  if (content === null || content.values === 0) return 0
  const { oldName, newName } = found.plan.site
  process.stderr.write(
    `${content.values} values still name ${newName}: written since, or there before (${content.columns.join(', ')}).\n`,
  )
  const wanted =
    options.rewriteNewContent ??
    (attended.interactive && !options.yes && (await confirm(`Rewrite ${newName} to ${oldName} in them?`)))
  if (!wanted) {
    process.stderr.write(`Rewrite them with: frappe-migrator rollback --run ${found.run.id} --rewrite-new-content\n`)
    return 0
  }
  const { run, outcome } = await startRun(environment, newContentPlan(found.plan, content))
  return finishRun(benchPath, run, outcome, { json: options.json === true })
}

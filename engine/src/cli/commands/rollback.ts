import { type DamagedRun, isOver, mayTouch } from '../../execution/all-runs.ts'
import { wayTo } from '../../execution/elsewhere.ts'
import type { RunEnvironment } from '../../execution/environment.ts'
import { keptIn } from '../../execution/kept.ts'
import { withEnvironment } from '../../execution/open-environment.ts'
import type { Plan } from '../../execution/plan.ts'
import { isPastReturn, retiredBy } from '../../execution/retire.ts'
import { decided } from '../../execution/rollback.ts'
import type { RunSummary } from '../../execution/run-directory.ts'
import { whatOf } from '../../execution/run-words.ts'
import { rollBackRun } from '../../execution/start-run.ts'
import { isUnfinished } from '../../execution/unfinished.ts'
import { usageError } from '../../host/errors.ts'
import { renderRuns } from '../../report/render-runs.ts'
import { terminalStyle } from '../../report/style.ts'
import { attend, confirm } from '../attendance.ts'
import { finishCleanup } from '../finish-cleanup.ts'
import { concludeRun, progressEvents } from '../finish-run.ts'
import { followNewContent, rewriteNewContent } from '../new-content.ts'
import { openHostWith, type ServerOptions } from '../open-host.ts'
import type { AttendedOptions } from '../options.ts'
import { nothingDone, printJson } from '../print-json.ts'
import { refreshReports } from '../run-report.ts'
import { type AdministratorOptions, secretsOfRun } from '../run-secrets.ts'
import { type BenchRuns, isOf, keptElsewhere, readable, runsOfSite } from '../runs-of-site.ts'
import { openRuns, placeOfRuns, type RunsSession } from '../session.ts'

interface RollbackOptions extends AttendedOptions, AdministratorOptions, ServerOptions {
  run?: string
  list?: boolean
  onConflict?: 'keep' | 'restore'
  rewriteNewContent?: boolean
  abandonTargetWrites?: boolean
}

/** Takes a run back, finished or not: the latest one that stands, unless another is named. */
export async function rollback(options: RollbackOptions): Promise<number> {
  const session = await openRuns(options)
  const known = await runsOfSite(session, options, 'frappe-migrator rollback')
  const { all, damaged, chosen, named } = known
  await refreshReports(all)
  if (options.list) return listRuns(known, options)
  const found = readable(named) ?? chosen.findLast(stands)
  if (named === null) refuseUnreadable(damaged, found)
  await refuseBehindElsewhere(known, found)
  if (!found) {
    const whose = options.site === undefined ? placeOfRuns(session) : `of site ${options.site}`
    return nothing(options, `There is no run ${whose} that could be taken back. Nothing to do.`)
  }
  const attended = attend(options)
  try {
    if (found.state === 'rolled-back' && options.rewriteNewContent)
      return await rewriteNewContent(session, found, options, attended)
    refuseImpossible(found, all, options.onConflict)
    refuseBehindDamaged(found, damaged)
    // What was decided before a kill holds for the rest of the way back.
    const before = isUnfinished(found) ? decided(found.lines) : {}
    let onConflict = options.onConflict ?? before.onConflict ?? 'keep'
    if (attended.interactive && !options.yes) {
      if (!(await confirm(`Take back run ${found.run.id} (${whatOf(found.plan)})?`)))
        return nothing(options, 'Nothing was changed.', found.run.id)
      const question =
        'If others changed something since, shall the state from before the run replace it? (No: it is kept and listed.)'
      if (options.onConflict === undefined && (await confirm(question))) onConflict = 'restore'
    }
    const abandonTargetWrites = options.abandonTargetWrites ?? before.abandonTargetWrites ?? false
    return await takeBack(session, found, options, attended, { onConflict, abandonTargetWrites })
  } finally {
    attended.release()
  }
}

/** Takes the run back, and only when that is whole looks at what names the new name since. */
async function takeBack(
  session: RunsSession,
  found: RunSummary,
  options: RollbackOptions,
  attended: ReturnType<typeof attend>,
  policy: Pick<RunEnvironment, 'onConflict' | 'abandonTargetWrites'>,
): Promise<number> {
  const json = options.json === true
  const { run, outcome } = await withEnvironment(
    { plan: found.plan, own: session.host, openHost: openHostWith(options) },
    {
      ...{ ...attended, ...policy, onEvent: progressEvents() },
      ...secretsOfRun(found.plan, options, attended.interactive),
    },
    (environment) => rollBackRun(environment, found),
  )
  if (found.plan.command === 'cleanup') return finishCleanup(run, outcome, { json, rollbackAskedFor: true })
  const { report, code } = await concludeRun(run, outcome, { json, rollbackAskedFor: true })
  const followed = outcome.outcome === 'rolled-back' ? await followNewContent(session, found, options, attended) : null
  if (json) printJson({ ...report, new_content: followed?.document ?? null })
  return code === 0 && followed?.unsettled ? 5 : code
}

async function listRuns({ chosen, damaged, elsewhere }: BenchRuns, { json }: RollbackOptions): Promise<number> {
  const runs = [...chosen, ...damaged].sort((one, other) => (one.run.id < other.run.id ? -1 : 1))
  const ways = await Promise.all(elsewhere.map((pointer) => wayTo(pointer, 'frappe-migrator rollback')))
  if (json) {
    const here = runs.map(({ run, state, plan }) => ({ id: run.id, state, site: plan?.site ?? null }))
    const there = elsewhere.map(({ run, unfinished, site, machine, user, directory }) => ({
      ...{ id: run, state: unfinished ? 'unfinished' : 'done', site },
      ...{ machine: machine.name, user, directory },
    }))
    printJson([...here, ...there])
  } else process.stdout.write(`${renderRuns(runs, terminalStyle(process.stdout), elsewhere, ways)}\n`)
  return 0
}

function nothing({ json }: RollbackOptions, sentence: string, run: string | null = null): number {
  process.stderr.write(`${sentence}\n`)
  if (json) printJson(nothingDone(run))
  return 0
}

/** Runs that can be taken back; one killed before its first journal line touched nothing. */
const stands = (run: RunSummary): boolean => isUnfinished(run) || run.state === 'done'

/** Taken back already, and something was kept that may be restored now. */
const hasKept = (run: RunSummary): boolean => run.state === 'rolled-back' && keptIn(run.lines).length > 0

/** Never taken back before cleanup retired it. */
function retiredStanding({ state, lines }: RunSummary): boolean {
  const states = lines.flatMap((line) => (line.type === 'state' ? [line.state] : []))
  const begun = lines.some((line) => line.type === 'intent')
  // Of a run whose record could not be read only that it was given up is known.
  return state === 'retired' && !states.includes('rolled-back') && (begun || states.length === 1)
}

/** Which run is the latest cannot be said while a later one cannot be read. */
function refuseUnreadable(damaged: DamagedRun[], found: RunSummary | undefined): void {
  const later = damaged.find((one) => one.run.id > (found?.run.id ?? '') && !isOver(one, ['rolled-back', 'retired']))
  if (later) throw later.problem
}

/** A later run of the site that is kept elsewhere would have to be taken back first; and where there is no other, it is meant. */
async function refuseBehindElsewhere({ elsewhere, named }: BenchRuns, found: RunSummary | undefined): Promise<void> {
  const later = elsewhere.findLast(
    (one) => found === undefined || (one.run > found.run.id && isOf(found.plan, one.site.newDirectory)),
  )
  if (later && (found !== undefined || named === null)) throw await keptElsewhere(later, 'frappe-migrator rollback')
}

/** A later run of the site that cannot be read would have to be taken back first. */
function refuseBehindDamaged(found: RunSummary, damaged: DamagedRun[]): void {
  const later = damaged.find(
    (run) => run.run.id > found.run.id && mayTouch(run, found.plan.site, ['rolled-back', 'retired']),
  )
  if (later) throw later.problem
}

/** What somebody does who wants back what a retired run has changed. */
const INSTEAD: Record<Plan['command'], string> = {
  'rename-domain': 'Rename the site back instead.',
  'restore-site': 'Restore an earlier backup instead.',
  'fix-config': 'Put the file back by hand instead.',
  'transfer-server': 'Move the site back instead.',
  'clone-site': 'Drop the copy instead.',
  cleanup: '',
}

function refuseImpossible(found: RunSummary, runs: RunSummary[], onConflict: 'keep' | 'restore' | undefined): void {
  if (!stands(found) && !(onConflict === 'restore' && hasKept(found))) {
    const retired = `Its vault was removed by cleanup. ${INSTEAD[found.plan.command]}`
    throw usageError(
      'run-not-reversible',
      `Run ${found.run.id} is ${found.state}.`,
      found.state === 'retired'
        ? retired
        : hasKept(found)
          ? `To replace what others changed and it kept: frappe-migrator rollback --run ${found.run.id} --on-conflict restore`
          : 'There is nothing to take back.',
    )
  }
  if (isPastReturn(found)) {
    throw usageError(
      'cleanup-past-return',
      `The cleanup ${found.run.id} has begun to remove vaults; it can only go on.`,
      `Finish it: frappe-migrator resume --run ${found.run.id}`,
    )
  }
  const cleaning = runs.find(
    (run) => run.plan.command === 'cleanup' && isUnfinished(run) && retiredBy(run.plan).includes(found.run.id),
  )
  if (cleaning) {
    throw usageError(
      'cleanup-unfinished',
      `The cleanup ${cleaning.run.id}, which retires run ${found.run.id}, is not finished.`,
      `Finish it: frappe-migrator resume --run ${cleaning.run.id}${isPastReturn(cleaning) ? '' : `. Or take it back first: frappe-migrator rollback --run ${cleaning.run.id}`}`,
    )
  }
  const names = new Set([found.plan.site.oldDirectory, found.plan.site.newDirectory])
  const laterRuns = runs.filter(
    (run) =>
      run.run.id > found.run.id &&
      run.plan.command !== 'cleanup' &&
      (names.has(run.plan.site.oldDirectory) || names.has(run.plan.site.newDirectory)),
  )
  const retired = laterRuns.find(retiredStanding)
  if (retired) {
    throw usageError(
      'later-run-retired',
      `A later run touched the same site and was retired by cleanup: ${retired.run.id} (${whatOf(retired.plan)}).`,
      `Neither can be taken back any more. ${INSTEAD[found.plan.command]} Retire this run: frappe-migrator cleanup --run ${found.run.id}`,
    )
  }
  const later = laterRuns.find(stands)
  if (later) {
    throw usageError(
      'later-run',
      `A later run touched the same site: ${later.run.id}.`,
      `Take that one back first: frappe-migrator rollback --run ${later.run.id}`,
    )
  }
}

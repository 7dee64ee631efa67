import { surveyBench } from '../../bench/survey.ts'
import { openEnvironment } from '../../execution/open-environment.ts'
import type { PlanStep } from '../../execution/plan.ts'
import type { RunSummary } from '../../execution/run-directory.ts'
import { whatOf } from '../../execution/run-words.ts'
import { startRun } from '../../execution/start-run.ts'
import { refuseUnfinished } from '../../execution/unfinished.ts'
import { MigratorError } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { findOrphans, type Orphan, planCleanup, type Retiring, retirable } from '../../workflows/cleanup.ts'
import { leftByRestore } from '../../workflows/cleanup-restore.ts'
import { attend, confirm, confirmTyped } from '../attendance.ts'
import { finishCleanup } from '../finish-cleanup.ts'
import { progressEvents } from '../finish-run.ts'
import type { ServerOptions } from '../open-host.ts'
import { type AttendedOptions, surveyOptions } from '../options.ts'
import { nothingDone, printJson } from '../print-json.ts'
import { refreshReports } from '../run-report.ts'
import { type AdministratorOptions, secretsOfRun } from '../run-secrets.ts'
import { type BenchRuns, runsOfSite } from '../runs-of-site.ts'
import { openRuns } from '../session.ts'
import { cleanUpPlaces } from './cleanup-places.ts'
import { giveUp } from './give-up.ts'

export interface CleanupOptions extends AttendedOptions, AdministratorOptions, ServerOptions {
  run?: string
  abandon?: boolean
}

/** Retires finished runs (permanent redirect, vault removed) and shows what else is left over; each after asking. */
export async function cleanup(options: CleanupOptions): Promise<number> {
  const session = await openRuns(options)
  if (options.abandon) return giveUp(session, options)
  const known = await runsOfSite(session, options, 'frappe-migrator cleanup')
  if (session.benchPath === null || known.named?.run.home.kind === 'user') return cleanUpPlaces(known, options)
  const { host, benchPath } = session
  await refuseUnfinished(host, benchPath)
  await refreshReports(known.all)
  const runs = await chosenRuns(host, known)
  const facts = await surveyBench(host, benchPath, surveyOptions(options))
  const orphans = findOrphans(facts, await host.processes())
  const attended = attend(options)
  try {
    say(
      `Runs to retire: ${runs.length}`,
      runs.map(({ run, plan, state }) => `${run.id}  ${plan ? whatOf(plan) : 'its plan cannot be read'} (${state})`),
    )
    say(
      `Left over: ${orphans.length}`,
      orphans.map((orphan) => `${orphan.what}: ${orphan.why}`),
    )
    const gone = runs.flatMap(leftByRestore)
    if (gone.length)
      say(
        'What these runs kept goes with them:',
        gone.map((step) => step.describe),
      )
    const retired = runs.length && (await agreed(attended.interactive, options, gone)) ? runs : []
    const cleared: Orphan[] = []
    for (const orphan of orphans) {
      // What is not ours is moved or ended only when somebody at the terminal says so, each by itself.
      if (orphan.step && attended.interactive && (await confirm(`${orphan.step.describe}?`))) cleared.push(orphan)
    }
    const plan = planCleanup(facts, retired, cleared)
    const json = options.json === true
    const more = { runs: runs.map((run) => run.run.id), orphans: orphans.map(({ what, why }) => ({ what, why })) }
    if (plan.steps.length === 0) {
      if (json) printJson({ ...nothingDone(), steps: [], ...more })
      process.stderr.write(`${nothingSaid(runs, orphans, attended.interactive)}\n`)
      return 0
    }
    const restored = retired.findLast((run) => run.plan?.command === 'restore-site')?.plan ?? plan
    const environment = openEnvironment(host, plan, {
      ...attended,
      ...secretsOfRun(restored, options, attended.interactive),
      onEvent: progressEvents(),
      onConflict: 'keep',
    })
    const { run, outcome } = await startRun(environment, plan)
    return await finishCleanup(run, outcome, { json, more })
  } finally {
    attended.release()
  }
}

async function chosenRuns(host: Host, { chosen, named }: BenchRuns): Promise<Retiring[]> {
  // Those over several places are retired one by one, each by its name.
  const ofRename = (run: RunSummary) =>
    run.run.home.kind === 'bench' && run.plan.command !== 'cleanup' && retirable(run)
  if (named === null) return chosen.filter(ofRename)
  // A run that was given up keeps its vault until somebody names it.
  const state = named.state === 'damaged' ? named.lastState : named.state
  const givenUp = state === 'retired' && (await host.status(named.run.vault)) !== null
  if (named.state !== 'damaged' && ofRename(named)) return [named]
  if (givenUp && named.plan?.command !== 'cleanup') return [named]
  if (named.state === 'damaged' && state !== 'retired') throw named.problem
  throw new MigratorError({
    code: 'run-not-retirable',
    kind: 'usage',
    message: `Run ${named.run.id} is ${state}.`,
    untouched: 'Nothing was changed.',
    hint: 'List the runs with: frappe-migrator rollback --list',
  })
}

/** `--yes` answers; at a terminal somebody is asked; else nothing is retired unasked. */
export async function agreed(interactive: boolean, options: AttendedOptions, gone: PlanStep[]): Promise<boolean> {
  if (options.yes) return true
  if (!interactive) return false
  const databases = gone.filter((step) => step.kind === 'drop-database').length
  if (databases === 0) return confirm('Retire these runs? They cannot be taken back afterwards.')
  return confirmTyped(
    `${databases === 1 ? 'A database is' : `${databases} databases are`} dropped for good, and these runs cannot be taken back.`,
    'drop',
  )
}

function nothingSaid(runs: Retiring[], orphans: Orphan[], interactive: boolean): string {
  if (runs.length === 0 && orphans.length === 0) return 'Nothing to do.'
  const movable = orphans.some((orphan) => orphan.step !== null)
  return [
    'Nothing was changed.',
    ...(runs.length ? ['Add --yes to retire the runs above.'] : []),
    ...(movable && !interactive ? ['At a terminal, cleanup asks of each left-over by itself what shall go.'] : []),
    ...(orphans.length && !movable
      ? ['The left-overs above are for you to look at: cleanup touches none of them.']
      : []),
  ].join(' ')
}

function say(title: string, lines: string[]): void {
  process.stderr.write(`${title}\n${lines.map((line) => `  ${line}\n`).join('')}`)
}

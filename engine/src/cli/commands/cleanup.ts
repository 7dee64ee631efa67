import { surveyBench } from '../../bench/survey.ts'
import { readRuns } from '../../execution/all-runs.ts'
import { openEnvironment } from '../../execution/open-environment.ts'
import { type RunSummary, readRun } from '../../execution/run-directory.ts'
import { refuseUnfinished, startRun } from '../../execution/start-run.ts'
import { MigratorError } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { renderError } from '../../report/error.ts'
import { terminalStyle } from '../../report/style.ts'
import { findOrphans, type Orphan, planCleanup, retirable } from '../../workflows/cleanup.ts'
import { attend, confirm } from '../attendance.ts'
import { progressEvents } from '../finish-run.ts'
import type { AttendedOptions } from '../options.ts'
import { openSession, surveyOptions } from '../session.ts'
import { giveUp } from './give-up.ts'

export interface CleanupOptions extends AttendedOptions {
  run?: string
  abandon?: boolean
}

/** Retires finished runs (permanent redirect, vault removed) and shows what else is left over; each after asking. */
export async function cleanup(options: CleanupOptions): Promise<number> {
  const { host, benchPath } = await openSession(options)
  if (options.abandon) return giveUp(host, benchPath, options)
  await refuseUnfinished(benchPath)
  const facts = await surveyBench(host, benchPath, surveyOptions(options))
  const runs = await chosenRuns(host, benchPath, options.run)
  const orphans = findOrphans(facts, await host.processes())
  const attended = attend(options)
  try {
    say(
      `Runs to retire: ${runs.length}`,
      runs.map((run) => `${run.run.id}  ${run.plan.site.oldName} → ${run.plan.site.newName} (${run.state})`),
    )
    say(
      `Left over: ${orphans.length}`,
      orphans.map((orphan) => `${orphan.what}: ${orphan.why}`),
    )
    const retired =
      runs.length &&
      (await agreed(attended.interactive, options, 'Retire these runs? They cannot be taken back afterwards.'))
        ? runs
        : []
    const cleared: Orphan[] = []
    for (const orphan of orphans) {
      // What is not ours is moved or ended only when somebody at the terminal says so, each by itself.
      if (orphan.step && attended.interactive && (await confirm(`${orphan.step.describe}?`))) cleared.push(orphan)
    }
    const plan = planCleanup(facts, retired, cleared)
    if (plan.steps.length === 0) return nothingDone(options, runs, orphans)
    const environment = openEnvironment(host, plan, { ...attended, onEvent: progressEvents(), onConflict: 'keep' })
    const { run, outcome } = await startRun(environment, plan)
    if (options.json)
      process.stdout.write(
        `${JSON.stringify({ run: run.id, outcome: outcome.outcome, steps: plan.steps.map((step) => step.describe) }, null, 2)}\n`,
      )
    if (outcome.outcome === 'done') {
      process.stderr.write(`Done: ${plan.steps.length} steps.\n`)
      return 0
    }
    if ('error' in outcome && outcome.error)
      process.stderr.write(`${renderError(outcome.error, terminalStyle(process.stderr))}\n`)
    return outcome.outcome === 'interrupted' ? 130 : outcome.outcome === 'rolled-back' ? 1 : 5
  } finally {
    attended.release()
  }
}

async function chosenRuns(host: Host, benchPath: string, id: string | undefined): Promise<RunSummary[]> {
  if (id === undefined) {
    const { runs } = await readRuns(benchPath)
    return runs.filter((run) => run.plan.command === 'rename-domain' && retirable(run))
  }
  const run = await readRun(benchPath, id)
  // A run that was given up keeps its vault until somebody names it.
  const givenUp = run.state === 'retired' && (await host.status(run.run.vault)) !== null
  if (run.plan.command === 'rename-domain' && (retirable(run) || givenUp)) return [run]
  throw new MigratorError({
    code: 'run-not-retirable',
    kind: 'usage',
    message: `Run ${id} is ${run.state}.`,
    untouched: 'Nothing was changed.',
    hint: 'List the runs with: frappe-migrator rollback --list',
  })
}

/** `--yes` answers; at a terminal somebody is asked; else nothing is retired unasked. */
async function agreed(interactive: boolean, options: AttendedOptions, question: string): Promise<boolean> {
  if (options.yes) return true
  return interactive && (await confirm(question))
}

function nothingDone(options: AttendedOptions, runs: RunSummary[], orphans: Orphan[]): number {
  if (options.json)
    process.stdout.write(
      `${JSON.stringify({ runs: runs.map((run) => run.run.id), orphans: orphans.map(({ what, why }) => ({ what, why })) }, null, 2)}\n`,
    )
  process.stderr.write(runs.length ? 'Nothing was changed. Add --yes to retire the runs above.\n' : 'Nothing to do.\n')
  return 0
}

function say(title: string, lines: string[]): void {
  process.stderr.write(`${title}\n${lines.map((line) => `  ${line}\n`).join('')}`)
}

import { canonicalHost } from '../../bench/host-name.ts'
import { siteByAnyName } from '../../bench/site-by-name.ts'
import { surveyBench } from '../../bench/survey.ts'
import type { CheckResult } from '../../checks/check.ts'
import { isOver } from '../../execution/all-runs.ts'
import type { RunEnvironment } from '../../execution/environment.ts'
import { withEnvironment } from '../../execution/open-environment.ts'
import type { Plan } from '../../execution/plan.ts'
import type { RunSummary } from '../../execution/run-directory.ts'
import { isUnfinished } from '../../execution/unfinished.ts'
import { verifyDeep } from '../../execution/verify-deep.ts'
import { verifyRun, verifySite } from '../../execution/verify-run.ts'
import { MigratorError } from '../../host/errors.ts'
import { renderChecks } from '../../report/render-checks.ts'
import { terminalStyle } from '../../report/style.ts'
import { unfinishedResult } from '../../workflows/unfinished-run.ts'
import { standalonePlan } from '../../workflows/verify-site.ts'
import { attend } from '../attendance.ts'
import { comparedChecks } from '../compared-backup.ts'
import { progressEvents } from '../finish-run.ts'
import { openHostWith, type ServerOptions } from '../open-host.ts'
import { type CommonOptions, surveyOptions } from '../options.ts'
import { printJson } from '../print-json.ts'
import { refreshReports } from '../run-report.ts'
import { isOf, knownRuns, readable, runsOfSite } from '../runs-of-site.ts'
import { openRuns, type RunsSession } from '../session.ts'
import { unlessStopped } from '../unless-stopped.ts'

interface VerifyOptions extends CommonOptions, ServerOptions {
  run?: string
  deep?: boolean
  manifest?: string
  backupFile?: string
}

/** Asks the proof of the site's latest finished run again, and what can be asked of any site. Exit 2 when something failed, or a run is unfinished. */
export async function verifyMigration(options: VerifyOptions): Promise<number> {
  const session = await openRuns(options)
  const attended = attend({ interactive: false })
  try {
    const run = await findRun(session, options)
    const results = run && isUnfinished(run) ? [unfinishedResult(run)] : await ask(session, options, attended, run)
    if (attended.stop.aborted) {
      process.stderr.write('Stopped. Nothing was proven, and nothing changed.\n')
      if (options.json) printJson({ run: run?.run.id ?? null, outcome: 'interrupted' })
      return 130
    }
    print(results, run, options)
    return results.some((result) => result.status === 'failed') ? 2 : 0
  } finally {
    attended.release()
  }
}

async function ask(
  session: RunsSession,
  options: VerifyOptions,
  attended: ReturnType<typeof attend>,
  run: RunSummary | null,
): Promise<CheckResult[]> {
  const within = <Result>(plan: Plan, work: (environment: RunEnvironment) => Promise<Result>): Promise<Result> =>
    withEnvironment(
      { plan, own: session.host, openHost: openHostWith(options) },
      { ...attended, onEvent: progressEvents(), onConflict: 'keep' },
      work,
    )
  const compared = await unlessStopped(attended.stop, (signal) => comparedChecks(options, signal))
  if (compared === null) return []
  const ofRun = run ? await within(run.plan, (environment) => verifyRun(environment, run)) : []
  // Of a run over several places the plan itself names what is asked, and where.
  const site =
    run?.plan.places === undefined
      ? await questionsOfSite(session, options, run?.plan.site.newDirectory ?? options.site)
      : { ...run.plan, checks: [] }
  const open = site.checks.filter(({ id }) => !ofRun.some((result) => result.id === id))
  const asked = { ...site, checks: [...open, ...compared] }
  const ofSite = asked.checks.length === 0 ? [] : await within(asked, (environment) => verifySite(environment, asked))
  const results = [...ofRun, ...ofSite]
  if (!options.deep) return results
  return [...results, await within(run?.plan ?? site, (environment) => verifyDeep(environment, run))]
}

/** The latest run of the site that stands, finished or not; null when none does: what was refused, taken back or retired says nothing of today. */
async function findRun(session: RunsSession, options: VerifyOptions): Promise<RunSummary | null> {
  const { all: runs, damaged } = await knownRuns(session)
  await refreshReports(runs)
  if (options.run !== undefined) {
    const { named } = await runsOfSite(session, { run: options.run }, 'frappe-migrator verify-migration')
    const run = readable(named)
    if (run) return standing(run, options.site)
  }
  const ofSite = runs.filter((run) => isOfMoves(run) && concerns(run, options.site))
  const found = ofSite.findLast((run) => isUnfinished(run) || run.state === 'done') ?? null
  const unreadable = damaged.find(
    (one) =>
      one.run.id > (found?.run.id ?? '') &&
      !isOver(one) &&
      (one.plan === null || options.site === undefined || isOf(one.plan, options.site)),
  )
  if (unreadable) throw unreadable.problem
  return found
}

/** A repair proves one fault gone and says nothing of a site as a whole; one that is not finished is told. */
const isOfMoves = (run: RunSummary): boolean =>
  run.plan.command !== 'cleanup' && (run.plan.command !== 'fix-config' || isUnfinished(run))

/** A run that was taken back or retired says nothing of today. */
function standing(run: RunSummary, site: string | undefined): RunSummary {
  const ofSite = site === undefined || isOf(run.plan, site)
  if (ofSite && (isUnfinished(run) || run.state === 'done')) return run
  throw new MigratorError({
    code: ofSite ? 'run-not-standing' : 'no-run-of-site',
    kind: 'usage',
    message: ofSite
      ? `Run ${run.run.id} is ${run.state}: there is nothing of it to prove.`
      : `Run ${run.run.id} is not one of site ${site}.`,
    untouched: 'Nothing was changed.',
    hint: 'Leave --run away to ask what can be asked of the site today.',
  })
}

/** A finished run is one of the site under its new name; an unfinished one leaves it under either. */
function concerns(run: RunSummary, name: string | undefined): boolean {
  const { newName, newDirectory } = run.plan.site
  if (name === undefined) return true
  if (isUnfinished(run)) return isOf(run.plan, name)
  return [newDirectory, newName].some((one) => canonicalHost(one) === canonicalHost(name))
}

/** What can be asked of any site. */
async function questionsOfSite(
  { host, benchPath }: RunsSession,
  options: CommonOptions,
  named: string | undefined,
): Promise<Plan> {
  if (benchPath === null) throw noBench(options.site)
  const facts = await surveyBench(host, benchPath, surveyOptions(options))
  const sites = named === undefined ? facts.sites : siteByAnyName(facts, named)
  const [site, ...more] = sites
  if (site && more.length === 0) return standalonePlan(facts, site)
  throw new MigratorError({
    code: site ? 'site-missing' : 'site-not-found',
    kind: 'usage',
    message: site ? 'Which site? This bench has several.' : `No site of this bench is known as ${named}.`,
    untouched: 'Nothing was changed.',
    hint: `Name one with --site: ${facts.sites.map((one) => one.name).join(', ')}`,
  })
}

const noBench = (site: string | undefined): MigratorError =>
  new MigratorError({
    code: 'not-a-bench',
    kind: 'usage',
    message: `There is no bench here to ask about ${site ?? 'a site'}, and no run over several places that stands.`,
    untouched: 'Nothing was changed.',
    hint: 'Name a bench with --bench, or a run with --run; list the runs with: frappe-migrator rollback --list',
  })

function print(results: CheckResult[], run: RunSummary | null, options: CommonOptions): void {
  const failed = results.filter((result) => result.status === 'failed').length
  const shown = results.map(({ seen: _, ...result }) => result)
  if (options.json) printJson({ run: run?.run.id ?? null, verdict: failed ? 'failed' : 'passed', checks: shown })
  else process.stdout.write(`${renderChecks(results, terminalStyle(process.stdout))}\n`)
}

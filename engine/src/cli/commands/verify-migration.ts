import { canonicalHost } from '../../bench/host-name.ts'
import { siteByAnyName } from '../../bench/site-by-name.ts'
import { surveyBench } from '../../bench/survey.ts'
import type { CheckResult } from '../../checks/check.ts'
import { isOver, readRuns } from '../../execution/all-runs.ts'
import type { RunEnvironment } from '../../execution/environment.ts'
import { openEnvironment } from '../../execution/open-environment.ts'
import type { Plan } from '../../execution/plan.ts'
import { type RunSummary, readRun } from '../../execution/run-directory.ts'
import { isUnfinished } from '../../execution/start-run.ts'
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
import { type CommonOptions, surveyOptions } from '../options.ts'
import { printJson } from '../print-json.ts'
import { refreshReports } from '../run-report.ts'
import { isOf } from '../runs-of-site.ts'
import { openSession, type Session } from '../session.ts'
import { unlessStopped } from '../unless-stopped.ts'

interface VerifyOptions extends CommonOptions {
  run?: string
  deep?: boolean
  manifest?: string
  backupFile?: string
}

/** Asks the proof of the site's latest finished run again, and what can be asked of any site. Exit 2 when something failed, or a run is unfinished. */
export async function verifyMigration(options: VerifyOptions): Promise<number> {
  const session = await openSession(options)
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
  session: Session,
  options: VerifyOptions,
  attended: ReturnType<typeof attend>,
  run: RunSummary | null,
): Promise<CheckResult[]> {
  const within = (plan: Plan): RunEnvironment =>
    openEnvironment(session.host, plan, { ...attended, onEvent: progressEvents(), onConflict: 'keep' })
  const compared = await unlessStopped(attended.stop, (signal) => comparedChecks(options, signal))
  if (compared === null) return []
  const ofRun = run ? await verifyRun(within(run.plan), run) : []
  const site = await questionsOfSite(session, options, run?.plan.site.newDirectory ?? options.site)
  const open = site.checks.filter(({ id }) => !ofRun.some((result) => result.id === id))
  const results = [...ofRun, ...(await verifySite(within(site), { ...site, checks: [...open, ...compared] }))]
  return options.deep ? [...results, await verifyDeep(within(run?.plan ?? site), run)] : results
}

/** The latest run of the site that stands, finished or not; null when none does: what was refused, taken back or retired says nothing of today. */
async function findRun({ benchPath }: Session, options: VerifyOptions): Promise<RunSummary | null> {
  const { runs, damaged } = await readRuns(benchPath)
  await refreshReports(runs)
  if (options.run !== undefined) return standing(await readRun(benchPath, options.run), options.site)
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
  { host, benchPath }: Session,
  options: CommonOptions,
  named: string | undefined,
): Promise<Plan> {
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

function print(results: CheckResult[], run: RunSummary | null, options: CommonOptions): void {
  const failed = results.filter((result) => result.status === 'failed').length
  const shown = results.map(({ seen: _, ...result }) => result)
  if (options.json) printJson({ run: run?.run.id ?? null, verdict: failed ? 'failed' : 'passed', checks: shown })
  else process.stdout.write(`${renderChecks(results, terminalStyle(process.stdout))}\n`)
}

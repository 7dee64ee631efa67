import { siteByAnyName } from '../../bench/site-by-name.ts'
import { surveyBench } from '../../bench/survey.ts'
import type { CheckResult } from '../../checks/check.ts'
import { readRuns } from '../../execution/all-runs.ts'
import { openEnvironment } from '../../execution/open-environment.ts'
import { type RunSummary, readRun } from '../../execution/run-directory.ts'
import { verifyRun, verifySite } from '../../execution/verify-run.ts'
import { MigratorError } from '../../host/errors.ts'
import { renderChecks } from '../../report/render-checks.ts'
import { terminalStyle } from '../../report/style.ts'
import { standalonePlan } from '../../workflows/verify-site.ts'
import { attend } from '../attendance.ts'
import { progressEvents } from '../finish-run.ts'
import type { CommonOptions } from '../options.ts'
import { openSession, type Session, surveyOptions } from '../session.ts'

/** Asks the proof of the site's latest finished run again, or what can be asked of any site. Exit 2 when something failed. */
export async function verifyMigration(options: CommonOptions & { run?: string }): Promise<number> {
  const session = await openSession(options)
  const attended = attend({ interactive: false })
  try {
    const run = await findRun(session, options)
    const plan = run?.plan ?? (await planWithoutRun(session, options))
    const environment = openEnvironment(session.host, plan, {
      ...attended,
      onEvent: progressEvents(),
      onConflict: 'keep',
    })
    const results = run ? await verifyRun(environment, run) : await verifySite(environment, plan)
    print(results, run, options)
    return results.some((result) => result.status === 'failed') ? 2 : 0
  } finally {
    attended.release()
  }
}

async function findRun({ benchPath }: Session, options: CommonOptions & { run?: string }): Promise<RunSummary | null> {
  if (options.run !== undefined) return readRun(benchPath, options.run)
  const { runs } = await readRuns(benchPath)
  const { site } = options
  const ofSite = runs.filter(
    ({ plan }) =>
      plan.command === 'rename-domain' &&
      (site === undefined || [plan.site.newDirectory, plan.site.newName].includes(site)),
  )
  const last = ofSite.at(-1)
  return last?.state === 'done' ? last : null
}

async function planWithoutRun({ host, benchPath }: Session, options: CommonOptions) {
  const facts = await surveyBench(host, benchPath, surveyOptions(options))
  const sites = options.site === undefined ? facts.sites : siteByAnyName(facts, options.site)
  const [site, ...more] = sites
  if (site && more.length === 0) return standalonePlan(facts, site)
  throw new MigratorError({
    code: site ? 'site-missing' : 'site-not-found',
    kind: 'usage',
    message: site ? 'Which site? This bench has several.' : `No site of this bench is known as ${options.site}.`,
    untouched: 'Nothing was changed.',
    hint: `Name one with --site: ${facts.sites.map((one) => one.name).join(', ')}`,
  })
}

function print(results: CheckResult[], run: RunSummary | null, options: CommonOptions): void {
  const failed = results.filter((result) => result.status === 'failed').length
  if (options.json) {
    process.stdout.write(
      `${JSON.stringify({ run: run?.run.id ?? null, verdict: failed ? 'failed' : 'passed', checks: results.map(({ seen: _, ...result }) => result) }, null, 2)}\n`,
    )
    return
  }
  process.stdout.write(`${renderChecks(results, terminalStyle(process.stdout))}\n`)
}

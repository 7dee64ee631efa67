import { redactFacts } from '../../bench/redact.ts'
import { findingsForSite } from '../../bench/site-by-name.ts'
import { siteNamed } from '../../bench/site-named.ts'
import { surveyBench } from '../../bench/survey.ts'
import { analyzeBench } from '../../checks/analysis/analyze-bench.ts'
import { isUnfinished } from '../../execution/unfinished.ts'
import { MigratorError } from '../../host/errors.ts'
import { renderSurvey } from '../../report/render-survey.ts'
import { terminalStyle } from '../../report/style.ts'
import { damagedFinding, elsewhereFinding, unfinishedFinding } from '../../workflows/unfinished-run.ts'
import { type CommonOptions, surveyOptions } from '../options.ts'
import { knownRuns } from '../runs-of-site.ts'
import { openSession } from '../session.ts'

export interface AnalyzeSiteOptions extends CommonOptions {
  allSites?: boolean
}

/** Exit 2 when something needs attention. */
export async function analyzeSite(options: AnalyzeSiteOptions): Promise<number> {
  if (options.site !== undefined && options.allSites) throw bothGiven()
  const { host, benchPath } = await openSession(options)
  const surveyed = await surveyBench(host, benchPath, surveyOptions(options))
  const { all, damaged, elsewhere } = await knownRuns({ host, benchPath })
  const unfinished = [
    ...all.filter(isUnfinished).map((run) => unfinishedFinding(run, surveyed)),
    ...damaged.flatMap((run) => damagedFinding(run, surveyed)),
    ...(await Promise.all(elsewhere.map((pointer) => elsewhereFinding(pointer, surveyed)))),
  ]
  const site = options.site === undefined ? null : siteNamed(surveyed, options.site)
  const fully = site !== null ? { sites: [site] } : options.allSites ? { sites: surveyed.sites } : {}
  const analyzed = await analyzeBench(host, surveyed, fully)
  const facts = { ...surveyed, findings: [...unfinished, ...analyzed] }
  const findings = site === null ? facts.findings : findingsForSite(facts, site)
  const shown = { ...facts, findings, sites: site === null ? facts.sites : [site] }
  if (options.json) process.stdout.write(`${JSON.stringify(redactFacts(shown), null, 2)}\n`)
  else process.stdout.write(`${renderSurvey(shown, site, terminalStyle(process.stdout))}\n`)
  return findings.some((finding) => finding.severity !== 'information') ? 2 : 0
}

const bothGiven = (): MigratorError =>
  new MigratorError({
    code: 'site-and-all-sites',
    kind: 'usage',
    message: '--site and --all-sites cannot be given together.',
    untouched: 'Nothing was changed.',
    hint: 'Give --site NAME for one site, or --all-sites for every one.',
  })

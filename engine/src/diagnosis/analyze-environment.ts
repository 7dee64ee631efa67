import type { Finding } from '../bench/finding.ts'
import { siteNamed } from '../bench/site-named.ts'
import { type SurveyOptions, surveyBench } from '../bench/survey.ts'
import { analyzeBench } from '../checks/analysis/analyze-bench.ts'
import { analysisChecks } from '../checks/analysis/registry.ts'
import type { Host } from '../host/host.ts'
import type { EnvironmentAnalysis } from './diagnostic-engine.ts'

/**
 * Asks a bench for the findings that are wanted: only the checks that can give one of them are run. Changes nothing.
 *
 * @param name any name of the site to look at; null: those that analyze-site looks at
 * @throws MigratorError `site-not-found`
 */
export async function analyzeEnvironment(
  host: Host,
  bench: string,
  wanted: ReadonlySet<string>,
  name: string | null,
  options: SurveyOptions = {},
): Promise<EnvironmentAnalysis> {
  const facts = await surveyBench(host, bench, options)
  const named = name === null ? null : siteNamed(facts, name)
  const only = facts.sites.length === 1 ? facts.sites[0] : undefined
  const checks = analysisChecks.filter(({ finds }) => Object.keys(finds).some((id) => wanted.has(id)))
  const findings = await analyzeBench(host, facts, { checks, ...(named === null ? {} : { sites: [named] }) })
  const site = named ?? only
  return {
    findings,
    values: site === undefined ? {} : { site: site.name },
    notes: [],
    unseen: unseenOf(findings, checks),
  }
}

/** What the checks that gave up, or had too little time, would have found. */
function unseenOf(findings: readonly Finding[], checks: typeof analysisChecks): Set<string> {
  const gaveUp = findings.filter(({ id }) => id === 'check-timeout' || id === 'check-failed')
  const missing = checks.filter(({ id }) => gaveUp.some(({ evidence }) => evidence.startsWith(`${id}:`)))
  return new Set(missing.flatMap(({ finds }) => Object.keys(finds)))
}

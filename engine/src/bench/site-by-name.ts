import type { BenchFacts, SiteFacts } from './bench-facts.ts'
import type { Finding } from './finding.ts'
import { canonicalHost, parseWrittenHost } from './host-name.ts'

/**
 * The sites a name may mean: directory name, or any host the site is known by (case does not count, IDN in either spelling,
 * a scheme is ignored, a port must fit). None: unknown. Several: ambiguous.
 */
export function siteByAnyName(facts: Pick<BenchFacts, 'sites'>, name: string): SiteFacts[] {
  const wanted = parseWrittenHost(name)
  return facts.sites.filter(
    (site) =>
      site.name === name ||
      (wanted !== null &&
        site.names.some(
          (known) => canonicalHost(known.host) === wanted.host && (wanted.port === null || wanted.port === known.port),
        )),
  )
}

/** The findings that concern a site or the bench as a whole; those of other sites are left out. */
export function findingsForSite(facts: Pick<BenchFacts, 'sites' | 'findings'>, site: SiteFacts): Finding[] {
  const isOf = ({ subject }: Finding, { name, path }: SiteFacts) =>
    subject === name || subject === path || subject.startsWith(`${path}/`)
  return facts.findings.filter(
    (finding) => isOf(finding, site) || !facts.sites.some((other) => other !== site && isOf(finding, other)),
  )
}

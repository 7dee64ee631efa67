import { type MigratorError, usageError } from '../host/errors.ts'
import type { BenchFacts, SiteFacts } from './bench-facts.ts'
import { canonicalHost, parseWrittenHost } from './host-name.ts'
import { siteByAnyName } from './site-by-name.ts'

type Known = Pick<BenchFacts, 'path' | 'sites' | 'leftovers' | 'findings'>

/**
 * The one site that a name means; `among` names its directory where several may be meant.
 * @throws MigratorError `site-not-found`, `source-ambiguous` (usage)
 */
export function siteNamed(facts: Known, name: string, among: string | null = null): SiteFacts {
  const byName = siteByAnyName(facts, name)
  const found = among === null ? byName : byName.filter((site) => site.name === among)
  const [site, ...more] = found
  if (site === undefined)
    throw among !== null && byName.length > 0 ? ofOthers(name, among, byName) : unknown(facts, name)
  if (more.length > 0) throw ambiguous(facts, name, found)
  return site
}

const usage = (code: string, message: string, evidence: string[], hint: string): MigratorError =>
  usageError(code, message, hint, evidence.length > 0 ? { evidence: evidence.join('; ') } : {})

const namesOf = (sites: SiteFacts[]): string => sites.map((site) => site.name).join(', ')

const ofOthers = (name: string, among: string, sites: SiteFacts[]): MigratorError =>
  usage('site-not-found', `${name} is not a name of the site ${among}.`, [], `It is a name of: ${namesOf(sites)}`)

/** The name may be the port's fault, stand in a configuration that could not be read, or be that of a directory that is no site. */
function unknown(facts: Known, name: string): MigratorError {
  const message = `No site of this bench is known as ${name}.`
  const written = parseWrittenHost(name)
  const [same] = written !== null && written.port !== null ? siteByAnyName(facts, written.host) : []
  if (written !== null && same !== undefined) {
    const at = same.names
      .filter(({ host }) => host === written.host)
      .map(({ host, port }) => (port === null ? host : `${host}:${port}`))
    const known = [...new Set(at)].join(', ')
    return usage('site-not-found', message, [`the site ${same.name} is known as ${known}`], `Give it so: ${known}`)
  }
  const broken = facts.findings
    .filter(({ id, subject }) => CONFIGURATION.has(id) && facts.sites.some(({ config }) => config.path === subject))
    .map(({ evidence }) => `${evidence} (its names are not known)`)
  const empty = facts.leftovers
    .filter(({ path, kind }) => kind !== 'archived' && canonicalHost(path.split('/').at(-1) ?? '') === written?.host)
    .map(({ path, detail }) => `${path}: ${detail}`)
  return usage(
    'site-not-found',
    message,
    [...empty, ...broken],
    `Sites of ${facts.path}: ${namesOf(facts.sites) || 'none'}. See: frappe-migrator analyze-site`,
  )
}

const CONFIGURATION = new Set(['config-invalid-json', 'config-unreadable'])

function ambiguous(facts: Known, name: string, sites: SiteFacts[]): MigratorError {
  const shared = facts.findings
    .filter(({ id, subject }) => id === 'duplicate-database' && sites.some((site) => site.name === subject))
    .map(({ evidence }) => `they share one database: ${evidence}`)
  return usage(
    'source-ambiguous',
    `${name} is a name of several sites: ${namesOf(sites)}.`,
    [...new Set(shared)],
    shared.length > 0
      ? 'Move the directory that is not the site out of sites/, or say which one with --site NAME.'
      : 'Say which one with --site NAME.',
  )
}

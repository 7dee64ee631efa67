import { resolve } from 'node:path'
import type { FileStatus, Host } from '../host/host.ts'
import { failureCode, listOrNothing } from '../services/text-file.ts'
import type { LeftoverFacts, LinkFacts } from './bench-facts.ts'
import type { Finding } from './finding.ts'

/** A directory under sites/ that has, or may have, a site's configuration. */
export interface SiteDirectory {
  name: string
  path: string
  /** Real path of the target when it is a link. */
  linkTarget: string | null
  status: FileStatus
}

export interface SiteDirectories {
  sites: SiteDirectory[]
  links: LinkFacts[]
  leftovers: LeftoverFacts[]
  findings: Finding[]
}

type Entry = { site: SiteDirectory } | { leftover: LeftoverFacts } | null

async function realPathOrNull(host: Host, path: string): Promise<string | null> {
  try {
    return await host.realPath(path)
  } catch (error) {
    if (failureCode(error) !== null) return null
    throw error
  }
}

/** A configuration that may not be seen counts as there: the reader then says why it could not be read. */
async function hasConfig(host: Host, directory: string): Promise<boolean> {
  try {
    return (await host.status(`${directory}/site_config.json`)) !== null
  } catch (error) {
    if (failureCode(error) !== null) return true
    throw error
  }
}

/** Files that bench and Frappe keep in sites/ themselves. */
const FILES_OF_BENCH = new Set([
  ...['apps.txt', 'apps.json', 'excluded_apps.txt', 'patches.txt', 'languages.txt'],
  ...['common_site_config.json', 'currentsite.txt'],
])

/** What our own writer leaves beside a file when it is killed before its content is whole. */
const UNFINISHED = /^\.(.+)\.migrator(?:-in-place)?$/

function strayFile(path: string, name: string, bytes: number): LeftoverFacts | null {
  const written = UNFINISHED.exec(name)?.[1]
  if (written !== undefined)
    return { path, kind: 'stray-file', detail: `left by a migrator that was killed while it wrote ${written}` }
  if (name.startsWith('.') || FILES_OF_BENCH.has(name)) return null
  return { path, kind: 'stray-file', detail: `a file of ${bytes} bytes that is none of the bench's own` }
}

async function readEntry(host: Host, path: string, name: string): Promise<Entry> {
  const own = await host.status(path)
  if (own === null) return null
  if (own.kind === 'file') {
    const leftover = strayFile(path, name, own.bytes)
    return leftover && { leftover }
  }
  if (name.startsWith('.')) return null
  if (own.kind === 'directory') {
    if (await hasConfig(host, path)) return { site: { name, path, linkTarget: null, status: own } }
    return { leftover: { path, kind: 'without-config', detail: 'a directory without site_config.json' } }
  }
  if (own.kind !== 'symlink') return null
  const target = await realPathOrNull(host, path)
  if (target === null) {
    return {
      leftover: { path, kind: 'dangling-symlink', detail: `links to ${await host.readLink(path)}, which is not there` },
    }
  }
  const status = await host.status(target)
  if (status?.kind !== 'directory') return null
  if (await hasConfig(host, target)) return { site: { name, path, linkTarget: target, status } }
  return { leftover: { path, kind: 'without-config', detail: `links to ${target}, which has no site_config.json` } }
}

const WORDS: Record<LeftoverFacts['kind'], string> = {
  symlink: 'is a link to a site: requests reach it, the scheduler does not see it',
  'dangling-symlink': 'is a link that leads nowhere',
  'without-config': 'is no site: it has no site_config.json',
  'stray-file': 'is a file that belongs to no site',
  archived: 'is archived',
  'same-database': 'shares its database',
}

function findingFor({ path, kind, detail }: LeftoverFacts): Finding {
  return {
    id: `site-${kind}`,
    severity: kind === 'without-config' || kind === 'stray-file' ? 'information' : 'warning',
    title: `${path} ${WORDS[kind]}.`,
    evidence: `${path}: ${detail}`,
    remedies: [`Move ${path} out of sites/ if nothing needs it.`],
    subject: path,
  }
}

/**
 * Sorts what lies under `sites/`: sites, links to sites (frappe's get_sites leaves them out, nginx serves them), and the rest.
 * Files, hidden names and `assets` are no site's (frappe/utils/__init__.py get_sites); files that are not the bench's own are told of.
 */
export async function readSiteDirectories(host: Host, bench: string): Promise<SiteDirectories> {
  const found: SiteDirectories = { sites: [], links: [], leftovers: [], findings: [] }
  let names: string[]
  try {
    names = await host.list(`${bench}/sites`)
  } catch (error) {
    const code = failureCode(error)
    if (code === null) throw error
    const remedies = ["Run as the bench's owner."]
    const title = `${bench}/sites could not be listed, so no site was found.`
    const evidence = `${bench}/sites: ${code}`
    found.findings.push({ id: 'sites-unreadable', severity: 'critical', title, evidence, remedies, subject: bench })
    return found
  }
  const wanted = names.filter((name) => name !== 'assets')
  const entries = await Promise.all(wanted.map((name) => readEntry(host, `${bench}/sites/${name}`, name)))
  for (const entry of entries) {
    if (entry === null) continue
    if ('leftover' in entry) found.leftovers.push(entry.leftover)
    else {
      found.sites.push(entry.site)
      const { path, linkTarget } = entry.site
      if (linkTarget !== null) found.leftovers.push({ path, kind: 'symlink', detail: `links to ${linkTarget}` })
    }
  }
  found.findings.push(...found.leftovers.map(findingFor))
  found.links.push(...(await readLinks(host, `${bench}/sites`, wanted)))
  return found
}

/** Links under sites/ by what they say, not by where they end: what they say is what a renamed directory makes wrong. */
async function readLinks(host: Host, sites: string, names: string[]): Promise<LinkFacts[]> {
  const real = await host.realPath(sites)
  const links = await Promise.all(
    names.map(async (name) => {
      const path = `${sites}/${name}`
      if ((await host.status(path))?.kind !== 'symlink') return null
      const text = await host.readLink(path)
      const place = resolve(sites, text)
      const under = [sites, real].find((directory) => place.startsWith(`${directory}/`))
      return { path, text, inside: under === undefined ? null : place.slice(under.length + 1) }
    }),
  )
  return links.filter((link) => link !== null)
}

/** What `bench drop-site` put away: `archived/sites`, and `archived_sites` of older benches (in bench 5 a link to it). */
export async function readArchivedSites(host: Host, bench: string): Promise<LeftoverFacts[]> {
  const old = await host.status(`${bench}/archived_sites`).catch(() => null)
  const directories = [`${bench}/archived/sites`, ...(old?.kind === 'directory' ? [`${bench}/archived_sites`] : [])]
  const names = await Promise.all(
    directories.map(async (directory) => (await listOrNothing(host, directory)).map((name) => `${directory}/${name}`)),
  )
  return names.flat().map((path) => ({ path, kind: 'archived', detail: 'archived by bench drop-site' }))
}

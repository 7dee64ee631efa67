import { isObject } from '../host/parse-json.ts'
import type { HostsEntry, NameSource, SiteName } from './bench-facts.ts'
import { textAt } from './config-keys.ts'
import { canonicalHost, parseWrittenHost, type WrittenHost } from './host-name.ts'

/** One place where a name of the site stands. */
export interface NameMention extends WrittenHost {
  from: NameSource
  where: string
}

type Config = Record<string, unknown> | null

/** The `domains` of a site's configuration: text, or objects with a certificate of their own (bench/config/nginx.py). */
export function domainsOf(config: Config): { domain: string; certificate: string | null; key: string | null }[] {
  const domains = config?.['domains']
  if (!Array.isArray(domains)) return []
  return domains.flatMap((entry: unknown) => {
    if (typeof entry === 'string') return [{ domain: entry, certificate: null, key: null }]
    if (!isObject(entry)) return []
    const domain = textAt(entry, 'domain')
    const [certificate, key] = [textAt(entry, 'ssl_certificate'), textAt(entry, 'ssl_certificate_key')]
    return domain === null ? [] : [{ domain, certificate, key }]
  })
}

/** The bench's `wildcard`; `*.example.com`, `example.com` and `*` as bench takes them (bench/config/nginx.py use_wildcard_certificate). */
export function wildcardOf(
  common: Config,
): { domain: string; matches: (host: string) => boolean; certificate: string | null; key: string | null } | null {
  const wildcard = common?.['wildcard']
  if (!isObject(wildcard)) return null
  const domain = textAt(wildcard, 'domain')
  if (domain === null) return null
  const ending = canonicalHost(domain.startsWith('*') ? domain.slice(1) : `.${domain}`)
  const matches = (host: string) => canonicalHost(host).endsWith(ending)
  return {
    domain,
    matches,
    certificate: textAt(wildcard, 'ssl_certificate'),
    key: textAt(wildcard, 'ssl_certificate_key'),
  }
}

/** Names from the site's own and the bench's configuration. The site's `host_name` hides the bench's. */
function configuredNames(config: Config, configPath: string, common: Config, commonPath: string): NameMention[] {
  const mentions: NameMention[] = []
  for (const [source, path] of [
    [config, configPath],
    [common, commonPath],
  ] as const) {
    const key = textAt(source, 'host_name') === null ? 'hostname' : 'host_name'
    const written = textAt(source, key)
    const parsed = written === null ? null : parseWrittenHost(written)
    if (parsed !== null) mentions.push({ ...parsed, from: 'host_name', where: `${path} "${key}"` })
    if (written !== null) break
  }
  for (const { domain } of domainsOf(config)) {
    const parsed = parseWrittenHost(domain)
    if (parsed !== null) mentions.push({ ...parsed, from: 'domains', where: `${configPath} "domains"` })
  }
  return mentions
}

/** Puts mentions of one host together. A mention without port or scheme is the same name as one with. */
function mergeMentions(mentions: NameMention[]): SiteName[] {
  const names: SiteName[] = []
  for (const { host, port, scheme, from, where } of mentions) {
    const same = names.find(
      (name) =>
        canonicalHost(name.host) === canonicalHost(host) && (name.port === port || name.port === null || port === null),
    )
    if (same === undefined) names.push({ host, port, scheme, sources: [{ from, where }] })
    else {
      // Behind an outer proxy nginx listens on ports no visitor sees: only names nobody else knows take theirs from it.
      if (from !== 'nginx') same.port ??= port
      same.scheme ??= scheme
      same.sources.push({ from, where })
    }
  }
  return names
}

/**
 * All names a site is known by. For a link to another site of the bench the configured names belong to that site, so only its own directory
 * name and what nginx sends there count.
 */
export function namesOfSite(site: {
  name: string
  path: string
  aliasOfSite: boolean
  config: Config
  configPath: string
  common: Config
  commonPath: string
  currentSite: { path: string; text: string } | null
  nginx: NameMention[]
  hostsEntries: HostsEntry[]
}): SiteName[] {
  const directory = { host: canonicalHost(site.name), port: null, scheme: null }
  const mentions: NameMention[] = [{ ...directory, from: 'directory', where: site.path }]
  if (textAt(site.common, 'default_site') === site.name) {
    mentions.push({ ...directory, from: 'default_site', where: `${site.commonPath} "default_site"` })
  }
  if (site.currentSite?.text.trim() === site.name) {
    mentions.push({ ...directory, from: 'currentsite', where: site.currentSite.path })
  }
  if (!site.aliasOfSite) mentions.push(...configuredNames(site.config, site.configPath, site.common, site.commonPath))
  mentions.push(...site.nginx)
  const names = mergeMentions(mentions)
  const wildcard = wildcardOf(site.common)
  for (const name of names) {
    const host = canonicalHost(name.host)
    if (wildcard?.matches(host)) {
      name.sources.push({ from: 'wildcard', where: `${site.commonPath} "wildcard" ${wildcard.domain}` })
    }
    for (const entry of site.hostsEntries) {
      if (entry.names.some((named) => canonicalHost(named) === host)) {
        name.sources.push({ from: 'hosts-file', where: `${entry.path}:${entry.line}` })
      }
    }
  }
  return names
}

import { isDeepStrictEqual } from 'node:util'
import type { BenchFacts } from '../../bench/bench-facts.ts'
import { canonicalHost } from '../../bench/host-name.ts'
import type { KeyEdit } from '../../changes/json-keys.ts'
import type { RenameNames } from './names.ts'

/** One key with what people see of it; no secret is among these keys. */
export interface ConfigurationEdit {
  file: string
  edit: KeyEdit
  what: string
  before: string | null
  after: string | null
}

type Config = Record<string, unknown>
const shown = (value: unknown): string | null =>
  value === undefined ? null : typeof value === 'string' ? value : JSON.stringify(value)

function keyEdit(file: string, config: Config, key: string, value: unknown): ConfigurationEdit[] {
  if (isDeepStrictEqual(config[key], value)) return []
  const plain = value === undefined ? undefined : JSON.parse(JSON.stringify(value))
  const edit: KeyEdit = plain === undefined ? { keys: [key] } : { keys: [key], value: plain }
  return [{ file, edit, what: key, before: shown(config[key]), after: shown(value) }]
}

/** The address with the old host replaced; scheme (else the site's) and port stay unless `--url` says otherwise. null: another host. */
export function renamedAddress(text: string, names: RenameNames): string | null {
  const match = /^(?:([a-z][a-z0-9+.-]*):\/\/)?([^/:?#]+)(?::(\d+))?(.*)$/i.exec(text.trim())
  if (!match) return null
  const [, scheme, host = '', port, rest = ''] = match
  if (!isRenamed(host, names)) return null
  if (names.url)
    return `${names.url.scheme}://${names.target}${names.url.port === null ? '' : `:${names.url.port}`}${rest}`
  return `${scheme ?? names.scheme}://${names.target}${port === undefined ? '' : `:${port}`}${rest}`
}

/** The source itself, or a name that `--also-rewrite` named. */
export function isRenamed(host: string, names: RenameNames): boolean {
  const plain = canonicalHost(host)
  return plain === names.source.host || names.hosts.some((rule) => rule.from === plain)
}

/** Keys of site_config.json: host_name, domains, certificate paths. */
export function planSiteConfig(
  names: RenameNames,
  certificate: { certificate: string; key: string } | null,
): ConfigurationEdit[] {
  const file = names.site.config.path
  const config = names.site.config.value ?? {}
  const edits: ConfigurationEdit[] = []
  for (const key of ['host_name', 'hostname']) {
    const value = config[key]
    const after = typeof value === 'string' ? renamedAddress(value, names) : null
    if (after !== null) edits.push(...keyEdit(file, config, key, after))
  }
  const named = ['host_name', 'hostname'].some((key) => typeof config[key] === 'string' && config[key] !== '')
  // Without host_name Frappe builds links from the directory's name; https is known to it only through this key.
  if (
    !named &&
    (names.scheme === 'https' || names.url !== null || (names.directory === null && names.again === undefined))
  ) {
    const port = names.url?.port ?? null
    edits.push(
      ...keyEdit(file, config, 'host_name', `${names.scheme}://${names.target}${port === null ? '' : `:${port}`}`),
    )
  }
  edits.push(...planDomains(file, config, names, certificate))
  if (certificate && typeof config['ssl_certificate'] === 'string') {
    edits.push(...keyEdit(file, config, 'ssl_certificate', certificate.certificate))
    edits.push(...keyEdit(file, config, 'ssl_certificate_key', certificate.key))
  }
  return edits
}

function planDomains(
  file: string,
  config: Config,
  names: RenameNames,
  certificate: { certificate: string; key: string } | null,
): ConfigurationEdit[] {
  const domains: unknown[] = Array.isArray(config['domains']) ? config['domains'] : []
  const nameOf = (entry: unknown): string | null =>
    typeof entry === 'string'
      ? entry
      : entry !== null && typeof entry === 'object' && 'domain' in entry
        ? String(entry.domain)
        : null
  const renamed = domains.map((entry) => {
    const host = nameOf(entry)
    if (host === null || !isRenamed(host, names)) return entry
    if (typeof entry === 'string') return names.target
    const paths = certificate ? { ssl_certificate: certificate.certificate, ssl_certificate_key: certificate.key } : {}
    return { ...(entry as object), domain: names.target, ...paths }
  })
  const seen = new Set<string>()
  const unique = renamed.filter((entry) => {
    const host = nameOf(entry)
    if (host === null || canonicalHost(host) !== names.target) return true
    if (seen.has(names.target)) return false
    seen.add(names.target)
    return true
  })
  // A directory that keeps its name is found under the new one only through nginx's map, which bench makes from `domains`.
  if (names.directory === null && names.site.name !== names.target && !seen.has(names.target)) {
    unique.push(
      certificate
        ? { domain: names.target, ssl_certificate: certificate.certificate, ssl_certificate_key: certificate.key }
        : names.target,
    )
  }
  return unique.length || domains.length ? keyEdit(file, config, 'domains', unique) : []
}

/** Keys of common_site_config.json: default_site, host_name, wildcard. */
export function planCommonConfig(facts: BenchFacts, names: RenameNames): ConfigurationEdit[] {
  const file = facts.commonConfig.path
  const config = facts.commonConfig.value ?? {}
  const edits: ConfigurationEdit[] = []
  if (names.directory && config['default_site'] === names.directory.from)
    edits.push(...keyEdit(file, config, 'default_site', names.directory.to))
  const host = config['host_name']
  const after = typeof host === 'string' ? renamedAddress(host, names) : null
  if (after !== null) edits.push(...keyEdit(file, config, 'host_name', after))
  const wildcard = config['wildcard']
  if (
    wildcard !== null &&
    typeof wildcard === 'object' &&
    'domain' in wildcard &&
    isRenamed(String(wildcard.domain), names)
  ) {
    edits.push(...keyEdit(file, config, 'wildcard', { ...wildcard, domain: names.target }))
  }
  return edits
}

import type { BenchFacts, SiteFacts, SiteName } from '../../bench/bench-facts.ts'
import { canonicalHost } from '../../bench/host-name.ts'
import { siteByAnyName } from '../../bench/site-by-name.ts'
import { siteNamed } from '../../bench/site-named.ts'
import type { SitePlace } from '../../execution/plan.ts'
import { MigratorError, usageError } from '../../host/errors.ts'
import { isAmbiguousHost, parseHostName } from '../../rewrite/host-name.ts'
import type { HostRule } from '../../rewrite/host-rule.ts'
import { maskUrlUserinfo } from '../../services/redis.ts'
import type { RenameRequest } from './request.ts'

/** Who is renamed, from what to what. */
export interface RenameNames {
  site: SiteFacts
  source: { host: string; port: number | null }
  target: string
  /** null: the directory keeps its name. */
  directory: { from: string; to: string } | null
  /** What is rewritten inside the database; empty for an ambiguous name that nobody asked for. */
  hosts: HostRule[]
  /** Other names of the site that are not rewritten. */
  others: SiteName[]
  /** Scheme and port of the new address: what `host_name` and the redirect say. */
  scheme: 'http' | 'https'
  url: { scheme: 'http' | 'https'; port: number | null } | null
  /** Why the database is left alone, when it is. */
  ambiguous: string | null
  /** The site was renamed before: only what has been written with the old name since is left to do. */
  again?: true
}

/**
 * Finds the one site that is meant and checks the new name. `done`: renames of this bench that stand, oldest first; the same one
 * may be asked for again.
 * @throws MigratorError `site-not-found`, `source-ambiguous`, `name-invalid`, `same-name`, `site-is-link`, `target-taken` …
 */
export function resolveNames(facts: BenchFacts, request: RenameRequest, done: SitePlace[] = []): RenameNames {
  const earlier = renamedBefore(facts, request, done)
  const site = earlier ?? siteNamed(facts, request.source, request.site)
  const source = hostOf('--source', request.source, true)
  const target = hostOf('--target', request.target, false).host
  if (source.host === target) {
    throw usageError(
      'same-name',
      `Source and target are the same name: ${target}.`,
      'Give the name the site shall have as --target.',
    )
  }
  refuseLink(site)
  const url = urlOf(request.url, target)
  const wanted = request.renameDirectory
  const rename = wanted === 'yes' || (wanted === 'auto' && canonicalHost(site.name) === source.host)
  const directory = rename && site.name !== target ? { from: site.name, to: target } : null
  refuseTaken(facts, site, target, directory)
  const also = [...new Set(request.alsoRewrite)].map((name) => alsoRewritten(facts, site, name, target))
  const rule = ({ host, port }: { host: string; port: number | null }): HostRule => ({
    from: host,
    to: target,
    ...(port === null ? {} : { fromPort: port }),
    ...(url === null ? {} : { toUrl: url }),
  })
  const ambiguous = isAmbiguousHost(source.host) && !also.some((name) => name.host === source.host)
  const isSource = (name: { host: string; port: number | null }) =>
    name.host === source.host && (name.port === source.port || source.port === null)
  const hosts = [...(ambiguous ? [] : [source]), ...also.filter((name) => ambiguous || !isSource(name))].map(rule)
  const rewritten = new Set(hosts.map((host) => host.from))
  return {
    site,
    source,
    target,
    directory,
    hosts,
    others: site.names.filter((name) => ![source.host, target].includes(name.host) && !rewritten.has(name.host)),
    scheme: url?.scheme ?? schemeOf(site, source.host),
    url,
    ambiguous: ambiguous ? source.host : null,
    ...(earlier ? { again: true } : {}),
  }
}

/** The site of an earlier rename from this source to this target, when nobody has the source's name any more. */
function renamedBefore(facts: BenchFacts, request: RenameRequest, done: SitePlace[]): SiteFacts | undefined {
  const { source, target, site } = request
  if (siteByAnyName(facts, source).length > 0) return undefined
  const last = done.findLast(
    (place) => place.oldName === canonicalHost(source) && place.newName === canonicalHost(target),
  )
  if (!last || (site !== null && site !== last.newDirectory)) return undefined
  return siteByAnyName(facts, target).find((one) => one.name === last.newDirectory)
}

function hostOf(option: string, text: string, allowPort: boolean): { host: string; port: number | null } {
  const parsed = parseHostName(text, { allowPort })
  if (parsed.ok) return { host: parsed.host, port: parsed.port }
  throw usageError(
    'name-invalid',
    `${option} ${JSON.stringify(text)} is no host name: ${parsed.sentence}`,
    'Give a name like erp.example.com.',
  )
}

function refuseLink(site: SiteFacts): void {
  if (site.linkTarget === null) return
  throw new MigratorError({
    code: 'site-is-link',
    kind: 'refused',
    message: `The site's directory ${site.path} is a link to ${site.linkTarget}.`,
    evidence: "Frappe's scheduler passes links over, nginx does not: such a site is half there.",
    untouched: 'Nothing was changed.',
    hint: 'Rename the site it points to, or put the real directory in the place of the link.',
  })
}

function urlOf(text: string | null, target: string): RenameNames['url'] {
  if (text === null) return null
  const url = URL.parse(text)
  const scheme = url?.protocol === 'https:' ? 'https' : url?.protocol === 'http:' ? 'http' : null
  if (
    !url ||
    scheme === null ||
    url.hostname !== target ||
    url.pathname !== '/' ||
    url.search ||
    url.hash ||
    url.username
  ) {
    throw usageError(
      'url-invalid',
      `--url ${JSON.stringify(maskUrlUserinfo(text))} must be the new name with its scheme and perhaps a port.`,
      `For instance --url https://${target} or --url http://${target}:8000`,
    )
  }
  return { scheme, port: url.port === '' ? null : Number(url.port) }
}

/** `host_name` keeps its scheme; else https where the site is served over TLS. */
function schemeOf(site: SiteFacts, host: string): 'http' | 'https' {
  const named = site.names.find((name) => name.host === host && name.scheme !== null)
  return named?.scheme ?? (site.tls ? 'https' : 'http')
}

function refuseTaken(facts: BenchFacts, site: SiteFacts, target: string, directory: RenameNames['directory']): void {
  const taken = (where: string, hint: string) =>
    new MigratorError({
      code: 'target-taken',
      kind: 'refused',
      message: `The name ${target} is taken on this bench.`,
      evidence: where,
      untouched: 'Nothing was changed.',
      hint,
    })
  for (const other of facts.sites) {
    const name = other === site ? undefined : other.names.find((known) => known.host === target)
    if (name)
      throw taken(
        `site ${other.name}: ${name.sources.map((source) => `${source.from} (${source.where})`).join(', ')}`,
        'Choose another name, or take it from that site first.',
      )
    if (other !== site && canonicalHost(other.name) === target) throw taken(other.path, 'Choose another name.')
  }
  const leftover = facts.leftovers.find((entry) => canonicalHost(entry.path.split('/').at(-1) ?? '') === target)
  if (leftover && (directory || leftover.kind === 'archived')) {
    throw taken(
      `${leftover.path} (${leftover.detail})`,
      leftover.kind === 'archived'
        ? 'An archived site has this name: move it away from archived/ if it is not needed.'
        : 'Look into that directory and move it out of sites/.',
    )
  }
}

function alsoRewritten(
  facts: BenchFacts,
  site: SiteFacts,
  name: string,
  target: string,
): { host: string; port: number | null } {
  const parsed = hostOf('--also-rewrite', name, true)
  if (parsed.host === target) {
    throw usageError('same-name', `--also-rewrite ${name}: this is the new name itself.`, 'Leave it away.')
  }
  const owners = siteByAnyName(facts, name)
  const [owner] = owners
  if (owner && !owners.includes(site))
    throw usageError(
      'name-of-other-site',
      `--also-rewrite ${name}: this is a name of the site ${owner.name}.`,
      'Only names of the renamed site can be rewritten.',
    )
  return parsed
}

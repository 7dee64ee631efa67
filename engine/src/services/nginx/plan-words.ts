import type { Draft } from './draft.ts'
import type { NginxFacts, NginxRenameRequest } from './nginx-facts.ts'
import { type Directive, everyDirective } from './parse.ts'
import { lower, type SiteServer } from './site-servers.ts'
import type { Token } from './tokens.ts'

const escapeRegex = (text: string) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')

/** Directives whose arguments may name the public host; server_name, maps, paths and logs are not among them. */
const HOST_DIRECTIVES = new Set([
  ...['return', 'rewrite', 'if', 'set', 'add_header', 'valid_referers'],
  ...['proxy_set_header', 'proxy_redirect', 'proxy_cookie_domain'],
])

/** The old host at its boundaries: not inside another host name, not behind `@`. A name without a dot only as a whole. */
function hostPattern(host: string): RegExp {
  const name = escapeRegex(host)
  return host.includes('.')
    ? new RegExp(`(?<![\\w.@-])${name}(?![\\w-]|\\.[\\w])`, 'gi')
    : new RegExp(`(?<=^["']?|//)${name}(?=["')]*$|[:/$])`, 'gi')
}

/** Literal site headers, paths into the site's directory and the host in redirects and headers of the site's own blocks. */
export function planWords(facts: NginxFacts, request: NginxRenameRequest, servers: SiteServer[], draft: Draft): void {
  planAbsolutePaths(facts, request, draft)
  const shared = new Set(
    facts.servers
      .filter((server) => !servers.some((entry) => entry.server === server && entry.exclusive))
      .flatMap((server) => server.snippets),
  )
  for (const entry of servers) {
    const { server } = entry
    const block = draft.directives(server.file).flatMap(findBlock(server.start))
    editDirectives(server.file, block, entry, request, draft)
    for (const path of server.snippets) {
      if (shared.has(path)) reportSharedSnippet(path, request, draft)
      else editDirectives(path, draft.directives(path), entry, request, draft)
    }
  }
}

const findBlock =
  (start: number) =>
  (directive: Directive): Directive[] =>
    directive.start === start ? (directive.block ?? []) : (directive.block ?? []).flatMap(findBlock(start))

function editDirectives(
  path: string,
  directives: Directive[],
  entry: SiteServer,
  request: NginxRenameRequest,
  draft: Draft,
) {
  for (const directive of everyDirective(directives)) {
    const [first, second] = directive.words
    const isHeader = directive.name === 'proxy_set_header' && first?.value.toLowerCase() === 'x-frappe-site-name'
    if (isHeader) {
      if (second && second.value === request.directory?.from) {
        draft.setWord(path, second, request.directory.to, 'X-Frappe-Site-Name')
      }
    } else if (directive.name === 'try_files' && (entry.thisBench || entry.server.root === null)) {
      editRootedPaths(path, directive, request, draft)
    } else if (entry.exclusive && HOST_DIRECTIVES.has(directive.name)) {
      for (const word of directive.words) editHosts(path, directive.name, word, request, draft)
    }
  }
}

/** `try_files /old.cloud/public/$uri`: relative to a root that is the bench's `sites`. */
function editRootedPaths(path: string, directive: Directive, request: NginxRenameRequest, draft: Draft): void {
  if (!request.directory) return
  const { from, to } = request.directory
  for (const word of directive.words) {
    if (word.value.startsWith(`/${from}/`))
      draft.setWord(path, word, `/${to}${word.value.slice(from.length + 1)}`, directive.name)
  }
}

function editHosts(path: string, what: string, word: Token, request: NginxRenameRequest, draft: Draft): void {
  const written = draft.file(path).text.slice(word.start, word.end)
  let after = written
  for (const { from, to } of request.hosts)
    if (from !== request.commonName) after = after.replace(hostPattern(from), () => to)
  draft.replace(path, word, after, what)
}

/** A path into the site's directory is the site's wherever it stands: the directory moves. */
function planAbsolutePaths(facts: NginxFacts, request: NginxRenameRequest, draft: Draft): void {
  if (!request.directory) return
  const sites = request.sitesPath.replace(/\/+$/, '')
  const pattern = new RegExp(`(?<=^["']?)${escapeRegex(`${sites}/${request.directory.from}`)}(?=["']?$|/)`)
  const to = `${sites}/${request.directory.to}`
  for (const { path, text } of facts.files) {
    if (!text.includes(`${sites}/`)) continue
    for (const directive of everyDirective(draft.directives(path))) {
      for (const word of directive.words) {
        const written = text.slice(word.start, word.end)
        draft.replace(
          path,
          word,
          written.replace(pattern, () => to),
          directive.name,
        )
      }
    }
  }
}

function reportSharedSnippet(path: string, request: NginxRenameRequest, draft: Draft): void {
  for (const directive of everyDirective(draft.directives(path))) {
    const last = directive.words.at(-1)
    const header =
      directive.name === 'proxy_set_header' && directive.words[0]?.value.toLowerCase() === 'x-frappe-site-name'
    if (!last || !header || last.value !== request.directory?.from) continue
    draft.problem(
      path,
      last,
      `The file names the site ${last.value}, but blocks of other sites include it too.`,
      'Move that line into the blocks of the site, then try again.',
    )
  }
}

/** What still names the old host or directory after the edits, so that nobody is surprised. */
export function noteLeftovers(
  facts: NginxFacts,
  request: NginxRenameRequest,
  servers: SiteServer[],
  draft: Draft,
): void {
  const hosts = request.hosts.filter(({ from }) => from.includes('.')).map(({ from }) => lower(from))
  const patterns = hosts.map(
    (host) => new RegExp(`(?<![\\w.@-])${host.split('.').map(escapeRegex).join('\\\\?\\.')}(?![\\w-])`, 'i'),
  )
  const own = new Set(servers.flatMap(({ server }) => [server.file, ...server.snippets]))
  for (const { path, text } of facts.files) {
    for (const directive of everyDirective(own.has(path) ? draft.directives(path) : [])) {
      if (directive.name === 'server_name' || HOST_KEPT.test(directive.name)) continue
      const name = { start: directive.start, end: directive.nameEnd, value: directive.name }
      for (const word of [name, ...directive.words]) {
        if (!patterns.some((pattern) => pattern.test(word.value)) || draft.isEdited(path, word)) continue
        draft.note(path, word, `\`${text.slice(directive.start, word.end)}\` still names the old host.`)
      }
    }
  }
}

const HOST_KEPT = /^ssl_certificate(_key)?$/

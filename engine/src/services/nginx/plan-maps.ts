import type { Draft } from './draft.ts'
import type { NginxFacts, NginxMap, NginxRenameRequest, NginxServer } from './nginx-facts.ts'
import { benchOf, isLiteralName } from './server-names.ts'
import { HOST_VARIABLES, lower, type SiteServer } from './site-servers.ts'

/** Which directory a host leads to: the map entry's value, else the map's default, else the host itself. */
type Resolve = (host: string) => string | null

/**
 * Maps from host to site directory: keys old → new, values old directory → new directory, and an entry more where a
 * name would otherwise lead to a directory that does not exist.
 */
export function planMaps(
  facts: NginxFacts,
  request: NginxRenameRequest,
  servers: SiteServer[],
  removed: Set<NginxServer>,
  draft: Draft,
): void {
  const targets = new Map(request.hosts.map(({ from, to }) => [lower(from), lower(to)]))
  const kept = servers.filter(({ server }) => !removed.has(server))
  const maps = facts.maps.filter((map) => HOST_VARIABLES.has(map.source) && isOurs(facts, map, servers, request, draft))
  const after = new Map(maps.map((map) => [map.variable, planEntries(map, request, targets, draft)]))
  after.set('$host', (host) => host)
  const before = new Map<string, Resolve>(maps.map((map) => [map.variable, (host) => lookUp(map, host)]))
  before.set('$host', (host) => host)
  const wanted = new Set<string>()
  for (const { server } of kept) {
    const variable = server.siteHeaders.find((header) => header.value.startsWith('$'))?.value ?? null
    const was = variable === null ? undefined : before.get(variable)
    const becomes = variable === null ? undefined : after.get(variable)
    if (variable === null || !was || !becomes) continue
    for (const word of server.names) {
      const name = lower(word.value)
      if (!isLiteralName(name) || !(targets.has(name) || request.siteNames.map(lower).includes(name))) continue
      const present = was(name)
      // A name that led to another directory than the site's was broken before; the rename does not mend it.
      if (request.directory && present !== request.directory.from) continue
      const directory = request.directory?.to ?? present
      const newName = targets.get(name) ?? name
      if (directory === null || becomes(newName) === directory || wanted.has(`${variable} ${newName}`)) continue
      wanted.add(`${variable} ${newName}`)
      const map = maps.find((candidate) => candidate.variable === variable)
      if (map) insertEntry(map, newName, directory, draft)
      else reportNoMap(server, newName, directory, draft)
    }
  }
}

/** A map is this site's when a block of the site, or of this bench, uses its variable. */
function isOurs(
  facts: NginxFacts,
  map: NginxMap,
  servers: SiteServer[],
  request: NginxRenameRequest,
  draft: Draft,
): boolean {
  const users = new Set([
    ...servers.map(({ server }) => server),
    ...facts.servers.filter((server) => benchOf(server, request.sitesPath) === 'this'),
  ])
  const uses = new RegExp(`\\$\\{?${map.variable.slice(1).replace(/\W/g, '')}\\b`)
  return [...users].some(
    (server) =>
      uses.test(draft.file(server.file).text.slice(server.start, server.end)) ||
      server.snippets.some((path) => uses.test(draft.file(path).text)),
  )
}

function lookUp(map: NginxMap, host: string): string | null {
  const entry = map.entries.find(({ key }) => lower(key.value) === host)
  const value = (entry ?? map.entries.find(({ key }) => key.value === 'default'))?.value.value ?? null
  return value !== null && HOST_VARIABLES.has(value) ? host : value
}

/** Edits the entries and answers how the map resolves afterwards. */
function planEntries(map: NginxMap, request: NginxRenameRequest, targets: Map<string, string>, draft: Draft): Resolve {
  const resulting: NginxMap = { ...map, entries: [] }
  const kept = new Set(map.entries.map(({ key }) => lower(key.value)).filter((key) => !targets.has(key)))
  for (const entry of map.entries) {
    const key = targets.get(lower(entry.key.value)) ?? entry.key.value
    const value = entry.value.value === request.directory?.from ? request.directory.to : entry.value.value
    const path = entry.key.file ?? map.file
    if (key !== entry.key.value && kept.has(key)) {
      dropEntry(path, entry, draft)
      continue
    }
    kept.add(key)
    if (key !== entry.key.value) draft.setWord(path, entry.key, key, `map ${map.variable}, host`)
    if (value !== entry.value.value) draft.setWord(path, entry.value, value, `map ${map.variable}, site directory`)
    resulting.entries.push({ ...entry, key: { ...entry.key, value: key }, value: { ...entry.value, value } })
  }
  return (host) => lookUp(resulting, host)
}

function dropEntry(path: string, entry: NginxMap['entries'][number], draft: Draft): void {
  const { text } = draft.file(path)
  const end = text.indexOf(';', entry.value.end) + 1
  const gap = /\s*$/.exec(text.slice(0, entry.key.start))?.[0].length ?? 0
  const lineStart = text.lastIndexOf('\n', entry.key.start - gap - 1) + 1
  const start = text.slice(lineStart, entry.key.start - gap).includes('#') ? entry.key.start : entry.key.start - gap
  draft.replace(path, { start, end }, '', 'map entry (the new name has one already)')
}

/** Before `default`, as bench writes it, else behind the last entry or the brace; in the indentation found there. */
function insertEntry(map: NginxMap, host: string, directory: string, draft: Draft): void {
  const own = map.entries.filter(({ key }) => key.file === undefined)
  const anchor = own.find(({ key }) => key.value === 'default') ?? own.at(-1)
  const { text } = draft.file(map.file)
  const what = `map ${map.variable}, new entry`
  if (!anchor) {
    const inside = text.indexOf('{', map.start) + 1
    draft.replace(map.file, { start: inside, end: inside }, ` ${host} ${directory};`, what)
    return
  }
  const { start } = anchor.key
  const leading = text.slice(text.lastIndexOf('\n', start - 1) + 1, start)
  const separator = /^\s*$/.test(leading) ? `\n${leading}` : ' '
  draft.replace(map.file, { start, end: start }, `${host} ${directory};${separator}`, what)
}

function reportNoMap(server: NginxServer, host: string, directory: string, draft: Draft): void {
  draft.problem(
    server.file,
    server,
    `${host} would lead to a site directory ${host}, but the site's directory is ${directory}, and this block has no map from host to directory.`,
    'Rename the directory too (`--rename-directory yes`), or add `map $host $site_name { … }` to this file and use it in the block.',
  )
}

import { basename, dirname } from 'node:path'
import { type Draft, startDraft } from './draft.ts'
import type { NginxEditPlan, NginxFacts, NginxFile, NginxListen, NginxServer } from './nginx-facts.ts'
import { hasDefault, placeFor } from './place-for.ts'
import { reportBroken } from './report-broken.ts'
import { isSafeAddress, isSafeName, isSafePath } from './safe-words.ts'
import type { ServeRequest } from './serve-request.ts'
import { benchOf, isLiteralName, listenKey } from './server-names.ts'
import { type Doors, siteBlocks } from './site-block.ts'
import { HOST_VARIABLES, lower } from './site-servers.ts'

export interface ServePlan extends NginxEditPlan {
  /** Where the site answers afterwards; null: not at all. */
  ports: { plain: number | null; tls: number | null }
}

/**
 * A server block for a site that is new on this bench, as bench itself would write one, in bench's own file where that is read, else
 * in a file of its own. Names that a block of the bench leads to the site already (left by a site of that name before) stay there.
 * Pure; whatever stands in the way is a `problem` of the answer.
 */
export function planServeSite(facts: NginxFacts, request: ServeRequest): ServePlan {
  const draft = startDraft(facts)
  const nowhere = { plain: null, tls: null }
  for (const value of unsafeValues(request))
    draft.problem(
      facts.mainConfig,
      null,
      `nginx cannot take ${JSON.stringify(value)} as a plain word.`,
      'Choose another name or path.',
    )
  reportBroken(facts, draft)
  const doors = doorsOf(facts, request)
  const names = request.names.map(lower)
  const wanted = names.filter((name) => !isServed(facts, request, doors, name, draft))
  const made = draft.finish()
  if (made.problems.length > 0) return { ...made, ports: nowhere }
  const ports = { plain: doors.plain[0]?.port ?? null, tls: request.certificate ? (doors.tls[0]?.port ?? null) : null }
  if (wanted.length === 0) return { ...made, ports }
  write(facts, { ...request, names: wanted }, doors, draft)
  return { ...draft.finish(), ports }
}

function unsafeValues({ site, names, sitesPath, certificate, forwarders, bodySize }: ServeRequest): string[] {
  const paths = [sitesPath, ...(certificate === null ? [] : [certificate.certificate, certificate.key])]
  return [
    ...[site, ...names].filter((name) => !isSafeName(name)),
    ...paths.filter((path) => !isSafePath(path)),
    ...forwarders.filter((address) => !isSafeAddress(address)),
    ...(/^\d+[kmg]?$/i.test(bodySize) ? [] : [bodySize]),
  ]
}

const everywhere = (port: number, tls: boolean): NginxListen => ({
  address: null,
  port,
  tls,
  text: tls ? `${port} ssl` : String(port),
})

/** The addresses of the bench's own blocks; ports that lead to one site each (no multitenancy) are that site's, unless it is port 80. */
function doorsOf(facts: NginxFacts, request: ServeRequest): Doors {
  const own = facts.servers.filter((server) => benchOf(server, request.sitesPath) === 'this')
  const byHost = own.filter((server) => server.siteHeaders.some(({ value }) => value.startsWith('$')))
  const listens = (servers: NginxServer[], tls: boolean, port?: number) =>
    oncePerKey(
      servers
        .flatMap((server) => server.listens)
        .filter((one) => isDoor(one, tls) && (port === undefined || one.port === port)),
    )
  const firstOf = (...choices: NginxListen[][]) => choices.find((choice) => choice.length > 0) ?? []
  const all = facts.servers
  // A bench whose blocks lead to one site a port each says nothing of where others of it would come in.
  const elsewhere = own.length > 0 ? [] : listens(all, false)
  const plain = firstOf(listens(own, false, 80), listens(byHost, false), listens(all, false, 80), elsewhere, [
    everywhere(80, false),
  ])
  const tls = firstOf(listens(own, true, 443), listens(own, true), listens(all, true, 443), listens(all, true), [
    everywhere(443, true),
  ])
  const bench = basename(dirname(request.sitesPath))
  const upstream = (name: string, port: number) =>
    `http://${facts.upstreams.some((one) => one.name === name) ? name : `127.0.0.1:${port}`}`
  return {
    plain,
    tls,
    web: upstream(`${bench}-frappe`, request.webPort),
    socket: upstream(`${bench}-socketio-server`, request.socketPort),
  }
}

const isDoor = (listen: NginxListen, tls: boolean) =>
  listen.tls === tls && !/\bquic\b/.test(listen.text) && !listen.address?.startsWith('unix:')

const oncePerKey = (listens: NginxListen[]): NginxListen[] =>
  [...new Map(listens.toReversed().map((listen) => [listenKey(listen), listen])).values()].reverse()

/** Whether a block of the bench has the name already and leads to the site; a block of somebody else's that has it is a problem. */
function isServed(facts: NginxFacts, request: ServeRequest, doors: Doors, name: string, draft: Draft): boolean {
  const keys = new Set([...doors.plain, ...(request.certificate ? doors.tls : [])].map(listenKey))
  const holders = facts.servers.flatMap((server) => {
    const word = server.names.find(({ value }) => isLiteralName(value) && lower(value) === name)
    return word && server.listens.some((listen) => keys.has(listenKey(listen))) ? [{ server, word }] : []
  })
  const foreign = holders.find(({ server }) => !leadsToSite(facts, server, request, name))
  if (foreign)
    draft.problem(
      foreign.word.file ?? foreign.server.file,
      foreign.word,
      `${name} is already served by this block, for something else than the site ${request.site}.`,
      'Take the name out of that block, or choose another name with --target-domain.',
    )
  const served = !foreign && holders.length > 0
  const [first] = holders
  if (served && first) {
    draft.note(
      first.word.file ?? first.server.file,
      first.word,
      `${name} leads to the site here already; the block stays as it is.`,
    )
    if (request.certificate !== null && !holders.some(({ server }) => server.listens.some((listen) => listen.tls)))
      draft.note(
        first.server.file,
        first.server,
        `${name} is served without TLS there, though a certificate is at hand.`,
      )
  }
  return served
}

function leadsToSite(facts: NginxFacts, server: NginxServer, request: ServeRequest, name: string): boolean {
  if (benchOf(server, request.sitesPath) !== 'this') {
    const sends = server.returns.length > 0 && server.passes.length === 0 && server.directories.length === 0
    return sends && server.returns.every((text) => /^30[178] https:\/\/\$(host|server_name|http_host)/.test(text))
  }
  const headers = server.siteHeaders.map(({ value }) => value)
  return headers.length > 0 && headers.every((header) => directoryOf(facts, header, name) === request.site)
}

function directoryOf(facts: NginxFacts, header: string, name: string): string | null {
  if (!header.startsWith('$')) return header
  if (HOST_VARIABLES.has(header)) return name
  const map = facts.maps.find(({ variable }) => variable === header)
  const entry =
    map?.entries.find(({ key }) => lower(key.value) === name) ?? map?.entries.find(({ key }) => key.value === 'default')
  const value = entry?.value.value ?? null
  return value !== null && HOST_VARIABLES.has(value) ? name : value
}

function write(facts: NginxFacts, request: ServeRequest, doors: Doors, draft: Draft): void {
  const listens = [...doors.plain, ...(request.certificate ? doors.tls : [])]
  const text = siteBlocks(request, doors)
  const what = `server block for ${request.names.join(', ')} → site ${request.site}`
  const file = benchFile(facts, request)
  if (file !== null && listens.every((listen) => takesNoDefault(facts, file, listenKey(listen)))) {
    const end = file.text.length
    draft.replace(file.path, { start: end, end }, `${file.text.endsWith('\n') ? '\n' : '\n\n'}${text}`, what)
    return
  }
  const path = placeFor(
    facts,
    new Set(),
    request.site,
    listens.filter((listen) => isTaken(facts, listenKey(listen))),
  )
  if (path !== null) draft.addFile(path, text, what)
  else
    draft.problem(
      facts.mainConfig,
      null,
      `No file that nginx reads takes a block for ${request.site} without making it the default server.`,
      'Have nginx read the bench: bench setup nginx, and a link to its config/nginx.conf in /etc/nginx/conf.d.',
    )
}

/** The file bench writes, where nginx reads it: the bench's owner may write it, and `bench setup nginx` will make the same of it. */
function benchFile(facts: NginxFacts, { sitesPath }: ServeRequest): NginxFile | null {
  const own = facts.servers.filter((server) => benchOf(server, sitesPath) === 'this').map(({ file }) => file)
  return (
    facts.files.find(({ realPath }) => realPath === `${dirname(sitesPath)}/config/nginx.conf`) ??
    facts.files.findLast(({ path }) => path !== facts.mainConfig && own.includes(path)) ??
    null
  )
}

const isTaken = (facts: NginxFacts, key: string) =>
  facts.servers.some(({ listens }) => listens.some((listen) => listenKey(listen) === key))

/** At the end of the file, a block must not come before the one that is the default of its address now. */
function takesNoDefault(facts: NginxFacts, file: NginxFile, key: string): boolean {
  if (!isTaken(facts, key)) return true
  const order = facts.servers.map((server) => server.file)
  const inside = order.lastIndexOf(file.path)
  const files = facts.files.map(({ path }) => path)
  const position =
    inside >= 0 ? inside + 1 : order.filter((path) => files.indexOf(path) < files.indexOf(file.path)).length
  return hasDefault(facts, new Set(), key, position)
}

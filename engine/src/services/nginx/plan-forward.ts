import { type Draft, startDraft } from './draft.ts'
import { dropWord } from './drop-word.ts'
import { type Door, doorsOf } from './forward-doors.ts'
import { forwardLines, upgradeMap } from './forward-lines.ts'
import type { NginxEditPlan, NginxFacts, NginxListen, NginxServer } from './nginx-facts.ts'
import type { Directive } from './parse.ts'
import { listenText } from './place-for.ts'
import { reportBroken } from './report-broken.ts'
import { isSafeAddress, isSafeName, isSafePath, isSafeUrl } from './safe-words.ts'
import type { ForwardRequest } from './serve-request.ts'
import { listenKey } from './server-names.ts'
import { findSiteServers, lower, onlyRedirects, type SiteWords } from './site-servers.ts'
import { spellWord } from './splice.ts'

const WITHOUT = 'Leave the forward out with --no-forward.'

/**
 * The site's present server hands its visitors on: a block that can only lead to this site is emptied in its place; of a block that
 * others share, or that is the default of its address, the names go over to a block of their own behind it. A block that does no more
 * than send http to https stays. Pure; whatever stands in the way is a `problem` of the answer.
 */
export function planForwardSite(facts: NginxFacts, request: ForwardRequest): NginxEditPlan {
  const draft = startDraft(facts)
  for (const value of unsafeValues(request))
    draft.problem(facts.mainConfig, null, `nginx cannot take ${JSON.stringify(value)} as a plain word.`, WITHOUT)
  reportBroken(facts, draft)
  if (draft.finish().problems.length > 0) return draft.finish()
  const names = new Set(request.names.map(lower))
  const serving = findSiteServers(facts, wordsOf(request), draft)
    .map(({ server }) => server)
    .filter((server) => !onlyRedirects(server, names))
  const own = serving.filter((server) => leadsOnlyHere(server, request))
  const shared = doorsOf(
    facts,
    serving.filter((server) => !own.includes(server)),
    request,
  )
  const [first] = [...own, ...shared.map(({ server }) => server)]
  if (!first) {
    draft.problem(facts.mainConfig, null, `No block of nginx serves the site ${request.site}.`, WITHOUT)
    return draft.finish()
  }
  for (const server of own) emptyInPlace(server, request, draft)
  for (const door of shared) openBeside(door, request, draft)
  for (const { server, names: moved } of shared.filter(({ literal }) => literal))
    takeNames(server, moved, request, draft)
  // Once: variables are found wherever they are defined.
  if (request.redirectTo === null)
    draft.replace(first.file, { start: first.start, end: first.start }, upgradeMap(request), 'map for web sockets')
  return draft.finish()
}

function unsafeValues({ site, names, mainName, target, redirectTo }: ForwardRequest): string[] {
  return [
    ...[site, mainName, ...names].filter((name) => !isSafeName(name)),
    ...(target === null || isSafeAddress(target.address) ? [] : [target.address]),
    ...(target === null || target.authorities === null || isSafePath(target.authorities) ? [] : [target.authorities]),
    ...(redirectTo === null || isSafeUrl(redirectTo) ? [] : [redirectTo]),
  ]
}

const wordsOf = ({ site, names, sitesPath, webPorts }: ForwardRequest): SiteWords => ({
  hosts: [],
  directory: { from: site, to: site },
  sitesPath,
  siteNames: names,
  webPorts,
})

/** Whatever name is asked for there, the header says this site: a port of its own, as bench gives without multitenancy. */
const leadsOnlyHere = ({ siteHeaders }: NginxServer, { site }: ForwardRequest): boolean =>
  siteHeaders.length > 0 && siteHeaders.every(({ value }) => value === site)

/** Who may come, how often, over which TLS, and where it is logged. */
const RULES =
  /^(ssl_|access_log$|error_log$|allow$|deny$|satisfy$|auth_basic|limit_|set_real_ip_from$|real_ip_|server_tokens$)/
const ADDRESS = /^(listen|server_name|http2|http3)$/

/** Address, name, certificate, rules and logs of a block stay; what it did with requests goes. */
function emptyInPlace(server: NginxServer, request: ForwardRequest, draft: Draft): void {
  for (const directive of directivesOf(server, draft)) {
    if (RULES.test(directive.name) || ADDRESS.test(directive.name)) continue
    if (directive.name === 'include' && server.certificate?.file !== undefined) continue
    draft.replace(server.file, directive, '', `the block of ${request.site} hands visitors on`)
  }
  const anyHost = !server.listens.every(({ port }) => port === 80 || port === 443)
  const lines = forwardLines(request, anyHost || request.names.length === 1 ? request.mainName : '$host')
  const at = draft.file(server.file).text.lastIndexOf('}', server.end - 1)
  draft.replace(server.file, { start: at, end: at }, indented(lines), forwards(request, request.names))
}

const directivesOf = (server: NginxServer, draft: Draft): Directive[] =>
  draft.directives(server.file).flatMap(findBlock(server.start))

const findBlock =
  (start: number) =>
  (directive: Directive): Directive[] =>
    directive.start === start ? (directive.block ?? []) : (directive.block ?? []).flatMap(findBlock(start))

const indented = (lines: string[]): string => lines.map((line) => `\t${line}\n`).join('')

const forwards = ({ target, redirectTo }: ForwardRequest, names: string[]): string =>
  `visitors of ${names.join(', ')} → ${redirectTo ?? target?.address ?? ''}`

/** A block of the names' own, with the addresses and rules of the one that answered for them. */
function openBeside({ server, listens, names }: Door, request: ForwardRequest, draft: Draft): void {
  const { text } = draft.file(server.file)
  const rules = directivesOf(server, draft)
    .filter(({ name }) => RULES.test(name) && !/^ssl_certificate(_key)?$/.test(name))
    .map(({ start, end }) => text.slice(start, end))
  const lines = [
    ...oncePerKey(listens).map((listen) => `listen ${listenText(listen)};`),
    `server_name ${names.join(' ')};`,
    ...certificateLines(server, listens, draft),
    ...rules,
    ...forwardLines(request, '$host'),
  ]
  const block = `\n\nserver {\n${indented(lines)}}\n`
  draft.replace(server.file, { start: server.end, end: server.end }, block, forwards(request, names))
}

const oncePerKey = (listens: NginxListen[]): NginxListen[] => [
  ...new Map(
    listens.filter(({ text }) => !/\bquic\b/.test(text)).map((listen) => [listenKey(listen), listen]),
  ).values(),
]

function certificateLines(server: NginxServer, listens: NginxListen[], draft: Draft): string[] {
  const { certificate, certificateKey } = server
  if (!listens.some((listen) => listen.tls)) return []
  if (certificate && certificateKey)
    return [
      `ssl_certificate ${spellWord(certificate.value)};`,
      `ssl_certificate_key ${spellWord(certificateKey.value)};`,
    ]
  const hint = `Write \`ssl_certificate\` and \`ssl_certificate_key\` into the block itself. ${WITHOUT}`
  draft.problem(server.file, server, 'This TLS block takes its certificate from elsewhere.', hint)
  return []
}

/** A block may be the default of its address: without a name left it stays under one that nobody asks for (RFC 2606). */
function takeNames(server: NginxServer, moved: string[], { site }: ForwardRequest, draft: Draft): void {
  const words = server.names.filter(({ value }) => moved.includes(lower(value)))
  const [first, ...others] = words
  const parked = words.length === server.names.length && first
  if (parked) {
    const name = `forwarded-${site.replaceAll('_', '-')}.invalid`
    draft.setWord(first.file ?? server.file, first, name, 'server_name (its names are forwarded)')
  }
  for (const word of parked ? others : words) dropWord(draft, server, word, 'server_name (forwarded)')
}

import { basename } from 'node:path'
import type { Draft } from './draft.ts'
import { dropWord } from './drop-word.ts'
import type { NginxFacts, NginxRenameRequest, NginxServer, NginxWord } from './nginx-facts.ts'
import { isLiteralName, listenKeys, patternMatches } from './server-names.ts'
import { lower, type SiteServer } from './site-servers.ts'

interface Claim {
  server: NginxServer
  own: boolean
  /** The word this name was before, where it is one of the renamed. */
  from: string | null
}

/**
 * `server_name`: old → new, word by word. A block of the site that already serves the new name keeps it: the old word,
 * and a block with nothing else to serve, goes. Answers the blocks that are removed whole.
 */
export function planNames(
  facts: NginxFacts,
  request: NginxRenameRequest,
  servers: SiteServer[],
  draft: Draft,
): Set<NginxServer> {
  const targets = new Map(request.hosts.map(({ from, to }) => [lower(from), lower(to)]))
  const own = new Map(servers.map((entry) => [entry.server, entry]))
  const removed = new Set(outdatedRedirects(facts, targets))
  for (const server of removed)
    draft.replace(server.file, server, '', 'redirect of an earlier rename, whose old name becomes the site again')
  const claims = claimNames(facts, own, targets, removed)
  for (const { server } of servers) {
    const dropped: NginxWord[] = []
    for (const word of server.names) {
      const target = targets.get(lower(word.value))
      if (target === undefined) continue
      const keys = listenKeys(server).map((key) => `${key} ${target}`)
      const held = keys.flatMap((key) => claims.get(key) ?? [])
      const foreign = held.find((claim) => !claim.own)
      const [holder] = held
      const twiceBefore = held.length > 0 && held.every((claim) => claim.from === lower(word.value))
      if (foreign) reportTaken(draft, server, word, target, foreign.server)
      else if (holder && !twiceBefore && held.length < keys.length)
        reportPartial(draft, server, word, target, holder.server)
      else if (holder && !twiceBefore) dropped.push(word)
      else {
        draft.setWord(word.file ?? server.file, word, target, 'server_name')
        for (const key of keys) claims.set(key, { server, own: true, from: lower(word.value) })
        if (twiceBefore)
          draft.note(server.file, word, `${word.value} was served twice here before; nginx uses one block only.`)
      }
    }
    if (dropped.length === 0) continue
    if (dropped.length === server.names.length) removeServer(draft, server, removed)
    else for (const word of dropped) dropWord(draft, server, word, 'server_name (the new name is there already)')
  }
  for (const { to } of request.hosts) notePatterns(facts, own, lower(to), draft)
  return removed
}

/** Of a block that only redirects: the host it sends visitors to. */
const redirectsTo = ({ returns }: NginxServer): string | null =>
  returns.length === 1 ? lower(/^30[78] https?:\/\/([^/:$]+)/.exec(returns[0] ?? '')?.[1] ?? '') : null

/**
 * Blocks in files that only an earlier rename writes (plan-redirect.ts), which send visitors of the new name to one that is renamed
 * now, perhaps over further such blocks: the site gets an old name of its own back.
 */
function outdatedRedirects(facts: NginxFacts, targets: Map<string, string>): NginxServer[] {
  const ours = facts.servers.filter(({ file }) => /^(zz-)?migrator-.*\.conf$/.test(basename(file)))
  const serves = (server: NginxServer, name: string) => server.names.some(({ value }) => lower(value) === name)
  const wanted = new Set(targets.values())
  return ours.filter((server) => {
    if (!server.names.every(({ value }) => wanted.has(lower(value)))) return false
    let host = redirectsTo(server)
    for (let hops = 0; host && !targets.has(host) && hops < ours.length; hops += 1) {
      const at: string = host
      host = redirectsTo(ours.find((next) => serves(next, at)) ?? { ...server, returns: [] })
    }
    return host !== null && targets.has(host)
  })
}

/** Who serves which literal name where, leaving out the words that are about to change. */
function claimNames(
  facts: NginxFacts,
  own: Map<NginxServer, SiteServer>,
  targets: Map<string, string>,
  removed: Set<NginxServer>,
): Map<string, Claim> {
  const claims = new Map<string, Claim>()
  for (const server of facts.servers) {
    if (removed.has(server)) continue
    const claim = { server, own: own.get(server)?.exclusive ?? false, from: null }
    for (const { value } of server.names) {
      const name = lower(value)
      const names = isLiteralName(name) ? [name] : name.startsWith('.') ? [name.slice(1)] : []
      for (const taken of names) {
        if (own.has(server) && targets.has(taken)) continue
        for (const key of listenKeys(server)) if (!claims.has(`${key} ${taken}`)) claims.set(`${key} ${taken}`, claim)
      }
    }
  }
  return claims
}

const where = (draft: Draft, server: NginxServer) => `${draft.file(server.file).realPath}:${server.line}`

function reportTaken(draft: Draft, server: NginxServer, word: NginxWord, target: string, by: NginxServer): void {
  const redirect = by.returns.some((text) => /^30[78] /.test(text)) && by.returns.length === 1
  draft.problem(
    word.file ?? server.file,
    word,
    `${target} is already served by the block at ${where(draft, by)}.`,
    redirect
      ? `That block only redirects, perhaps from an earlier rename: run \`cleanup\` or \`rollback\` for that run, or remove ${draft.file(by.file).realPath}.`
      : 'Take the name out of that block, or choose another target. nginx would only warn and serve one of the two.',
  )
}

function reportPartial(draft: Draft, server: NginxServer, word: NginxWord, target: string, by: NginxServer): void {
  draft.problem(
    word.file ?? server.file,
    word,
    `${target} is already served by the site's own block at ${where(draft, by)}, but on fewer addresses than this one.`,
    'Give both blocks the same listen lines, then try again.',
  )
}

function removeServer(draft: Draft, server: NginxServer, removed: Set<NginxServer>): void {
  if (server.listens.some((listen) => /\bdefault(_server)?\b/.test(listen.text))) {
    const hint = 'Move `default_server` to another block, then try again.'
    draft.problem(server.file, server, 'This block would be left without a name, but it is the default server.', hint)
    return
  }
  removed.add(server)
  draft.replace(server.file, server, '', 'server block without a name left: the new name has its own block')
}

function notePatterns(facts: NginxFacts, own: Map<NginxServer, SiteServer>, host: string, draft: Draft): void {
  for (const server of facts.servers) {
    for (const word of server.names) {
      if (isLiteralName(word.value) || patternMatches(word.value, host) === false) continue
      if (own.get(server)?.exclusive) continue
      draft.note(
        word.file ?? server.file,
        word,
        `\`${word.value}\` may match ${host} too; the exact name is found first.`,
      )
    }
  }
}

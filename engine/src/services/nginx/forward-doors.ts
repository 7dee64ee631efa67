import type { NginxFacts, NginxListen, NginxServer } from './nginx-facts.ts'
import type { ForwardRequest } from './serve-request.ts'
import { benchOf, isLiteralName, listenKey, listenKeys, patternMatches } from './server-names.ts'
import { lower } from './site-servers.ts'

/** Where visitors of some of the site's names come in now. */
export interface Door {
  server: NginxServer
  listens: NginxListen[]
  names: string[]
  /** Word by word in the block's `server_name`; else a pattern, or the default server of the address, takes them. */
  literal: boolean
}

const carries = (server: NginxServer, name: string) =>
  server.names.some(({ value }) => isLiteralName(value) && lower(value) === name)

/** Of each name and each address of the bench's own blocks: the block that answers, if it is one of `serving` or any of the bench. */
export function doorsOf(facts: NginxFacts, serving: NginxServer[], request: ForwardRequest): Door[] {
  const names = request.names.map(lower)
  const literal = serving.map((server) => ({
    server,
    listens: server.listens,
    names: names.filter((name) => carries(server, name)),
    literal: true,
  }))
  const own = facts.servers.filter(
    (server) =>
      benchOf(server, request.sitesPath) === 'this' && server.siteHeaders.some(({ value }) => value.startsWith('$')),
  )
  const others = [...new Set(own.flatMap(listenKeys))].flatMap((key) =>
    names.flatMap((name) => {
      const server = answering(facts, key, name)
      return server && own.includes(server) ? [{ server, key, name }] : []
    }),
  )
  const byServer = Map.groupBy(others, ({ server, name }) => {
    const keys = others.filter((other) => other.server === server && other.name === name).map(({ key }) => key)
    return `${facts.servers.indexOf(server)} ${keys.join(' ')}`
  })
  const patterns = [...byServer.values()].flatMap((group) => {
    const [first] = group
    if (!first) return []
    const keys = new Set(group.map(({ key }) => key))
    const listens = first.server.listens.filter((listen) => keys.has(listenKey(listen)))
    return [{ server: first.server, listens, names: [...new Set(group.map(({ name }) => name))], literal: false }]
  })
  return [...literal.filter((door) => door.names.length > 0), ...patterns]
}

/** The block that nginx takes for a name which none carries word by word; null where one does. */
function answering(facts: NginxFacts, key: string, name: string): NginxServer | null {
  const there = facts.servers.filter((server) => listenKeys(server).includes(key))
  if (there.some((server) => carries(server, name))) return null
  return (
    there.find((server) =>
      server.names.some(({ value }) => !isLiteralName(value) && patternMatches(value, name) === true),
    ) ??
    there.find((server) =>
      server.listens.some((one) => listenKey(one) === key && /\bdefault(_server)?\b/.test(one.text)),
    ) ??
    there[0] ??
    null
  )
}

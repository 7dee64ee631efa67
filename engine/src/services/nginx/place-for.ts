import { dirname } from 'node:path'
import { segmentMatches } from './glob.ts'
import type { NginxFacts, NginxListen, NginxServer } from './nginx-facts.ts'
import { listenKey } from './server-names.ts'

/** Address and protocol only: socket options (`reuseport`, `backlog`, `ipv6only`) and `default_server` may stand once per address. */
export function listenText(listen: NginxListen): string {
  const [where = '', ...parameters] = listen.text.split(/\s+/)
  const protocol = parameters.filter((parameter) => ['ssl', 'http2', 'proxy_protocol'].includes(parameter))
  if (listen.tls && !protocol.includes('ssl')) protocol.unshift('ssl')
  return [where, ...protocol].join(' ')
}

/**
 * The first free file name in an included directory that nginx reads after the present default server of each address: earlier, our
 * block would become the default there and catch strangers' requests. null: there is no such place.
 */
export function placeFor(
  facts: NginxFacts,
  removed: Set<NginxServer>,
  name: string,
  listens: NginxListen[],
): string | null {
  const taken = new Set(facts.files.map((file) => file.path))
  const points = facts.includePoints.toSorted(
    (left, right) => Number(right.pattern.endsWith('/*.conf')) - Number(left.pattern.endsWith('/*.conf')),
  )
  const names = ['migrator-', 'zz-migrator-'].flatMap((prefix) =>
    ['', '-2', '-3', '-4'].map((suffix) => `${prefix}${name}${suffix}.conf`),
  )
  for (const point of points) {
    const directory = dirname(point.pattern)
    for (const file of names) {
      const path = `${directory}/${file}`
      if (
        /[*?[]/.test(directory) ||
        !segmentMatches(point.pattern.slice(directory.length + 1), file) ||
        taken.has(path)
      )
        continue
      const before = point.members.filter((member) => Buffer.compare(Buffer.from(member.path), Buffer.from(path)) < 0)
      const position = before.reduce((sum, member) => sum + member.servers, point.serversBefore)
      if (listens.every((listen) => hasDefault(facts, removed, listenKey(listen), position))) return path
    }
  }
  return null
}

/** Whether an address has its default server before this place in reading order, or says itself which it is. */
export function hasDefault(facts: NginxFacts, removed: Set<NginxServer>, key: string, position: number): boolean {
  return facts.servers.some(
    (server, index) =>
      !removed.has(server) &&
      server.listens.some(
        (listen) => listenKey(listen) === key && (index < position || /\bdefault(_server)?\b/.test(listen.text)),
      ),
  )
}

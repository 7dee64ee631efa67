import type { NginxFacts, NginxServer } from '../services/nginx/nginx-facts.ts'
import { mentionsPath } from '../services/text-file.ts'
import { canonicalHost } from './host-name.ts'
import type { NameMention } from './names.ts'

/** What nginx knows of one site. */
export interface NginxSite {
  mentions: NameMention[]
  /** Blocks that answer for the site over TLS. */
  tlsServers: NginxServer[]
}

const isPlainName = (name: string) => name !== '' && name !== '_' && !/^~|[*$]/.test(name)

/** A block belongs to a bench when it serves its `sites/`, lies in its `config/`, or names no directory at all but hands a site's name on. */
function belongsTo(server: NginxServer, realPaths: Map<string, string>, benchPaths: string[]): boolean {
  const roots = [server.root, server.realRoot].filter((root) => root !== null)
  if (roots.length > 0) return roots.some((root) => benchPaths.some((path) => mentionsPath(root, path)))
  const file = realPaths.get(server.file) ?? server.file
  return server.siteHeaders.length > 0 || benchPaths.some((path) => file.startsWith(`${path}/`))
}

/**
 * For each block: which site every one of its names leads to, by the header `X-Frappe-Site-Name` (a name, `$host`, or a map's variable),
 * as frappe/app.py takes it; without the header the host itself. Blocks that only send visitors elsewhere lead nowhere.
 */
export function readNginxSites(nginx: NginxFacts | null, benchPaths: string[]): (directory: string) => NginxSite {
  const sites = new Map<string, NginxSite>()
  const siteOf = (directory: string): NginxSite => {
    const known = sites.get(directory) ?? { mentions: [], tlsServers: [] }
    sites.set(directory, known)
    return known
  }
  if (nginx === null) return siteOf
  const realPaths = new Map(nginx.files.map((file) => [file.path, file.realPath]))
  const resolve = (value: string, name: string): string[] => {
    if (!value.startsWith('$')) return [value]
    if (value === '$host' || value === '$http_host') return [name]
    return nginx.maps
      .filter((map) => map.variable === value)
      .map(({ entries }) => {
        const found =
          entries.find(({ key }) => canonicalHost(key.value) === canonicalHost(name)) ??
          entries.find(({ key }) => key.value === 'default')
        return found === undefined ? '' : found.value.value === '$host' ? name : found.value.value
      })
  }
  const mapVariables = new Set<string>()
  for (const server of nginx.servers) {
    if (!belongsTo(server, realPaths, benchPaths)) continue
    if (server.siteHeaders.length === 0 && server.returns.length > 0) continue
    const headers = server.siteHeaders.length > 0 ? server.siteHeaders.map(({ value }) => value) : ['$host']
    for (const header of headers) mapVariables.add(header)
    const ports = server.listens.map((listen) => listen.port)
    const ownPort = ports.length > 0 && ports.every((port) => port !== 80 && port !== 443) ? (ports[0] ?? null) : null
    const tls = server.listens.some((listen) => listen.tls)
    for (const name of server.names) {
      if (!isPlainName(name.value)) continue
      for (const directory of new Set(headers.flatMap((header) => resolve(header, name.value)))) {
        const site = siteOf(directory)
        site.mentions.push({
          host: canonicalHost(name.value),
          port: ownPort,
          scheme: null,
          from: 'nginx',
          where: `${server.file}:${server.line}`,
        })
        if (tls && !site.tlsServers.includes(server)) site.tlsServers.push(server)
      }
    }
  }
  for (const map of nginx.maps.filter(({ variable }) => mapVariables.has(variable))) {
    for (const { key, value, line } of map.entries) {
      if (key.value === 'default' || !isPlainName(key.value) || value.value.startsWith('$')) continue
      const mention = { host: canonicalHost(key.value), port: null, scheme: null, where: `${map.file}:${line}` }
      siteOf(value.value).mentions.push({ ...mention, from: 'nginx' })
    }
  }
  return siteOf
}

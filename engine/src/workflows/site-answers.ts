import type { BenchFacts, SiteFacts } from '../bench/bench-facts.ts'
import type { PlanCheck } from '../execution/plan.ts'
import type { NginxServer } from '../services/nginx/nginx-facts.ts'

const LOOPBACK = '127.0.0.1'

interface Door {
  address: string
  port: number
  tls: boolean
}

/** The listen address of the block that serves a name, to be asked from this machine. */
function listenOf(servers: NginxServer[], host: string, tls: boolean): Door | null {
  for (const server of servers) {
    if (!server.names.some((name) => name.value.toLowerCase() === host)) continue
    const listen = server.listens.find((one) => one.tls === tls && !one.address?.startsWith('unix:'))
    if (!listen) continue
    const anywhere = listen.address === null || ['*', '0.0.0.0', '[::]', '::'].includes(listen.address)
    return { address: anywhere ? LOOPBACK : (listen.address ?? LOOPBACK), port: listen.port, tls }
  }
  return null
}

/** Where a running nginx serves a name of this site, by TLS if it can; another bench's nginx may know the same name. */
export function proxyOf(facts: BenchFacts, site: Pick<SiteFacts, 'names'>, host: string): Door | null {
  const places = site.names
    .filter((name) => name.host === host)
    .flatMap(({ sources }) => sources.filter(({ from }) => from === 'nginx').map(({ where }) => where))
  const all = facts.nginx?.master ? facts.nginx.servers : []
  const servers = all.filter(({ file, line }) => places.includes(`${file}:${line}`))
  return listenOf(servers, host, true) ?? listenOf(servers, host, false)
}

export interface AskedSite {
  site: Pick<SiteFacts, 'names'>
  /** What visitors type. */
  hostName: string
  /** The name nginx knows the site by now, where that is another one. */
  servedAs?: string
  /** The web server itself knows a site by its directory alone. */
  directory: string
  patienceSeconds: number
}

/** Login page and asset through the proxy, login page from the web server itself, TLS: as far as each is there. */
export function answersOfSite(facts: BenchFacts, phase: PlanCheck['phase'], asked: AskedSite): PlanCheck[] {
  const { hostName, patienceSeconds } = asked
  const proxy = proxyOf(facts, asked.site, asked.servedAs ?? hostName)
  // Another program may listen on the port of a bench that does not run.
  const web = facts.ports.find(
    (port) => port.purpose === 'webserver_port' && port.listening && (port.owner === null || port.owner.belongsToBench),
  )
  const direct = web && {
    hostName: asked.directory,
    address: LOOPBACK,
    port: web.port,
    tls: false,
    patienceSeconds,
    asset: false,
  }
  return [
    ...(proxy ? [{ id: 'http-proxy', phase, params: { hostName, ...proxy, patienceSeconds, asset: true } }] : []),
    ...(direct ? [{ id: 'http-direct', phase, params: direct }] : []),
    ...(proxy?.tls ? [{ id: 'https', phase, params: { hostName, address: proxy.address, port: proxy.port } }] : []),
  ]
}

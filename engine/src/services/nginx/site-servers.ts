import { dirname } from 'node:path'
import type { Draft } from './draft.ts'
import type { NginxFacts, NginxRenameRequest, NginxServer } from './nginx-facts.ts'
import { benchOf, isLiteralName } from './server-names.ts'

/** A block that has to do with the site. */
export interface SiteServer {
  server: NginxServer
  /** Serves the site only; else the block is shared and just its words are the site's. */
  exclusive: boolean
  /** Its root is this bench's `sites`. */
  thisBench: boolean
}

export const lower = (name: string): string => name.toLowerCase()

/** What tells a site's blocks. */
export type SiteWords = Pick<
  NginxRenameRequest,
  'hosts' | 'directory' | 'sitesPath' | 'siteNames' | 'webPorts' | 'commonName'
>

/** The new name is not among them unless it was the site's before: another site's block may carry it. */
function namesOfSite(request: SiteWords): Set<string> {
  return new Set([...request.siteNames, ...request.hosts.map(({ from }) => from)].map(lower))
}

/**
 * The blocks that carry one of the site's names or name its directory and belong to this bench. The same name may be served for
 * something else on another port (a mail client): such a block is left alone and noted.
 */
export function findSiteServers(facts: NginxFacts, request: SiteWords, draft: Draft): SiteServer[] {
  const known = namesOfSite(request)
  const found: SiteServer[] = []
  for (const server of facts.servers) {
    const bench = benchOf(server, request.sitesPath)
    const carried = server.names.find(
      ({ value }) => known.has(lower(value)) && (bench === 'this' || lower(value) !== request.commonName),
    )
    const headers = server.siteHeaders.map((header) => header.value)
    const namesDirectory = bench === 'this' && headers.some((header) => header === request.directory?.from)
    if (bench === 'other' || !(carried || namesDirectory)) continue
    if (bench === 'unknown' && !leadsToBench(facts, server, request, known)) {
      if (carried && request.hosts.some(({ from }) => lower(from) === lower(carried.value))) {
        const said = 'is named here too, but nothing in this block leads to the bench: it was left alone.'
        draft.note(carried.file ?? server.file, carried, `${carried.value} ${said}`)
      }
      continue
    }
    const exclusive = server.names.every(
      ({ value }) => known.has(lower(value)) || isOwnPattern(value, known) || value === '_',
    )
    found.push({ server, exclusive, thisBench: bench === 'this' })
  }
  return found
}

function isOwnPattern(name: string, known: Set<string>): boolean {
  return name === '' || (!isLiteralName(name) && known.has(lower(name).replace(/^\*?\./, '')))
}

/** A block without the bench's root: what it says about its requests tells whether they reach the bench. */
function leadsToBench(facts: NginxFacts, server: NginxServer, request: SiteWords, known: Set<string>): boolean {
  const { realPath } = facts.files.find(({ path }) => path === server.file) ?? { realPath: server.file }
  return (
    server.siteHeaders.length > 0 ||
    realPath.startsWith(`${dirname(request.sitesPath)}/config/`) ||
    passesToBench(facts, server, request) ||
    onlyRedirects(server, known)
  )
}

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|0\.0\.0\.0|\[::1?\])(?::(\d+))?$/

/** Straight to the bench's own port, or to a port where nginx serves this bench (TLS ended in a block of its own). */
function passesToBench(facts: NginxFacts, server: NginxServer, request: SiteWords): boolean {
  const served = facts.servers.filter((other) => benchOf(other, request.sitesPath) === 'this')
  const ports = new Set([
    ...request.webPorts,
    ...served
      .flatMap((other) => other.listens.filter(({ address }) => !address?.startsWith('unix:')))
      .map(({ port }) => port),
  ])
  const places = server.passes.flatMap((pass) => {
    const place = pass.replace(/^https?:\/\//, '').replace(/\/.*$/, '')
    return (
      facts.upstreams.find(({ name }) => name === place)?.servers ?? [
        pass.startsWith('https:') ? withPort(place, 443) : place,
      ]
    )
  })
  return places.some((place) => {
    const local = LOOPBACK.exec(place)
    return local !== null && ports.has(Number(local[1] ?? 80))
  })
}

const withPort = (place: string, port: number) => (/:\d+$/.test(place) ? place : `${place}:${port}`)

const REDIRECT = /^30[1278] https?:\/\/(\$[a-z_]+|[^/:$]+)/
const REFUSAL = /^4\d\d\b/

/** `return 301 https://$host$request_uri` and perhaps certbot's `return 404`: nothing of its own to serve. */
export function onlyRedirects({ returns, passes, directories }: NginxServer, known: Set<string>): boolean {
  if (passes.length > 0 || directories.length > 0) return false
  const targets = returns.filter((text) => !REFUSAL.test(text)).map((text) => REDIRECT.exec(text)?.[1] ?? null)
  return (
    targets.length > 0 &&
    targets.every((target) => target !== null && (HOST_VARIABLES.has(target) || known.has(lower(target))))
  )
}

/** Variables that hold the host a visitor asked for. */
export const HOST_VARIABLES = new Set(['$host', '$http_host', '$server_name', '$ssl_server_name'])

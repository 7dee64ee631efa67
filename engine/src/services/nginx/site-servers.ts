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

/** The new name is not among them unless it was the site's before: another site's block may carry it. */
function namesOfSite(request: NginxRenameRequest): Set<string> {
  return new Set([...request.siteNames, ...request.hosts.map(({ from }) => from)].map(lower))
}

/** The blocks that carry one of the site's names or name its directory, but no block of another bench. */
export function findSiteServers(facts: NginxFacts, request: NginxRenameRequest): SiteServer[] {
  const known = namesOfSite(request)
  const found: SiteServer[] = []
  for (const server of facts.servers) {
    const bench = benchOf(server, request.sitesPath)
    const carries = server.names.some((name) => known.has(lower(name.value)))
    const headers = server.siteHeaders.map((header) => header.value)
    const namesDirectory = bench === 'this' && headers.some((header) => header === request.directory?.from)
    if (bench === 'other' || !(carries || namesDirectory)) continue
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

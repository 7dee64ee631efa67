import type { SiteFacts } from '../../bench/bench-facts.ts'
import type { DatabaseAddress } from '../../database/site-database.ts'

export type MariadbAddress = Extract<DatabaseAddress, { kind: 'mariadb' }>

/** Where a site's MariaDB server is, for people and as a key. */
export const serverOf = (address: MariadbAddress): string => address.socket ?? `${address.host}:${address.port}`

/** The MariaDB servers of the sites, each with the sites on it. */
export function mariadbServers(sites: SiteFacts[]): Map<string, SiteFacts[]> {
  const servers = new Map<string, SiteFacts[]>()
  for (const site of sites) {
    if (site.database?.kind !== 'mariadb') continue
    const server = serverOf(site.database)
    servers.set(server, [...(servers.get(server) ?? []), site])
  }
  return servers
}

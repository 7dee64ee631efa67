import type { DatabaseAddress, SiteDatabase } from './site-database.ts'

/**
 * Opens a site's database. Drivers are loaded only here, when one is needed: `--help` must not pay for them.
 * @param options.connectMilliseconds how long to wait for a connection; default 10,000
 * @throws MigratorError `database-unreachable`, `database-access-denied`, `database-unknown`.
 */
export async function openSiteDatabase(
  address: DatabaseAddress,
  options: { connectMilliseconds?: number } = {},
): Promise<SiteDatabase> {
  if (address.kind === 'mariadb') {
    const { openMariadb } = await import('./mariadb/mariadb-database.ts')
    return openMariadb(address, options.connectMilliseconds)
  }
  const { openSqlite } = await import('./sqlite/sqlite-database.ts')
  return openSqlite(address.path)
}

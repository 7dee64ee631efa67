import type { Row, SiteDatabase } from '../site-database.ts'
import { backupMariadb } from './backup.ts'
import type { MariadbAddress } from './connection.ts'
import { placeOf } from './connection-errors.ts'
import { ReadConnections } from './connections.ts'
import { digestMariadb } from './digest.ts'
import { scanMariadb } from './scan.ts'
import { readTables } from './tables.ts'
import { openMariadbWriter } from './writer.ts'

/** Opens a MariaDB site as its own database user; fails at once when the server, the user or the database is wrong. */
export async function openMariadb(address: MariadbAddress, connectMilliseconds?: number): Promise<SiteDatabase> {
  const connections = new ReadConnections(address, connectMilliseconds)
  const version = await connections.withConnection('connecting', async (connection) => {
    const [row] = await connection.query<Row[]>('SELECT VERSION() AS version')
    return String(row?.['version'] ?? 'unknown')
  })
  return {
    kind: 'mariadb',
    label: `${version} at ${placeOf(address)}, database ${address.database}`,
    name: address.database,
    serverVersion: async () => version,
    tables: () => connections.withConnection('reading the tables', readTables),
    totalBytes: () =>
      connections.withConnection('reading sizes', async (connection) => {
        const [row] = await connection.query<Row[]>(
          'SELECT SUM(data_length + index_length) AS bytes FROM information_schema.tables WHERE table_schema = DATABASE()',
        )
        return Number(row?.['bytes'] ?? 0)
      }),
    read: (sql, parameters = []) =>
      connections.withConnection('reading', async (connection) => [
        ...(await connection.query<Row[]>(sql, parameters)),
      ]),
    scan: (request) => scanMariadb(connections, request),
    openWriter: (waitMilliseconds) => openMariadbWriter(address, waitMilliseconds),
    digest: (options = {}) => digestMariadb(connections, options),
    backup: (path, options) => backupMariadb(connections, path, options),
    close: () => connections.close(),
    abandon: async () => connections.abandon(),
  }
}

import { createHash } from 'node:crypto'
import type { Connection } from 'mariadb'
import type { Row, TableDigest } from '../site-database.ts'
import { quoteName } from './identifiers.ts'

/** A sequence's next value decides the next document's name, so it is digested like a table of one row. */
export async function sequenceDigests(connection: Connection, excluded: Set<string>): Promise<TableDigest[]> {
  const rows = await connection.query<Row[]>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'SEQUENCE'",
  )
  const names = rows.map((row) => String(row['name'])).filter((name) => !excluded.has(name))
  return Promise.all(
    names.map(async (name) => {
      // Selecting from a sequence reads it; only NEXTVAL moves it.
      const [row] = await connection.query<Row[]>(
        `SELECT next_not_cached_value AS next_value, cycle_count FROM ${quoteName(name)}`,
      )
      const sha256 = createHash('sha256').update(`${row?.['next_value']} ${row?.['cycle_count']}`).digest('hex')
      return { table: name, rows: 1, sha256 }
    }),
  )
}

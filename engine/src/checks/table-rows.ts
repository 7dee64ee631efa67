import { quoteName } from '../database/mariadb/identifiers.ts'
import type { SiteDatabase } from '../database/site-database.ts'

/** Counts the rows of tables, one after the other: each that is counted beside another takes a connection of its own. */
export async function countRows(
  database: SiteDatabase,
  tables: Iterable<string>,
  signal: AbortSignal,
): Promise<Map<string, number>> {
  const rows = new Map<string, number>()
  for (const table of tables) {
    signal.throwIfAborted()
    const [row] = await database.read(`SELECT COUNT(*) AS found FROM ${quoteName(table)}`)
    rows.set(table, Number(row?.['found'] ?? 0))
  }
  return rows
}

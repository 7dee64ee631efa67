import type { SiteDatabase } from '../database/site-database.ts'
import type { FoundCell } from './collect-cells.ts'

/**
 * Marks cells whose new value another row already holds, or will hold by the same rewrite, in a column that allows each value
 * once: inside the maintenance window such an update would fail.
 */
export async function* markTaken(database: SiteDatabase, cells: AsyncIterable<FoundCell>): AsyncGenerator<FoundCell> {
  const unique = new Map((await database.tables()).map((table) => [table.name, new Set(table.uniqueColumns)]))
  const given = new Set<string>()
  for await (const cell of cells) {
    const { table, column, rewritten } = cell
    if (rewritten.changed.length === 0 || !unique.get(table)?.has(column)) {
      yield cell
      continue
    }
    const place = JSON.stringify([table, column, rewritten.value])
    const sql = `SELECT 1 AS found FROM ${quoted(table)} WHERE ${quoted(column)} = ? LIMIT 1`
    const [other] = await database.read(sql, [rewritten.value])
    yield { ...cell, taken: other !== undefined || given.has(place) }
    given.add(place)
  }
}

/** Both kinds of database read backquotes. */
const quoted = (name: string) => `\`${name.replaceAll('`', '``')}\``

import { quoteName } from '../../database/mariadb/identifiers.ts'
import type { SiteDatabase } from '../../database/site-database.ts'
import type { ColumnRule } from '../../rewrite/fields/column-rule.ts'
import { targetsOf } from '../../rewriting/rule-targets.ts'

/**
 * Rows that hold one of the hosts in tables without a primary key, by table. Such rows cannot be changed one by one, so they are left
 * alone and told. Frappe makes no such tables; the few that are there are read whole.
 */
export async function rowsWithoutKey(
  database: SiteDatabase,
  rules: ColumnRule[],
  hosts: string[],
): Promise<ReadonlyMap<string, number>> {
  const rewritten = rules.filter((rule) => rule.action === 'rewrite')
  const counted = new Map<string, number>()
  if (hosts.length === 0) return counted
  for (const table of targetsOf(rewritten, await database.tables()).withoutKey) {
    const columns = [...new Set(rewritten.flatMap((rule) => (rule.table === table ? [rule.column] : [])))]
    const conditions = columns.flatMap((column) => hosts.map((host) => ({ column, host })))
    const [row] = await database.read(
      `SELECT COUNT(*) AS held FROM ${quoteName(table)} WHERE ${conditions.map(({ column }) => `INSTR(LOWER(${quoteName(column)}), ?) > 0`).join(' OR ')}`,
      conditions.map(({ host }) => host),
    )
    const held = Number(row?.['held'] ?? 0)
    if (held > 0) counted.set(table, held)
  }
  return counted
}

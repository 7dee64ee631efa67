import type { SiteDatabase } from '../../database/site-database.ts'
import type { ColumnRule } from '../../rewrite/fields/column-rule.ts'
import { needlesFor } from '../../rewrite/needles.ts'
import { targetsOf } from '../../rewriting/rule-targets.ts'

/**
 * Rows that hold one of the hosts in tables without a usable key, by table. Such rows cannot be changed one by one, so they are left
 * alone and told. Frappe makes no such tables.
 */
export async function rowsWithoutKey(
  database: SiteDatabase,
  rules: ColumnRule[],
  hosts: string[],
): Promise<ReadonlyMap<string, number>> {
  const rewritten = rules.filter((rule) => rule.action === 'rewrite')
  const { withoutKey } = targetsOf(rewritten, await database.tables())
  const counted = new Map<string, number>()
  if (hosts.length === 0 || withoutKey.length === 0) return counted
  const columnsOf = Map.groupBy(rewritten, (rule) => rule.table)
  const targets = withoutKey.map((table) => ({
    table,
    columns: [...new Set((columnsOf.get(table) ?? []).map((rule) => rule.column))],
    alsoReturn: [],
  }))
  for await (const { table } of database.scan({ targets, needles: hosts.flatMap(needlesFor), parallel: 1 }))
    counted.set(table, (counted.get(table) ?? 0) + 1)
  return counted
}

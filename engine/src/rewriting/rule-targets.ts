import type { TableSchema } from '../database/site-database.ts'
import type { ColumnRule } from '../rewrite/fields/column-rule.ts'
import type { RewriteTarget } from './targets.ts'

/** Groups rules by table into what a search needs. Tables without a key cannot be changed row by row and are named instead. */
export function targetsOf(
  rules: ColumnRule[],
  tables: TableSchema[],
): { targets: RewriteTarget[]; withoutKey: string[] } {
  const schema = new Map(tables.map((table) => [table.name, table]))
  const targets = new Map<string, RewriteTarget>()
  const withoutKey = new Set<string>()
  for (const rule of rules) {
    const table = schema.get(rule.table)
    if (!table) continue
    if (table.primaryKey.length === 0 && rule.table !== 'tabSingles') {
      withoutKey.add(rule.table)
      continue
    }
    const target = targets.get(rule.table) ?? { table: rule.table, columns: [], singles: [] }
    targets.set(rule.table, target)
    const common = { form: rule.form, json: rule.json, maximumCharacters: rule.maximumCharacters, where: rule.where }
    if (rule.single) target.singles.push({ ...rule.single, ...common })
    else target.columns.push({ column: rule.column, ...common })
  }
  return { targets: [...targets.values()], withoutKey: [...withoutKey] }
}

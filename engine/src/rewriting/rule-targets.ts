import type { TableSchema } from '../database/site-database.ts'
import type { ColumnRule } from '../rewrite/fields/column-rule.ts'
import type { RewriteTarget, TargetColumn, TargetSingle } from './targets.ts'

export interface RuleTargets {
  targets: RewriteTarget[]
  /** Tables without a key: they cannot be changed row by row and are named instead. */
  withoutKey: string[]
  /** The rule a part of these very targets was made from. */
  ruleOf(part: TargetColumn | TargetSingle): ColumnRule | undefined
}

/** Groups rules by table into what a search needs. */
export function targetsOf(rules: ColumnRule[], tables: TableSchema[]): RuleTargets {
  const schema = new Map(tables.map((table) => [table.name, table]))
  const targets = new Map<string, RewriteTarget>()
  const withoutKey = new Set<string>()
  const madeFrom = new Map<TargetColumn | TargetSingle, ColumnRule>()
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
    if (rule.single) {
      const single = { ...rule.single, ...common }
      target.singles.push(single)
      madeFrom.set(single, rule)
    } else {
      const column = { column: rule.column, ...common }
      target.columns.push(column)
      madeFrom.set(column, rule)
    }
  }
  return { targets: [...targets.values()], withoutKey: [...withoutKey], ruleOf: (part) => madeFrom.get(part) }
}

import type { TableSchema } from '../database/site-database.ts'
import type { ColumnRule } from '../rewrite/fields/column-rule.ts'
import type { RewriteTarget, TargetColumn, TargetSingle } from './targets.ts'

export interface RuleTargets {
  targets: RewriteTarget[]
  /** Tables without a key that finds each row again: they cannot be changed row by row and are named instead. */
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
    if (rule.table !== 'tabSingles' && !hasExactKey(table)) {
      withoutKey.add(rule.table)
      continue
    }
    const target = targets.get(rule.table) ?? { table: rule.table, columns: [], singles: [] }
    targets.set(rule.table, target)
    const { form, json, maximumCharacters, byteLimit, where } = rule
    const common = { form, json, maximumCharacters, where, ...(byteLimit === undefined ? {} : { byteLimit }) }
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

/** A FLOAT's text is not its value, and bits have none: a row is not found again by them. */
function hasExactKey({ primaryKey, columns }: TableSchema): boolean {
  const inexact = new Set(columns.filter(({ dataType }) => /^(float|bit)$/.test(dataType)).map(({ name }) => name))
  return primaryKey.length > 0 && !primaryKey.some((name) => inexact.has(name))
}

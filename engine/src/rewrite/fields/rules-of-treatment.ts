import type { ByteLimit, ColumnRule, RowCondition } from './column-rule.ts'
import { never, type Treatment } from './treatment.ts'

/** Where the rules belong, and what the column itself says. */
export interface RulePlace {
  table: string
  column: string
  single?: { doctype: string; field: string }
  doctype: string | null
  json: boolean
  code: boolean
  maximumCharacters: number | null
  byteLimit?: ByteLimit
}

export type ColumnLimits = Pick<RulePlace, 'maximumCharacters' | 'byteLimit'>

/** Rows of a table that stay as they are, whatever is done with its columns. */
export interface Guard {
  rows: RowCondition
  reason: string
}

/**
 * One rule, or several whose conditions exclude each other and together cover every row.
 * @param columnsOfTable a condition on a column that does not exist cannot be asked: the cautious branch, or the guard, holds for all.
 */
export function rulesOfTreatment(
  place: RulePlace,
  treatment: Treatment,
  options: { columnsOfTable: ReadonlySet<string>; guards: readonly Guard[] },
): ColumnRule[] {
  const branches = branchesOf(treatment, options.columnsOfTable, [])
  const guarded = branches.some(isShown) ? guardedBranches(branches, options.guards, options.columnsOfTable) : branches
  return guarded.map((branch) => ruleOf(place, branch.treatment, branch.where))
}

function guardedBranches(branches: Branch[], guards: readonly Guard[], columns: ReadonlySet<string>): Branch[] {
  const unasked = guards.find(({ rows }) => !columns.has(rows.column))
  if (unasked !== undefined) return [{ treatment: never(unasked.reason), where: [] }]
  const outside = guards.map(({ rows }) => opposite(rows))
  return [
    ...branches.map((branch) => ({ ...branch, where: [...branch.where, ...outside] })),
    ...guards.map(({ rows, reason }, index) => ({
      treatment: never(reason),
      where: [...outside.slice(0, index), rows],
    })),
  ]
}

interface Branch {
  treatment: Treatment
  where: RowCondition[]
}

function isShown(branch: Branch): boolean {
  return branch.treatment.action !== 'never'
}

function branchesOf(treatment: Treatment, columns: ReadonlySet<string>, where: RowCondition[]): Branch[] {
  const { split } = treatment
  if (split === undefined) return [{ treatment, where }]
  if (!columns.has(split.when.column)) return branchesOf(split.otherwise, columns, where)
  return [
    { treatment, where: [...where, split.when] },
    ...branchesOf(split.otherwise, columns, [...where, opposite(split.when)]),
  ]
}

function opposite(condition: RowCondition): RowCondition {
  return { ...condition, test: condition.test === 'is' ? 'is-not' : 'is' }
}

function ruleOf(place: RulePlace, treatment: Treatment, where: RowCondition[]): ColumnRule {
  return {
    table: place.table,
    column: place.column,
    ...(place.single === undefined ? {} : { single: place.single }),
    doctype: place.doctype,
    form: treatment.form,
    action: treatment.action,
    json: place.json || treatment.json === true,
    code: place.code || treatment.code === true,
    where: where.map((condition) => ({ ...condition, values: [...condition.values] })),
    maximumCharacters: place.maximumCharacters,
    ...(place.byteLimit === undefined ? {} : { byteLimit: place.byteLimit }),
    reason: treatment.reason,
  }
}

import { createHash } from 'node:crypto'
import type { CellUpdate, Value } from '../site-database.ts'
import { quoteName } from './identifiers.ts'
import { boundKey, columnAsBytes, exactlyEqual, keyCondition, rowConditions } from './key-condition.ts'
import type { MariadbTable } from './tables.ts'

/** Longer old values are compared by SHA-256, so that a statement carries a long value once and not twice. */
const COMPARE_BY_DIGEST_FROM = 1 << 20

interface Statement {
  sql: string
  values: Value[]
}

/**
 * Sets the cell if it still holds `before` and its row is still one that is rewritten. Columns that would move by themselves
 * keep their value. Without a key one row is changed: each of its equals is a cell of its own.
 */
export function updateStatement(table: MariadbTable, cell: CellUpdate): Statement {
  const where = rowOf(table, cell)
  const old = holds(table, cell.column, cell.before)
  const kept = table.columns
    .filter(({ movesOnUpdate, name }) => movesOnUpdate && name !== cell.column)
    .map(({ name }) => `, ${quoteName(name)} = ${quoteName(name)}`)
  const one = table.primaryKey.length === 0 ? ' LIMIT 1' : ''
  return {
    sql: `UPDATE ${quoteName(table.name)} SET ${quoteName(cell.column)} = ?${kept.join('')} WHERE ${where.sql} AND ${old.sql}${one}`,
    values: [cell.after, ...where.values, ...old.values],
  }
}

function rowOf(table: MariadbTable, cell: CellUpdate): Statement {
  const match = Object.entries(cell.match).map(([name, value]) => [name, boundKey(value)] as const)
  const key = keyCondition(table, Object.fromEntries(match))
  const conditions = rowConditions(table, cell.where ?? [])
  return { sql: key.sql + conditions.sql, values: [...key.values, ...conditions.values] }
}

/** Counts the rows that the cell's match names and that hold `after`. */
export function alreadyStatement(table: MariadbTable, cell: CellUpdate): Statement {
  const where = rowOf(table, cell)
  const now = holds(table, cell.column, cell.after)
  return {
    sql: `SELECT COUNT(*) AS found FROM ${quoteName(table.name)} WHERE ${where.sql} AND ${now.sql}`,
    values: [...where.values, ...now.values],
  }
}

/** Reads the present value; where several rows match (tabSingles), one that holds `before` comes first, then `after`. */
export function readStatement(table: MariadbTable, cell: CellUpdate): Statement {
  const where = rowOf(table, cell)
  const name = quoteName(cell.column)
  const sql = `SELECT ${name} AS value FROM ${quoteName(table.name)} WHERE ${where.sql}`
  if (table.primaryKey.length > 0) return { sql, values: where.values }
  const old = holds(table, cell.column, cell.before)
  const now = holds(table, cell.column, cell.after)
  return {
    sql: `${sql} ORDER BY IFNULL(${old.sql}, 0) DESC, IFNULL(${now.sql}, 0) DESC LIMIT 1`,
    values: [...where.values, ...old.values, ...now.values],
  }
}

function holds(table: MariadbTable, columnName: string, value: string | null): Statement {
  if (value === null) return { sql: `${quoteName(columnName)} IS NULL`, values: [] }
  const column = table.columns.find(({ name }) => name === columnName)
  if (value.length < COMPARE_BY_DIGEST_FROM) return { sql: exactlyEqual(column), values: [value] }
  const digest = createHash('sha256').update(value).digest('hex')
  return { sql: `BINARY SHA2(${columnAsBytes(column).replace(/^BINARY (?=`)/, '')}, 256) = ?`, values: [digest] }
}

import type { CellCondition, KeyValue, Value } from '../site-database.ts'
import { isUtf8 } from './column-bytes.ts'
import { quoteName } from './identifiers.ts'
import type { MariadbColumn, MariadbTable } from './tables.ts'

/** A condition that finds exactly the row meant, through the primary key's index. */
export function keyCondition(table: MariadbTable, match: Record<string, Value>): { sql: string; values: Value[] } {
  const parts: string[] = []
  const values: Value[] = []
  for (const [name, value] of Object.entries(match)) {
    const column = table.columns.find((candidate) => candidate.name === name)
    if (value === null) {
      parts.push(`${quoteName(name)} IS NULL`)
    } else if (column !== undefined && column.characterSet !== null) {
      // The first comparison uses the index; in the column's collation it also finds `ABC ` for `abc`, so the second decides.
      parts.push(`${quoteName(name)} = ?`, exactlyEqual(column))
      values.push(value, value)
    } else {
      parts.push(`${quoteName(name)} = ${placeholder(column)}`)
      values.push(value)
    }
  }
  return { sql: parts.join(' AND '), values }
}

/** `column = ?` byte by byte, trailing spaces and case included. */
export function exactlyEqual(column: MariadbColumn | undefined): string {
  return `${columnAsBytes(column)} = BINARY ?`
}

/** The column's value as UTF-8 bytes. */
export function columnAsBytes(column: MariadbColumn | undefined): string {
  if (column === undefined) return 'NULL'
  const name = quoteName(column.name)
  return column.characterSet === null || isUtf8(column.characterSet)
    ? `BINARY ${name}`
    : `BINARY CONVERT(${name} USING utf8mb4)`
}

/** The driver's value for a key's value kept as JSON. */
export function boundKey(value: KeyValue): Value {
  if (value === null || typeof value !== 'object') return value
  return 'hex' in value ? Buffer.from(value.hex, 'hex') : value.integer
}

/** NULL-safe: a row whose column is NULL meets every `is-not` and no `is`. */
export function rowConditions(table: MariadbTable, conditions: CellCondition[]): { sql: string; values: Value[] } {
  const parts = conditions.map(({ column, test, values }) => {
    const bytes = columnAsBytes(table.columns.find(({ name }) => name === column))
    const listed = values.length === 0 ? 'FALSE' : `IFNULL(${bytes} IN (${values.map(() => '?').join(', ')}), FALSE)`
    return ` AND ${test === 'is' ? '' : 'NOT '}${listed}`
  })
  return { sql: parts.join(''), values: conditions.flatMap(({ values }) => values) }
}

/** Integers beyond 2^53 come as text; without the cast the server would compare them as doubles. */
function placeholder(column: MariadbColumn | undefined): string {
  if (column === undefined || !/int$/.test(column.dataType)) return '?'
  return /unsigned/.test(column.declaredType) ? 'CAST(? AS UNSIGNED)' : 'CAST(? AS SIGNED)'
}

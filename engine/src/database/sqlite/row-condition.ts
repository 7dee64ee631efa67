import type { CellUpdate, KeyValue } from '../site-database.ts'
import { quoteName } from './identifiers.ts'

interface Condition {
  sql: string
  values: (string | number | bigint | Buffer)[]
}

/** Finds exactly the row a cell means, while it meets the cell's conditions. */
export function rowCondition({ match, where }: Pick<CellUpdate, 'match' | 'where'>): Condition {
  const parts = [...Object.entries(match).map(([name, value]) => isKey(name, value)), ...(where ?? []).map(meets)]
  return { sql: parts.map(({ sql }) => sql).join(' AND '), values: parts.flatMap(({ values }) => values) }
}

/** The second comparison makes keys of a column declared NOCASE exact; the first one uses its index. */
function isKey(column: string, value: KeyValue): Condition {
  const name = quoteName(column)
  if (value === null) return { sql: `${name} IS NULL`, values: [] }
  const bound = boundKey(value)
  return { sql: `${name} = ? AND ${name} = ? COLLATE BINARY`, values: [bound, bound] }
}

function boundKey(value: NonNullable<KeyValue>): string | number | bigint | Buffer {
  if (typeof value !== 'object') return value
  return 'hex' in value ? Buffer.from(value.hex, 'hex') : BigInt(value.integer)
}

/** NULL-safe: a row whose column is NULL meets every `is-not` and no `is`. */
function meets({ column, test, values }: NonNullable<CellUpdate['where']>[number]): Condition {
  const list = values.map(() => '?').join(', ')
  const listed = `IFNULL(CAST(${quoteName(column)} AS TEXT) COLLATE BINARY IN (${list}), 0)`
  return { sql: test === 'is' ? listed : `NOT ${listed}`, values }
}

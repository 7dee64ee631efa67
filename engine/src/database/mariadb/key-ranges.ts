import type { Connection } from 'mariadb'
import type { Row } from '../site-database.ts'
import { quoteName } from './identifiers.ts'
import type { MariadbTable } from './tables.ts'

/** A piece of a table: rows whose first key column lies in [from, to). null is open. */
export interface KeyRange {
  from: string | null
  to: string | null
  /** Estimated share of the table's bytes, for progress and order. */
  bytes: number
}

const WHOLE = { from: null, to: null }
const DEEPEST = 6
const FIRST_LETTERS = [...'0123456789abcdefghijklmnopqrstuvwxyz']

/**
 * Cuts a large table into ranges of its primary key so that several connections share it.
 *
 * Costs a few dives into the index per range and no scan: for text keys the smallest key at or after prefix + each
 * letter or digit (a real key of the table, ordered by the server itself, so that ranges are complete in any
 * collation), then EXPLAIN's estimate of rows decides which of those are cut again.
 */
export async function keyRanges(connection: Connection, table: MariadbTable, targetBytes: number): Promise<KeyRange[]> {
  const whole = { ...WHOLE, bytes: table.dataBytes }
  const column = table.columns.find(({ name }) => name === table.primaryKey[0])
  if (column === undefined || table.dataBytes < targetBytes * 2 || table.estimatedRows < 1000) return [whole]
  const key: KeyColumn = { table: quoteName(table.name), column: quoteName(column.name) }
  if (/^(big|medium|small|tiny)?int$/.test(column.dataType)) {
    return integerRanges(connection, key, whole, Math.ceil((table.dataBytes / targetBytes) * 2))
  }
  if (!/^(var)?char$/.test(column.dataType)) return [whole]
  const bytesPerRow = table.dataBytes / table.estimatedRows
  return textRanges(connection, key, whole, { targetBytes, bytesPerRow, depth: 0 })
}

interface KeyColumn {
  table: string
  column: string
}

async function integerRanges(
  connection: Connection,
  key: KeyColumn,
  whole: KeyRange,
  pieces: number,
): Promise<KeyRange[]> {
  const [ends] = await connection.query<Row[]>(
    `SELECT CAST(MIN(${key.column}) AS CHAR) AS low, CAST(MAX(${key.column}) AS CHAR) AS high FROM ${key.table}`,
  )
  if (typeof ends?.['low'] !== 'string' || typeof ends['high'] !== 'string') return [whole]
  const low = BigInt(ends['low'])
  const step = (BigInt(ends['high']) - low) / BigInt(pieces) + 1n
  const bounds = Array.from({ length: pieces - 1 }, (_, index) => String(low + step * BigInt(index + 1)))
  return between(whole, bounds).map((range) => ({ ...range, bytes: whole.bytes / pieces }))
}

interface Cutting {
  targetBytes: number
  bytesPerRow: number
  depth: number
}

async function textRanges(
  connection: Connection,
  key: KeyColumn,
  range: KeyRange,
  cutting: Cutting,
): Promise<KeyRange[]> {
  const bounds = await boundsByFirstLetter(connection, key, range)
  if (bounds.length === 0) return [range]
  const pieces = await estimate(connection, key, between(range, bounds), cutting.bytesPerRow)
  const finished: KeyRange[] = []
  for (const piece of joinSmall(pieces, cutting.targetBytes)) {
    const cutAgain = piece.bytes > cutting.targetBytes * 2 && cutting.depth < DEEPEST
    if (cutAgain) finished.push(...(await textRanges(connection, key, piece, { ...cutting, depth: cutting.depth + 1 })))
    else finished.push(piece)
  }
  return finished
}

/** Real keys that start the groups of keys with the same letter after the common prefix, without the first group. */
async function boundsByFirstLetter(connection: Connection, key: KeyColumn, range: KeyRange): Promise<string[]> {
  const where = rangeCondition(key.column, range)
  const [ends] = await connection.query<Row[]>(
    `SELECT MIN(${key.column}) AS low, MAX(${key.column}) AS high FROM ${key.table} WHERE ${where.sql}`,
    where.values,
  )
  const low = ends?.['low']
  const high = ends?.['high']
  if (typeof low !== 'string' || typeof high !== 'string') return []
  const prefix = commonPrefix(low, high)
  // One lower and one upper bound only: with a third condition the server reads the range instead of diving for MIN.
  const probes = FIRST_LETTERS.map((letter) => rangeCondition(key.column, { from: prefix + letter, to: range.to }))
  const smallest = probes.map(({ sql }) => `SELECT MIN(${key.column}) AS k FROM ${key.table} WHERE ${sql}`)
  const rows = await connection.query<Row[]>(
    `SELECT DISTINCT k FROM (${smallest.join(' UNION ALL ')}) AS found WHERE k > ? ORDER BY k`,
    [...probes.flatMap(({ values }) => values), low],
  )
  return rows.map((row) => String(row['k']))
}

async function estimate(
  connection: Connection,
  key: KeyColumn,
  ranges: KeyRange[],
  bytesPerRow: number,
): Promise<KeyRange[]> {
  const conditions = ranges.map((range) => rangeCondition(key.column, range))
  const plans = await connection.query<Row[]>(
    `EXPLAIN ${conditions.map(({ sql }) => `SELECT 1 FROM ${key.table} FORCE INDEX (PRIMARY) WHERE ${sql}`).join(' UNION ALL ')}`,
    conditions.flatMap(({ values }) => values),
  )
  return ranges.map((range, index) => ({ ...range, bytes: Number(plans[index]?.['rows'] ?? 0) * bytesPerRow }))
}

function joinSmall(ranges: KeyRange[], targetBytes: number): KeyRange[] {
  const joined: KeyRange[] = []
  for (const range of ranges) {
    const last = joined.at(-1)
    if (last !== undefined && last.bytes + range.bytes <= targetBytes) {
      last.to = range.to
      last.bytes += range.bytes
    } else joined.push({ ...range })
  }
  return joined
}

function between(range: KeyRange, bounds: string[]): KeyRange[] {
  const edges = [range.from, ...bounds, range.to]
  return edges.slice(1).map((to, index) => ({ from: edges[index] ?? null, to, bytes: 0 }))
}

function commonPrefix(low: string, high: string): string {
  const letters = [...low]
  const others = [...high]
  const differs = letters.findIndex((letter, index) => letter.toLowerCase() !== others[index]?.toLowerCase())
  return letters.slice(0, differs === -1 ? letters.length : differs).join('')
}

/** The SQL condition of a range and its values; `quotedColumn` is the first key column. */
export function rangeCondition(
  quotedColumn: string,
  range: Pick<KeyRange, 'from' | 'to'>,
): { sql: string; values: string[] } {
  const parts: string[] = []
  const values: string[] = []
  if (range.from !== null) {
    parts.push(`${quotedColumn} >= ?`)
    values.push(range.from)
  }
  if (range.to !== null) {
    parts.push(`${quotedColumn} < ?`)
    values.push(range.to)
  }
  return { sql: parts.length === 0 ? 'TRUE' : parts.join(' AND '), values }
}

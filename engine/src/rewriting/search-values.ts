import { isUtf8 } from 'node:buffer'
import type {
  CellUpdate,
  KeyValue,
  ScanHit,
  ScanTarget,
  SiteDatabase,
  TableSchema,
  Value,
} from '../database/site-database.ts'
import { holds, type RewriteTarget, type TargetColumn, type TargetSingle } from './targets.ts'

/** Fields of all Single DocTypes: rows of (doctype, field, value) without a key (frappe/database/mariadb/framework_mariadb.sql). */
const SINGLES = 'tabSingles'

/** One value of a row in which something that was searched for stands, and the target's rule for it. */
export interface FoundValue {
  table: string
  column: string
  single: { doctype: string; field: string } | null
  match: CellUpdate['match']
  value: string
  /** Set where the value is bytes that are no text, and what they are; `value` is then only a reading of them. */
  unreadable: string | null
  rule: TargetColumn | TargetSingle
}

export interface SearchOptions {
  parallel: number
  signal?: AbortSignal
  onProgress?: (progress: { bytesDone: number; bytesTotal: number; table: string }) => void
}

/**
 * Streams the values of every row of the targets that holds a needle, in any case. A row has several; a needle stands in at
 * least one of them. Memory does not grow with the table.
 */
export async function* searchValues(
  database: SiteDatabase,
  targets: RewriteTarget[],
  needles: string[],
  options: SearchOptions,
): AsyncGenerator<FoundValue> {
  if (needles.length === 0 || targets.length === 0) return
  const schema = new Map((await database.tables()).map((table) => [table.name, table]))
  const byTable = new Map(targets.map((target) => [target.table, target]))
  const scanTargets = targets.flatMap((target) => scanTargetOf(target, schema.get(target.table)))
  if (scanTargets.length === 0) return
  for await (const hit of database.scan({ ...options, targets: scanTargets, needles })) {
    const target = byTable.get(hit.table)
    const table = schema.get(hit.table)
    if (target && table) yield* valuesOf(hit, target, table)
  }
}

function scanTargetOf(target: RewriteTarget, table: TableSchema | undefined): ScanTarget[] {
  if (!table) return []
  const present = new Set(table.columns.map((column) => column.name))
  if (target.table === SINGLES) {
    return [{ table: target.table, columns: ['value'], alsoReturn: ['doctype', 'field'] }]
  }
  const columns = target.columns.filter((column) => present.has(column.column))
  const conditions = columns.flatMap((column) => column.where.map((condition) => condition.column))
  const searched = new Set(columns.map((column) => column.column))
  const alsoReturn = [...new Set(conditions)].filter((name) => present.has(name) && !searched.has(name))
  return columns.length ? [{ table: target.table, columns: [...searched], alsoReturn }] : []
}

function* valuesOf(hit: ScanHit, target: RewriteTarget, table: TableSchema): Generator<FoundValue> {
  if (target.table === SINGLES) {
    const { doctype, field } = hit.row
    const value = readable(hit.row['value'])
    if (value === null || typeof doctype !== 'string' || typeof field !== 'string') return
    const ofField = target.singles.find((rule) => rule.doctype === doctype && rule.field === field)
    // Rows of deleted fields and DocTypes have no rule of their own, only the column's.
    const rule = ofField ?? target.columns.find((column) => holds(column.where, hit.row))
    const match = { doctype, field }
    if (rule) yield { table: table.name, column: 'value', single: match, match, ...value, rule }
    return
  }
  for (const rule of target.columns) {
    const value = readable(hit.row[rule.column])
    if (value === null || !holds(rule.where, hit.row)) continue
    yield { table: table.name, column: rule.column, single: null, match: matchOf(hit, table), ...value, rule }
  }
}

function matchOf(hit: ScanHit, table: TableSchema): CellUpdate['match'] {
  return Object.fromEntries(
    table.primaryKey.map((name, index) => {
      return [name, keyValue(hit.key[index] ?? null)]
    }),
  )
}

function keyValue(value: Value): KeyValue {
  if (Buffer.isBuffer(value)) return { hex: value.toString('hex') }
  return typeof value === 'bigint' ? { integer: value.toString() } : value
}

function readable(value: Value | undefined): Pick<FoundValue, 'value' | 'unreadable'> | null {
  if (typeof value === 'string') return { value, unreadable: null }
  if (!Buffer.isBuffer(value)) return null
  return { value: value.toString('utf8'), unreadable: isUtf8(value) ? 'bytes, not text' : 'not valid UTF-8' }
}

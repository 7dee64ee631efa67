import type { CellUpdate, ScanHit, ScanTarget, SiteDatabase, TableSchema } from '../database/site-database.ts'
import type { HostRule, Occurrence, RewrittenText } from '../rewrite/host-rule.ts'
import { caseVariants, needlesFor } from '../rewrite/needles.ts'
import { rewriteText } from '../rewrite/rewrite-text.ts'
import { holds, type RewriteTarget, type TargetColumn } from './targets.ts'

/** Fields of all Single DocTypes: rows of (doctype, field, value) without a key (frappe/database/mariadb/framework_mariadb.sql). */
const SINGLES = 'tabSingles'

/** One cell that holds an old name, with what the rules make of it. */
export interface FoundCell {
  table: string
  column: string
  single: { doctype: string; field: string } | null
  match: CellUpdate['match']
  before: string
  rewritten: RewrittenText
  /** The value after would be longer than the column holds. */
  overflows: boolean
}

export interface CollectOptions {
  /** Search regardless of letter case (slower). */
  ignoreCase: boolean
  parallel: number
  signal?: AbortSignal
  onProgress?: (progress: { bytesDone: number; bytesTotal: number; table: string }) => void
}

/** Streams every cell of the targets in which an old name stands, changed or only offered (bare). Memory does not grow with the table. */
export async function* collectCells(
  database: SiteDatabase,
  targets: RewriteTarget[],
  hosts: HostRule[],
  options: CollectOptions,
): AsyncGenerator<FoundCell> {
  if (hosts.length === 0 || targets.length === 0) return
  const schema = new Map((await database.tables()).map((table) => [table.name, table]))
  const byTable = new Map(targets.map((target) => [target.table, target]))
  const scanTargets = targets.flatMap((target) => scanTargetOf(target, schema.get(target.table)))
  if (scanTargets.length === 0) return
  const needles = hosts.flatMap((host) => needlesFor(host))
  const hits = database.scan({
    targets: scanTargets,
    needles: options.ignoreCase
      ? needles
      : [...new Set(needles.flatMap((needle) => [needle, ...caseVariants(needle)]))],
    ignoreCase: options.ignoreCase,
    parallel: options.parallel,
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.onProgress ? { onProgress: options.onProgress } : {}),
  })
  for await (const hit of hits) {
    const target = byTable.get(hit.table)
    const table = schema.get(hit.table)
    if (target && table) yield* cellsOf(hit, target, table, hosts)
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

function* cellsOf(hit: ScanHit, target: RewriteTarget, table: TableSchema, hosts: HostRule[]): Generator<FoundCell> {
  if (target.table === SINGLES) {
    const { doctype, field, value } = hit.row
    if (typeof value !== 'string' || typeof doctype !== 'string' || typeof field !== 'string') return
    const single = target.singles.find((rule) => rule.doctype === doctype && rule.field === field)
    // Rows of deleted fields and DocTypes have no rule of their own, only the column's.
    const rule = single ? { ...single, column: 'value' } : target.columns.find((column) => holds(column.where, hit.row))
    const found = rule && cellOf(rule, value, hosts)
    if (found) yield { table: table.name, single: { doctype, field }, match: { doctype, field }, ...found }
    return
  }
  for (const column of target.columns) {
    const value = hit.row[column.column]
    if (typeof value !== 'string' || !holds(column.where, hit.row)) continue
    const found = cellOf(column, value, hosts)
    if (found) yield { table: table.name, single: null, match: matchOf(hit, table), ...found }
  }
}

function cellOf(column: TargetColumn, value: string, hosts: HostRule[]) {
  const rewritten = rewriteText(value, hosts, { form: column.form, json: column.json })
  if (rewritten.changed.length === 0 && rewritten.bare.length === 0 && rewritten.refused === undefined) return null
  const overflows =
    column.maximumCharacters !== null &&
    rewritten.value !== value &&
    // A column's length counts characters, not UTF-16 units.
    rewritten.value.length > column.maximumCharacters &&
    [...rewritten.value].length > column.maximumCharacters
  return { column: column.column, before: value, rewritten, overflows }
}

function matchOf(hit: ScanHit, table: TableSchema): CellUpdate['match'] {
  return Object.fromEntries(
    table.primaryKey.map((name, index) => {
      const value = hit.key[index]
      return [name, typeof value === 'number' ? value : String(value)]
    }),
  )
}

export type Splice = [start: number, end: number, after: string]

export const splicesOf = (changed: Occurrence[]): Splice[] =>
  changed.map(({ start, end, after }) => [start, end, after])

/** The value after: the same text with each place replaced. Offsets are UTF-16 units of the value before. */
export function applySplices(before: string, splices: Splice[]): string {
  let result = ''
  let position = 0
  for (const [start, end, after] of [...splices].sort((one, other) => one[0] - other[0])) {
    result += before.slice(position, start) + after
    position = end
  }
  return result + before.slice(position)
}

/** How a row is named to people: `Home` or `Website Settings.brand_html`. */
export function rowLabel(match: CellUpdate['match']): string {
  return Object.values(match).join(' / ')
}

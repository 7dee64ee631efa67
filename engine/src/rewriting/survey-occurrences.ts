import { availableParallelism } from 'node:os'
import type { SiteDatabase } from '../database/site-database.ts'
import type { ColumnRule, RewriteAction } from '../rewrite/fields/column-rule.ts'
import type { HostRule } from '../rewrite/host-rule.ts'
import { maskSample, sampleOf } from '../rewrite/mask-sample.ts'
import { collectCells, type FoundCell, rowLabel } from './collect-cells.ts'
import { targetsOf } from './rule-targets.ts'

const SAMPLES = 3

/** What a column holds of the old names. */
export interface ColumnOccurrences {
  /** `tabWeb Page.main_section`, or `Website Settings.brand_html` for a field of a Single. */
  label: string
  table: string
  column: string
  field: string | null
  action: RewriteAction
  code: boolean
  reason: string
  /** Values that would change, and places in them. */
  values: number
  places: number
  samples: { row: string; before: string; after: string }[]
  /** Places where the name stands alone, which the rule's form does not rewrite. */
  bare: number
  bareSamples: string[]
  /** Values left alone as a whole, with the first reason. */
  refused: { count: number; reason: string } | null
  /** Rows whose new value would not fit. */
  overflows: string[]
}

export interface Occurrences {
  columns: ColumnOccurrences[]
  /** Bytes of the values that change, for the disk formula. */
  valueBytes: number
}

/** Above this size the plan's search looks for common spellings only; the search after the run looks for all. */
const ALL_SPELLINGS_BYTES = 256 * 1024 * 1024

export const ruleLabel = (rule: Pick<ColumnRule, 'table' | 'column' | 'single'>): string =>
  rule.single ? `${rule.single.doctype}.${rule.single.field}` : `${rule.table}.${rule.column}`

/** Counts what the rules find of the names, with masked samples; reads only. */
export async function surveyOccurrences(
  database: SiteDatabase,
  rules: ColumnRule[],
  hosts: HostRule[],
  options: {
    signal?: AbortSignal
    onProgress?: (progress: { bytesDone: number; bytesTotal: number; table: string }) => void
  },
): Promise<Occurrences> {
  const looked = rules.filter((rule) => rule.action !== 'never')
  const found = new Map<string, ColumnOccurrences>()
  let valueBytes = 0
  const ignoreCase = (await database.totalBytes()) < ALL_SPELLINGS_BYTES
  // Rules of one column exclude each other by row, so each action is searched on its own and its cells belong to it.
  for (const action of ['rewrite', 'offer', 'external'] as const) {
    const own = looked.filter((rule) => rule.action === action)
    const { targets } = targetsOf(own, await database.tables())
    for await (const cell of collectCells(database, targets, hosts, {
      ...options,
      ignoreCase,
      parallel: availableParallelism(),
    })) {
      const rule = ruleOf(own, cell)
      if (!rule) continue
      const label = ruleLabel(rule)
      const key = `${action} ${label}`
      const column = found.get(key) ?? emptyColumn(rule, label)
      found.set(key, column)
      addCell(column, cell)
      if (action === 'rewrite' && cell.rewritten.changed.length) valueBytes += cell.before.length
    }
  }
  const columns = [...found.values()].sort((one, other) => (one.label < other.label ? -1 : 1))
  return { columns, valueBytes }
}

function ruleOf(rules: ColumnRule[], cell: FoundCell): ColumnRule | undefined {
  const { single } = cell
  const bySingle = single
    ? rules.find((rule) => rule.single?.doctype === single.doctype && rule.single.field === single.field)
    : undefined
  return bySingle ?? rules.find((rule) => !rule.single && rule.table === cell.table && rule.column === cell.column)
}

function emptyColumn(rule: ColumnRule, label: string): ColumnOccurrences {
  return {
    label,
    table: rule.table,
    column: rule.column,
    field: rule.single ? label : null,
    action: rule.action,
    code: rule.code,
    reason: rule.reason,
    values: 0,
    places: 0,
    samples: [],
    bare: 0,
    bareSamples: [],
    refused: null,
    overflows: [],
  }
}

function addCell(column: ColumnOccurrences, { rewritten, before, match, overflows }: FoundCell): void {
  const row = rowLabel(match)
  const [firstChanged] = rewritten.changed
  if (firstChanged) {
    column.values += 1
    column.places += rewritten.changed.length
    if (column.samples.length < SAMPLES)
      column.samples.push({ row, ...sampleOf(before, firstChanged, rewritten.value) })
  }
  const [firstBare] = rewritten.bare
  column.bare += rewritten.bare.length
  if (firstBare && column.bareSamples.length < SAMPLES)
    column.bareSamples.push(`${row}: ${maskSample(before, firstBare)}`)
  if (rewritten.refused !== undefined) {
    column.refused = { count: (column.refused?.count ?? 0) + 1, reason: rewritten.refused }
  }
  if (overflows) column.overflows.push(row)
}

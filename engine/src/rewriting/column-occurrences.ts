import type { ColumnRule, RewriteAction } from '../rewrite/fields/column-rule.ts'
import { maskSample, sampleOf } from '../rewrite/mask-sample.ts'
import { type FoundCell, rowLabel } from './collect-cells.ts'

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
  /** Places that no switch changes: escaped names, and what may be part of credentials. */
  doubtful: number
  /** Values left alone as a whole, with the first reason. */
  refused: { count: number; reason: string } | null
  /** Rows whose new value would not fit. */
  overflows: string[]
}

export const ruleLabel = (rule: Pick<ColumnRule, 'table' | 'column' | 'single'>): string =>
  rule.single ? `${rule.single.doctype}.${rule.single.field}` : `${rule.table}.${rule.column}`

export function noOccurrences(rule: ColumnRule): ColumnOccurrences {
  const { table, column, action, code, reason, single } = rule
  const label = ruleLabel(rule)
  return {
    ...{ label, table, column, field: single ? label : null, action, code, reason },
    ...{ values: 0, places: 0, samples: [], bare: 0, bareSamples: [], doubtful: 0, refused: null, overflows: [] },
  }
}

/** Counts one cell, and keeps the first few as masked samples. */
export function addCell(column: ColumnOccurrences, { rewritten, before, match, overflows }: FoundCell): void {
  const row = rowLabel(match)
  const [firstChanged] = rewritten.changed
  if (firstChanged) {
    column.values += 1
    column.places += rewritten.changed.length
    if (column.samples.length < SAMPLES)
      column.samples.push({ row, ...sampleOf(before, firstChanged, rewritten.value) })
  }
  const bare = rewritten.bare.filter(({ doubtful }) => doubtful !== true)
  const [firstBare] = bare
  column.bare += bare.length
  column.doubtful += rewritten.bare.length - bare.length
  if (firstBare && column.bareSamples.length < SAMPLES)
    column.bareSamples.push(`${row}: ${maskSample(before, firstBare)}`)
  if (rewritten.refused !== undefined) {
    column.refused = { count: (column.refused?.count ?? 0) + 1, reason: rewritten.refused }
  }
  if (overflows) column.overflows.push(row)
}

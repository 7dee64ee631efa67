import type { CellCondition, CellUpdate, SiteDatabase } from '../database/site-database.ts'
import type { HostRule, RewrittenText } from '../rewrite/host-rule.ts'
import { needlesFor } from '../rewrite/needles.ts'
import { rewriteText } from '../rewrite/rewrite-text.ts'
import { overflows } from './column-limit.ts'
import { type FoundValue, type SearchOptions, searchValues } from './search-values.ts'
import type { RewriteTarget } from './targets.ts'

/** One cell that holds an old name, with what the rules make of it. */
export interface FoundCell {
  table: string
  column: string
  match: CellUpdate['match']
  before: string
  rewritten: RewrittenText
  /** What the row must be: conditions of the rule, checked again when the value is set. */
  where: CellCondition[]
  /** The value after would be longer than the column holds. */
  overflows: boolean
  /** Another row holds the value after, and the column allows it once. */
  taken: boolean
}

/** Streams every cell of the targets in which an old name stands, changed or only offered (bare). Memory does not grow with the table. */
export async function* collectCells(
  database: SiteDatabase,
  targets: RewriteTarget[],
  hosts: HostRule[],
  options: SearchOptions,
): AsyncGenerator<FoundCell> {
  const needles = hosts.flatMap((host) => needlesFor(host.from))
  for await (const found of searchValues(database, targets, needles, options)) {
    const cell = cellOf(found, hosts)
    if (cell) yield cell
  }
}

/** What the rules make of a value; null where none of the names stands in it. */
export function cellOf(found: FoundValue, hosts: HostRule[]): FoundCell | null {
  const { table, column, single, match, value, unreadable, rule } = found
  const rewritten = rewrittenOf(value, unreadable, rule, hosts)
  if (rewritten.changed.length === 0 && rewritten.bare.length === 0 && rewritten.refused === undefined) return null
  // A field of a Single is named by the match: its conditions say the same once more.
  const where = single === null ? rule.where : []
  const tooLong = rewritten.value !== value && overflows(rewritten.value, rule)
  return { table, column, match, before: value, rewritten, where, overflows: tooLong, taken: false }
}

/** Where bytes are no text, an old name in them is told and nothing changed: written back, they would be other bytes. */
function rewrittenOf(
  value: string,
  unreadable: string | null,
  { form, json }: FoundValue['rule'],
  hosts: HostRule[],
): RewrittenText {
  const rewritten = rewriteText(value, hosts, { form, json })
  if (unreadable === null || rewritten.changed.length === 0) return rewritten
  return { value, changed: [], bare: rewritten.bare, refused: unreadable }
}

/** How a row is named to people: `Home` or `Website Settings.brand_html`. */
export function rowLabel(match: CellUpdate['match']): string {
  return Object.values(match).map(keyLabel).join(' / ')
}

function keyLabel(value: CellUpdate['match'][string]): string {
  if (value === null) return 'NULL'
  if (typeof value !== 'object') return String(value)
  return 'hex' in value ? `0x${value.hex}` : value.integer
}

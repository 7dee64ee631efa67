import type { CellUpdate, SiteDatabase } from '../database/site-database.ts'
import type { HostRule, RewrittenText } from '../rewrite/host-rule.ts'
import { needlesFor } from '../rewrite/needles.ts'
import { rewriteText } from '../rewrite/rewrite-text.ts'
import { type FoundValue, type SearchOptions, searchValues } from './search-values.ts'
import type { RewriteTarget } from './targets.ts'

/** One cell that holds an old name, with what the rules make of it. */
export interface FoundCell {
  table: string
  column: string
  match: CellUpdate['match']
  before: string
  rewritten: RewrittenText
  /** The value after would be longer than the column holds. */
  overflows: boolean
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
export function cellOf({ table, column, match, value, rule }: FoundValue, hosts: HostRule[]): FoundCell | null {
  const rewritten = rewriteText(value, hosts, { form: rule.form, json: rule.json })
  if (rewritten.changed.length === 0 && rewritten.bare.length === 0 && rewritten.refused === undefined) return null
  const { maximumCharacters } = rule
  const overflows =
    maximumCharacters !== null &&
    rewritten.value !== value &&
    // A column's length counts characters, not UTF-16 units.
    rewritten.value.length > maximumCharacters &&
    [...rewritten.value].length > maximumCharacters
  return { table, column, match, before: value, rewritten, overflows }
}

/** How a row is named to people: `Home` or `Website Settings.brand_html`. */
export function rowLabel(match: CellUpdate['match']): string {
  return Object.values(match).join(' / ')
}

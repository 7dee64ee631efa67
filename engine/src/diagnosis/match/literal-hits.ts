import type { Cause } from '../knowledge/cause.ts'
import type { Report } from '../text/prepare-report.ts'
import { type LiteralSearch, literalSearch } from './literal-search.ts'

/** Where a literal stands. */
export interface Hit {
  /** Index into the report's lines. */
  line: number
  /** Offset in the report's text. */
  at: number
  length: number
}

export interface LiteralHits {
  /** Every place of a literal, one a line, in the order of the text. */
  of(literal: string): readonly Hit[]
}

export interface LiteralTable {
  literals: readonly string[]
  search: LiteralSearch
}

/** Lines remembered for one literal: the first and the last ones. */
const MOST_LINES = 400

/** Every literal of the causes' patterns, once. */
export function tableOf(causes: readonly Cause[]): LiteralTable {
  const literals = new Set<string>()
  for (const { detection } of causes) {
    for (const pattern of [...detection.patterns, ...detection.counter_patterns]) {
      for (const literal of [...pattern.text, ...(pattern.near ?? []), ...(pattern.unless ?? [])]) literals.add(literal)
    }
  }
  return { literals: [...literals], search: literalSearch([...literals]) }
}

const none: readonly Hit[] = []

export function literalHits(table: LiteralTable, report: Report): LiteralHits {
  const found = new Map<string, Hit[]>()
  let line = 0
  table.search(report.lower, (number, at) => {
    const literal = table.literals[number] ?? ''
    line = lineAt(report.starts, at, line)
    const hits = found.get(literal)
    if (hits === undefined) found.set(literal, [{ line, at, length: literal.length }])
    else if (hits.at(-1)?.line !== line) {
      // The last ones count most; half of the room stays with the first ones.
      if (hits.length >= MOST_LINES) hits.splice(MOST_LINES / 2, 1)
      hits.push({ line, at, length: literal.length })
    }
  })
  return { of: (literal) => found.get(literal) ?? none }
}

/** The line an offset is in. Offsets grow, but for the length of a literal: the search starts from the line before. */
function lineAt(starts: readonly number[], at: number, from: number): number {
  let line = from
  while (line > 0 && (starts[line] ?? 0) > at) line--
  while (line + 1 < starts.length && (starts[line + 1] ?? 0) <= at) line++
  return line
}

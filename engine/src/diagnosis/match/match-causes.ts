import type { RE2JS } from 're2js'
import type { Evidence } from '../diagnosis.ts'
import type { Cause, Pattern } from '../knowledge/cause.ts'
import type { Report } from '../text/prepare-report.ts'
import { evidenceOf } from './evidence.ts'
import { expression, windowAround } from './expression.ts'
import { type LiteralHits, type LiteralTable, literalHits, tableOf } from './literal-hits.ts'
import { neededWords } from './needed-words.ts'

/** How one pattern of a cause was met. */
export interface PatternMatch {
  /** Its place in the cause's `patterns`. */
  pattern: number
  weight: number
  /** Index into the report's lines. */
  line: number
}

/** What rules say of one cause. */
export interface CauseMatch {
  cause: Cause
  /** Weights met less weights that speak against. */
  score: number
  /** Patterns met, the strongest first. */
  met: PatternMatch[]
  against: PatternMatch[]
  /** The lines that decide, the strongest first, secrets masked. */
  evidence: Evidence[]
  /** Named groups of the expressions that matched, as they stand in the report. Not masked, not safe to run. */
  captures: Record<string, string>
}

/** Causes made ready to be matched: literals of all in one table. */
export interface Matcher {
  causes: readonly Cause[]
  table: LiteralTable
}

/** Expressions are tried at this many anchors; a line that decides stands among the first or the last ones. */
const MOST_TRIES = 24

export const matcherOf = (causes: readonly Cause[]): Matcher => ({ causes, table: tableOf(causes) })

/** What rules say of every cause that has any evidence, the likeliest first. */
export function matchCauses(matcher: Matcher, report: Report): CauseMatch[] {
  const hits = literalHits(matcher.table, report)
  return matcher.causes
    .map((cause) => matchWith(cause, report, hits))
    .filter((match) => match.met.length > 0)
    .sort((left, right) => right.score - left.score || (left.cause.id < right.cause.id ? -1 : 1))
}

/** What rules say of one cause. */
export function matchCause(cause: Cause, report: Report): CauseMatch {
  return matchWith(cause, report, literalHits(tableOf([cause]), report))
}

function matchWith(cause: Cause, report: Report, hits: LiteralHits): CauseMatch {
  const captures: Record<string, string> = {}
  const met = metOf(cause.detection.patterns, report, hits, captures)
  const against = met.length === 0 ? [] : metOf(cause.detection.counter_patterns, report, hits, {})
  const sum = (matches: readonly PatternMatch[]): number => matches.reduce((total, one) => total + one.weight, 0)
  return {
    cause,
    score: sum(met) - sum(against),
    met,
    against,
    evidence: evidenceOf(
      met.map(({ line }) => line),
      report,
    ),
    captures,
  }
}

function metOf(
  patterns: readonly Pattern[],
  report: Report,
  hits: LiteralHits,
  captures: Record<string, string>,
): PatternMatch[] {
  const met: PatternMatch[] = []
  const anchored = patterns
    .map((one, pattern) => ({ one, pattern }))
    .filter(({ one }) => one.text.some((literal) => hits.of(literal).length > 0))
    .sort((a, b) => b.one.weight - a.one.weight)
  for (const { one, pattern } of anchored) {
    const line = lineThatMeets(one, report, hits, captures)
    if (line !== null) met.push({ pattern, weight: one.weight, line })
  }
  return met
}

/** The line a pattern is met at: of several the last, since what failed last is nearest to what the person saw. */
function lineThatMeets(
  pattern: Pattern,
  report: Report,
  hits: LiteralHits,
  captures: Record<string, string>,
): number | null {
  const anchors = pattern.text.flatMap((literal) => hits.of(literal)).sort((left, right) => right.at - left.at)
  let tries = 0
  for (const anchor of anchors) {
    if (!isOfKind(report, anchor.line, pattern.in)) continue
    if (pattern.near && !stands(pattern.near, anchor.line, pattern.within, report, hits)) continue
    if (pattern.unless && stands(pattern.unless, anchor.line, pattern.within, report, hits)) continue
    if (pattern.matching === undefined) return anchor.line
    if (++tries > MOST_TRIES) return null
    const { from, to } = windowAround(report, anchor, pattern.in)
    const window = report.lower.slice(from, to)
    const needed = neededWords(pattern.matching)
    if (needed !== null && !needed.some((word) => window.includes(word))) continue
    const made = expression(pattern.matching)
    // Twenty times faster than a search that tells where.
    if (!made.test(window)) continue
    captureGroups(made, report, from, to, captures)
    return anchor.line
  }
  return null
}

function captureGroups(made: RE2JS, report: Report, from: number, to: number, captures: Record<string, string>): void {
  const names = Object.keys(made.namedGroups()).filter((name) => !Object.hasOwn(captures, name))
  if (names.length === 0) return
  const found = made.matcher(report.lower.slice(from, to))
  if (!found.find()) return
  for (const name of names) {
    const [start, end] = [found.start(name), found.end(name)]
    if (start >= 0 && end > start) captures[name] = report.text.slice(from + start, from + end)
  }
}

function isOfKind(report: Report, line: number, wanted: Pattern['in']): boolean {
  const kind = report.lines[line]?.kind
  return wanted === 'any' || kind === wanted || (wanted === 'exception' && kind === 'last_exception')
}

/** Distance is counted both among the lines of a process and as the lines were given: the smaller one counts. */
function stands(
  literals: readonly string[],
  line: number,
  within: number | undefined,
  report: Report,
  hits: LiteralHits,
): boolean {
  const number = report.lines[line]?.number ?? 0
  return literals.some((literal) =>
    hits.of(literal).some((hit) => {
      if (within === undefined || Math.abs(hit.line - line) <= within) return true
      return Math.abs((report.lines[hit.line]?.number ?? 0) - number) <= within
    }),
  )
}

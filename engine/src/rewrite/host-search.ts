import type { HostRule } from './host-rule.ts'
import { escapedSpellings, hostSpellings } from './host-spellings.ts'

export interface HostSearch {
  /** Finds the names in any case, wherever they stand. Keeps its place (`lastIndex`): set it before use. */
  pattern: RegExp
  /** The same for values in which an escaped dot stands, with the escaped names: a longer search, seldom needed. */
  patternWithEscaped: RegExp
  /** Rules that name a port come first. */
  rulesBySpelling: Map<string, HostRule[]>
  /** Spellings that are told and never changed. */
  toldOnly: ReadonlySet<string>
}

const searches = new WeakMap<readonly HostRule[], HostSearch>()

/** The search for all names of these rules: kept as long as the list itself, which is applied to value after value. */
export function searchFor(rules: readonly HostRule[]): HostSearch {
  const known = searches.get(rules)
  if (known !== undefined) return known
  const search = makeSearch(rules)
  searches.set(rules, search)
  return search
}

/** The pattern that is enough for this value, set to its start. */
export function patternFor({ pattern, patternWithEscaped }: HostSearch, value: string): RegExp {
  const chosen = value.includes('\\.') || value.includes('%2E') || value.includes('%2e') ? patternWithEscaped : pattern
  chosen.lastIndex = 0
  return chosen
}

function makeSearch(rules: readonly HostRule[]): HostSearch {
  const rulesBySpelling = new Map<string, HostRule[]>()
  const plain = new Set<string>()
  const toldOnly = new Set<string>()
  const portsFirst = [...rules].sort((a, b) => Number(b.fromPort !== undefined) - Number(a.fromPort !== undefined))
  for (const rule of portsFirst) {
    for (const spelling of hostSpellings(rule.from)) plain.add(spelling)
    for (const spelling of escapedSpellings(rule.from)) toldOnly.add(spelling)
    for (const spelling of [...hostSpellings(rule.from), ...escapedSpellings(rule.from)]) {
      rulesBySpelling.set(spelling, [...(rulesBySpelling.get(spelling) ?? []), rule])
    }
  }
  const patternWithEscaped = patternOf([...plain, ...toldOnly])
  return { pattern: patternOf([...plain]), patternWithEscaped, rulesBySpelling, toldOnly }
}

function patternOf(spellings: string[]): RegExp {
  const longestFirst = spellings.sort((a, b) => b.length - a.length)
  const alternatives = longestFirst.map((spelling) => spelling.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  // Literal alternatives only: no repetition, so nothing to backtrack into. Without rules the pattern never matches.
  return new RegExp(alternatives.join('|') || '(?!)', 'gi')
}

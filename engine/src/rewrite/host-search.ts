import type { HostRule } from './host-rule.ts'
import { hostSpellings } from './host-spellings.ts'

export interface HostSearch {
  /** Finds the names in any case, wherever they stand. Keeps its place (`lastIndex`): set it before use. */
  pattern: RegExp
  /** Rules that name a port come first. */
  rulesBySpelling: Map<string, HostRule[]>
}

const searches = new Map<string, HostSearch>()
/** A survey applies the rules of a few names in turn. */
const KEPT = 32

/** The search for all names of these rules. Rules are applied to value after value, so searches are kept. */
export function searchFor(rules: readonly HostRule[]): HostSearch {
  const key = JSON.stringify(rules)
  const known = searches.get(key)
  if (known !== undefined) return known
  if (searches.size >= KEPT) searches.clear()
  const search = makeSearch(rules)
  searches.set(key, search)
  return search
}

function makeSearch(rules: readonly HostRule[]): HostSearch {
  const rulesBySpelling = new Map<string, HostRule[]>()
  const portsFirst = [...rules].sort((a, b) => Number(b.fromPort !== undefined) - Number(a.fromPort !== undefined))
  for (const rule of portsFirst) {
    for (const spelling of hostSpellings(rule.from)) {
      rulesBySpelling.set(spelling, [...(rulesBySpelling.get(spelling) ?? []), rule])
    }
  }
  const longestFirst = [...rulesBySpelling.keys()].sort((a, b) => b.length - a.length)
  const alternatives = longestFirst.map((spelling) => spelling.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  // Literal alternatives only: no repetition, so nothing to backtrack into. Without rules the pattern never matches.
  return { pattern: new RegExp(alternatives.join('|') || '(?!)', 'gi'), rulesBySpelling }
}

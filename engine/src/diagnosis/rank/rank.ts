import type { Cause } from '../knowledge/cause.ts'
import type { CauseMatch } from '../match/match-causes.ts'
import type { Report } from '../text/prepare-report.ts'

/** A cause and how sure it is; without a match when no rule of it was met. */
export interface RankedMatch {
  cause: Cause
  match: CauseMatch | null
  /** 0 to 1: how often a cause named with this confidence is the right one. */
  confidence: number
}

/** Weight at which rules alone are as sure as not. */
const HALF = 6
/** How much a lead in weight counts against those behind. */
const LEAD = 4

/** Ranks by the weight of the rules met. The best of several alike share the confidence. */
export function rankMatches(matches: readonly CauseMatch[], _report: Report): RankedMatch[] {
  const positive = matches.filter((match) => match.score > 0)
  const best = positive[0]?.score ?? 0
  const shares = positive.map(({ score }) => Math.exp((score - best) / LEAD))
  const total = shares.reduce((sum, share) => sum + share, 0)
  return positive.map((match, index) => {
    const alone = 1 - Math.exp((-Math.LN2 * match.score) / HALF)
    return { cause: match.cause, match, confidence: Math.min(alone, (shares[index] ?? 0) / total) }
  })
}

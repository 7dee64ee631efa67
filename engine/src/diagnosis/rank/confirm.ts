import type { Finding } from '../../bench/finding.ts'
import type { RankedMatch } from './rank.ts'

export interface ConfirmedMatch extends RankedMatch {
  /** null: no look was taken, or the cause names nothing to look for, or that could not be looked at. */
  confirmed: boolean | null
  seen: Finding[]
}

/** How often the text is about this bench as it is now: the fault may be on another one, or over. */
const OF_THIS_BENCH = 2 / 3
/** How often the check of a cause finds it where it is at work. */
const FOUND = 0.85
/** How often a bench shows such a finding that has nothing to do with the text. */
const BY_CHANCE: Record<Finding['severity'], number> = { critical: 0.02, warning: 0.06, information: 0.3 }

const withOdds = (confidence: number, times: number): number => (confidence * times) / (1 + confidence * (times - 1))

/** How many times likelier (or less likely) a look makes a cause. */
const timesOf = (found: number, chance: number): number => OF_THIS_BENCH * (found / chance) + (1 - OF_THIS_BENCH)

const SHOWN = {
  critical: timesOf(FOUND, BY_CHANCE.critical),
  warning: timesOf(FOUND, BY_CHANCE.warning),
  information: timesOf(FOUND, BY_CHANCE.information),
}
const NOT_SHOWN = timesOf(1 - FOUND, 1 - BY_CHANCE.warning)

const isMet = ({ match }: RankedMatch): boolean => (match?.score ?? 0) > 0

/** A cause that no word of the text speaks for is not made the answer by a fault that the bench has beside it. */
const timesShown = (one: RankedMatch, seen: readonly Finding[]): number => {
  const times = Math.max(...seen.map(({ severity }) => SHOWN[severity]))
  return isMet(one) ? times : Math.sqrt(times)
}

/** Whether a look could still make it the likeliest, given the likeliest by the text. */
export const couldLead = ({ confidence }: RankedMatch, best: RankedMatch): boolean =>
  withOdds(confidence, SHOWN.critical) >= withOdds(best.confidence, NOT_SHOWN)

/**
 * Raises causes that the bench shows, lowers those it does not: a text names several, the bench knows which of them is. Best first.
 *
 * @param unseen findings that could not be looked for: that they are absent says nothing
 */
export function confirm(
  ranked: readonly RankedMatch[],
  findings: readonly Finding[] | null,
  unseen: ReadonlySet<string> = new Set(),
): ConfirmedMatch[] {
  return ranked
    .map((one): ConfirmedMatch => {
      const wanted = one.cause.confirmed_by
      if (findings === null || wanted.length === 0) return { ...one, confirmed: null, seen: [] }
      const seen = findings.filter(({ id }) => wanted.includes(id))
      if (seen.length > 0)
        return { ...one, confidence: withOdds(one.confidence, timesShown(one, seen)), confirmed: true, seen }
      if (wanted.some((id) => unseen.has(id))) return { ...one, confirmed: null, seen }
      return { ...one, confidence: withOdds(one.confidence, NOT_SHOWN), confirmed: false, seen }
    })
    .sort((left, right) => right.confidence - left.confidence)
}

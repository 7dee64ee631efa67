import type { Finding } from '../../bench/finding.ts'
import type { RankedMatch } from './rank.ts'

export interface ConfirmedMatch extends RankedMatch {
  /** null: no look was taken, or the cause names nothing to look for. */
  confirmed: boolean | null
  seen: Finding[]
}

/** What is left of the doubt once the bench itself shows the cause. */
const DOUBT_LEFT = 0.25
/** Modest: the fault may be on another bench, or over by now. */
const NOT_SEEN = 0.8

/** Raises causes that the bench shows, lowers those it does not. Best first. */
export function confirm(ranked: readonly RankedMatch[], findings: readonly Finding[] | null): ConfirmedMatch[] {
  return ranked
    .map((one) => {
      const wanted = one.cause.confirmed_by
      if (findings === null || wanted.length === 0) return { ...one, confirmed: null, seen: [] }
      const seen = findings.filter(({ id }) => wanted.includes(id))
      const confirmed = seen.length > 0
      const confidence = confirmed ? 1 - (1 - one.confidence) * DOUBT_LEFT : one.confidence * NOT_SEEN
      return { ...one, confidence, confirmed, seen }
    })
    .sort((left, right) => right.confidence - left.confidence)
}

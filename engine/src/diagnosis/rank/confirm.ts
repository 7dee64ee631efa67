import type { RankedMatch } from './rank.ts'

export interface ConfirmedMatch extends RankedMatch {
  /** null: no look was taken, or the cause names nothing to look for. */
  confirmed: boolean | null
}

/** What is left of the doubt once the bench itself shows the cause. */
const DOUBT_LEFT = 0.25
/** Modest: the fault may be on another bench, or over by now. */
const NOT_SEEN = 0.8

/** Raises causes that the bench shows, lowers those it does not. Best first. */
export function confirm(ranked: readonly RankedMatch[], findings: ReadonlySet<string> | null): ConfirmedMatch[] {
  return ranked
    .map((one) => {
      if (findings === null || one.cause.confirmed_by.length === 0) return { ...one, confirmed: null }
      const confirmed = one.cause.confirmed_by.some((id) => findings.has(id))
      const confidence = confirmed ? 1 - (1 - one.confidence) * DOUBT_LEFT : one.confidence * NOT_SEEN
      return { ...one, confidence, confirmed }
    })
    .sort((left, right) => right.confidence - left.confidence)
}

import type { Finding } from '../../bench/finding.ts'
import type { RankedMatch } from './rank.ts'

export interface ConfirmedMatch extends RankedMatch {
  /** null: no look was taken, or the cause names nothing to look for. */
  confirmed: boolean | null
  seen: Finding[]
}

/** How many times likelier a cause is that the bench shows now, against it not being the one. */
const SHOWN = 5
/** Modest: the fault may be on another bench, or over by now. */
const NOT_SHOWN = 0.7

const withOdds = (confidence: number, times: number): number => (confidence * times) / (1 + confidence * (times - 1))

/** Raises causes that the bench shows, lowers those it does not. Best first. */
export function confirm(ranked: readonly RankedMatch[], findings: readonly Finding[] | null): ConfirmedMatch[] {
  return ranked
    .map((one) => {
      const wanted = one.cause.confirmed_by
      if (findings === null || wanted.length === 0) return { ...one, confirmed: null, seen: [] }
      const seen = findings.filter(({ id }) => wanted.includes(id))
      const confirmed = seen.length > 0
      const confidence = withOdds(one.confidence, confirmed ? SHOWN : NOT_SHOWN)
      return { ...one, confidence, confirmed, seen }
    })
    .sort((left, right) => right.confidence - left.confidence)
}

import type { RankedMatch } from './rank.ts'

/** Rule weight that decides alone, as the contract of entries says. */
const DECIDES = 10
/** What such a rule of an entry is trusted with that no model was trained with. */
const TRUST = 0.8

/**
 * Entries that the model does not know are somebody's own: there the rules alone speak, and one that decides is
 * believed, whatever the model thinks of the words. Best first.
 */
export const trustOwn = (ranked: readonly RankedMatch[], trained: ReadonlyMap<string, unknown>): RankedMatch[] =>
  ranked
    .map((one) =>
      !trained.has(one.cause.id) && (one.match?.score ?? 0) >= DECIDES
        ? { ...one, confidence: Math.max(one.confidence, TRUST) }
        : one,
    )
    .sort((left, right) => right.confidence - left.confidence)

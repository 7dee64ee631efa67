import type { RankedMatch } from './rank.ts'

/** The causes named for one part of a log, and how often such a part was met. */
export interface RankedSection {
  ranked: readonly RankedMatch[]
  count: number
}

/** How much of a part's confidence counts whatever its place, for being late in the log, and for being frequent. */
const ANYWHERE = 0.55
const LATE = 0.25
const FREQUENT = 0.2

/** One ranking of several parts of a log, in their order: what is newest and what is most frequent counts most. */
export function rankOverSections(sections: readonly RankedSection[]): RankedMatch[] {
  const mostFrequent = Math.log1p(Math.max(...sections.map(({ count }) => count)))
  const best = new Map<string, RankedMatch>()
  for (const [index, { ranked, count }] of sections.entries()) {
    const weight = ANYWHERE + (LATE * (index + 1)) / sections.length + (FREQUENT * Math.log1p(count)) / mostFrequent
    for (const one of ranked) {
      const confidence = one.confidence * weight
      if (confidence > (best.get(one.cause.id)?.confidence ?? 0)) best.set(one.cause.id, { ...one, confidence })
    }
  }
  return [...best.values()].sort((left, right) => right.confidence - left.confidence)
}

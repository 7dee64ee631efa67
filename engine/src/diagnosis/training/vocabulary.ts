import type { Features } from '../rank/features.ts'

export interface Vocabulary {
  vocabulary: Map<string, number>
  rarity: Float64Array
}

/** A feature of fewer reports than this is chance. */
const FEWEST = 2
/** How much being rare counts: between not at all (0) and its whole logarithm (1). */
const POWER = 0.5

/** The features worth a number, the most frequent first, and how rare each is. */
export function vocabularyOf(reports: readonly Features[], fewest = FEWEST): Vocabulary {
  const counts = new Map<string, number>()
  for (const report of reports) for (const name of report.keys()) counts.set(name, (counts.get(name) ?? 0) + 1)
  const kept = [...counts]
    .filter(([, count]) => count >= fewest)
    .sort(([leftName, left], [rightName, right]) => right - left || (leftName < rightName ? -1 : 1))
  return {
    vocabulary: new Map(kept.map(([name], index) => [name, index])),
    rarity: Float64Array.from(kept, ([, count]) => Math.log(1 + reports.length / count) ** POWER),
  }
}

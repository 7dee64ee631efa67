import type { Features } from '../rank/features.ts'

export interface Vocabulary {
  vocabulary: Map<string, number>
  rarity: Float64Array
}

/** A feature of fewer reports than this is chance; there are so many pairs and letters that more of them are. */
const FEWEST = 2
const FEWEST_OF_MANY = 3
const isOneOfMany = (name: string): boolean => name.startsWith('l:') || name.includes(' ')
/** How much being rare counts: between not at all (0) and its whole logarithm (1). */
const POWER = 0.5

/** The features worth a number, the most frequent first, and how rare each is. */
export function vocabularyOf(reports: readonly Features[]): Vocabulary {
  const counts = new Map<string, number>()
  for (const report of reports) for (const name of report.keys()) counts.set(name, (counts.get(name) ?? 0) + 1)
  const kept = [...counts]
    .filter(([name, count]) => count >= (isOneOfMany(name) ? FEWEST_OF_MANY : FEWEST))
    .sort(([leftName, left], [rightName, right]) => right - left || (leftName < rightName ? -1 : 1))
  return {
    vocabulary: new Map(kept.map(([name], index) => [name, index])),
    rarity: Float64Array.from(kept, ([, count]) => Math.log(1 + reports.length / count) ** POWER),
  }
}

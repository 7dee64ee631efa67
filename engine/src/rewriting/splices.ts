import type { Occurrence } from '../rewrite/host-rule.ts'

/** One place of a value that changes: from, to (UTF-16 units of the value before), and what stands there after. */
export type Splice = [start: number, end: number, after: string]

export const splicesOf = (changed: Occurrence[]): Splice[] =>
  changed.map(({ start, end, after }) => [start, end, after])

/** The value after: the same text with each place replaced. */
export function applySplices(before: string, splices: Splice[]): string {
  let result = ''
  let position = 0
  for (const [start, end, after] of [...splices].sort((one, other) => one[0] - other[0])) {
    result += before.slice(position, start) + after
    position = end
  }
  return result + before.slice(position)
}

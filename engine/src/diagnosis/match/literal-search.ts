/** Called with the literal's number and where it starts. */
type Found = (literal: number, at: number) => void
export type LiteralSearch = (text: string, found: Found) => void

const SIZE = 1 << 16
/** Places of a literal that are compared: filing must stay cheap, since it is done at every start. */
const LOOKED_AT = 16

/**
 * Searches many literals (at least three characters each) in one pass. Each is filed under the three of its
 * characters that the fewest others are filed under, so a position costs one look into a table, whatever the number
 * of literals, and time is linear in the text's length.
 */
export function literalSearch(literals: readonly string[]): LiteralSearch {
  const heads = new Int32Array(SIZE).fill(-1)
  const counts = new Uint16Array(SIZE)
  const nexts = new Int32Array(literals.length)
  const offsets = new Int32Array(literals.length)
  for (const [number, literal] of literals.entries()) {
    const offset = rarest(literal, counts)
    const slot = slotAt(literal, offset)
    offsets[number] = offset
    nexts[number] = heads[slot] ?? -1
    heads[slot] = number
    counts[slot] = (counts[slot] ?? 0) + 1
  }
  return (text, found) => {
    let first = text.charCodeAt(0)
    let second = text.charCodeAt(1)
    for (let at = 2; at < text.length; at++) {
      const third = text.charCodeAt(at)
      let number = heads[slotOf(first, second, third)] ?? -1
      while (number !== -1) {
        const start = at - 2 - (offsets[number] ?? 0)
        if (start >= 0 && text.startsWith(literals[number] ?? '', start)) found(number, start)
        number = nexts[number] ?? -1
      }
      first = second
      second = third
    }
  }
}

const slotOf = (first: number, second: number, third: number): number =>
  ((first * 961 + second * 31 + third) ^ ((first * 961) >> 9)) & (SIZE - 1)

const slotAt = (literal: string, offset: number): number =>
  slotOf(literal.charCodeAt(offset), literal.charCodeAt(offset + 1), literal.charCodeAt(offset + 2))

function rarest(literal: string, counts: Uint16Array): number {
  let best = 0
  let fewest = Number.POSITIVE_INFINITY
  for (let offset = 0; offset + 3 <= literal.length && offset < LOOKED_AT && fewest > 0; offset++) {
    const count = counts[slotAt(literal, offset)] ?? 0
    if (count < fewest) {
      fewest = count
      best = offset
    }
  }
  return best
}

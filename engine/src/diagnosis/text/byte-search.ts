/** Tells whether any of the literals stands in `bytes[from, to)`. */
export type ByteSearch = (bytes: Uint8Array, from: number, to: number) => boolean

const SLOTS = 1 << 16
const lower = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte))

/**
 * The literal search of match/literal-search.ts over the bytes of a log, which is never turned into text as a whole.
 * Letter case is ignored within ASCII.
 *
 * @param literals in lower case, at least three bytes each
 */
export function byteSearch(literals: readonly string[]): ByteSearch {
  const needles = literals.map((literal) => Buffer.from(literal, 'utf8'))
  const filed: number[][] = []
  const isFiled = new Uint8Array(SLOTS)
  const offsets = needles.map((needle, number) => {
    const offset = rarest(needle, filed)
    const slot = slotAt(needle, offset)
    isFiled[slot] = 1
    filed[slot] = [...(filed[slot] ?? []), number]
    return offset
  })
  const standsAt = (bytes: Uint8Array, from: number, to: number, at: number, slot: number): boolean =>
    (filed[slot] ?? []).some((number) => {
      const needle = needles[number] ?? Buffer.alloc(0)
      const start = at - (offsets[number] ?? 0)
      if (start < from || start + needle.length > to) return false
      for (let index = 0; index < needle.length; index++) {
        if (lower[bytes[start + index] ?? 0] !== needle[index]) return false
      }
      return true
    })
  return (bytes, from, to) => {
    let pair = ((lower[bytes[from] ?? 0] ?? 0) << 8) | (lower[bytes[from + 1] ?? 0] ?? 0)
    for (let at = from + 2; at < to; at++) {
      const third = lower[bytes[at] ?? 0] ?? 0
      const slot = slotOf(pair, third)
      if (isFiled[slot] === 1 && standsAt(bytes, from, to, at - 2, slot)) return true
      pair = ((pair & 0xff) << 8) | third
    }
    return false
  }
}

const slotOf = (pair: number, third: number): number =>
  (pair ^ (third << 11) ^ (third << 4) ^ (pair >> 5)) & (SLOTS - 1)

const slotAt = (needle: Uint8Array, at: number): number =>
  slotOf(((needle[at] ?? 0) << 8) | (needle[at + 1] ?? 0), needle[at + 2] ?? 0)

function rarest(needle: Uint8Array, filed: readonly (readonly number[])[]): number {
  let best = 0
  let fewest = Number.POSITIVE_INFINITY
  for (let offset = 0; offset + 3 <= needle.length && fewest > 0; offset++) {
    const count = filed[slotAt(needle, offset)]?.length ?? 0
    if (count < fewest) {
      fewest = count
      best = offset
    }
  }
  return best
}

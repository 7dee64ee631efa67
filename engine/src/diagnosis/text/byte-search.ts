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
  const common = slotCounts(needles)
  /** The first literal filed in a slot, plus one; 0: none. */
  const heads = new Uint16Array(SLOTS)
  /** The next one in the same slot, plus one. */
  const nexts = new Uint16Array(needles.length)
  const offsets = new Uint16Array(needles.length)
  for (const [number, needle] of needles.entries()) {
    const offset = rarest(needle, common)
    const slot = slotAt(needle, offset)
    offsets[number] = offset
    nexts[number] = heads[slot] ?? 0
    heads[slot] = number + 1
  }
  return (bytes, from, to) => {
    let pair = ((lower[bytes[from] ?? 0] ?? 0) << 8) | (lower[bytes[from + 1] ?? 0] ?? 0)
    for (let at = from + 2; at < to; at++) {
      const third = lower[bytes[at] ?? 0] ?? 0
      let next = heads[slotOf(pair, third)] ?? 0
      while (next !== 0) {
        const start = at - 2 - (offsets[next - 1] ?? 0)
        if (start >= from && standsAt(bytes, needles[next - 1], start, to)) return true
        next = nexts[next - 1] ?? 0
      }
      pair = ((pair & 0xff) << 8) | third
    }
    return false
  }
}

function standsAt(bytes: Uint8Array, needle: Uint8Array | undefined, start: number, to: number): boolean {
  if (needle === undefined || start + needle.length > to) return false
  for (let index = 0; index < needle.length; index++) {
    if (lower[bytes[start + index] ?? 0] !== needle[index]) return false
  }
  return true
}

const slotOf = (pair: number, third: number): number =>
  (pair ^ (third << 11) ^ (third << 4) ^ (pair >> 5)) & (SLOTS - 1)

const slotAt = (needle: Uint8Array, at: number): number =>
  slotOf(((needle[at] ?? 0) << 8) | (needle[at + 1] ?? 0), needle[at + 2] ?? 0)

/** How often each slot is met in the literals themselves, which are made of what logs are made of. */
function slotCounts(needles: readonly Uint8Array[]): Uint32Array {
  const counts = new Uint32Array(SLOTS)
  for (const needle of needles) {
    for (let at = 0; at + 3 <= needle.length; at++) {
      const slot = slotAt(needle, at)
      counts[slot] = (counts[slot] ?? 0) + (isPlain(needle, at) ? 1 : COMMON)
    }
  }
  return counts
}

/** Digits and signs are what dates and addresses are made of, and stand in every line. */
const COMMON = 20
const isPlain = (needle: Uint8Array, at: number): boolean =>
  needle.subarray(at, at + 3).every((byte) => byte >= 97 && byte <= 122)

/** Where the three bytes start that are met least. */
function rarest(needle: Uint8Array, common: Uint32Array): number {
  let best = 0
  let fewest = Number.POSITIVE_INFINITY
  for (let offset = 0; offset + 3 <= needle.length; offset++) {
    const count = common[slotAt(needle, offset)] ?? 0
    if (count < fewest) {
      fewest = count
      best = offset
    }
  }
  return best
}

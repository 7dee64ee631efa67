/** A stretch of a log, as it was. */
export interface Stretch {
  bytes: Buffer
  /** Of its lines, in the input. */
  numbers: number[]
}

interface Kept {
  first: Stretch
  newest: Stretch | null
  count: number
}

/** Kinds of trouble remembered at once. */
const MOST_KINDS = 300
/** Shapes of lines counted; a log whose lines are all different gets no further ones. */
const MOST_SHAPES = 50_000
/** Of the newest and of the most frequent kinds, each. */
const CHOSEN = 20

/** Stretches of trouble by kind: how often each was met, the first and the newest of it. Bounded. */
export class Episodes {
  readonly #shapes = new Map<number, number>()
  readonly #kinds = new Map<number, Kept>()
  #met = 0

  /** How often a line of this shape was met before. */
  met(shape: number): number {
    const before = this.#shapes.get(shape)
    if (before === undefined && this.#shapes.size >= MOST_SHAPES) return MOST_SHAPES
    this.#shapes.set(shape, (before ?? 0) + 1)
    return before ?? 0
  }

  /** Takes a copy. */
  add(kind: number, bytes: Uint8Array, numbers: readonly number[]): void {
    const known = this.#kinds.get(kind)
    if (known === undefined) {
      if (this.#kinds.size >= MOST_KINDS) this.#forget()
      this.#met++
      this.#kinds.set(kind, { first: { bytes: Buffer.from(bytes), numbers: [...numbers] }, newest: null, count: 1 })
      return
    }
    known.count++
    known.newest = written(known.newest, bytes, numbers)
    // Insertion order is the order of the newest.
    this.#kinds.delete(kind)
    this.#kinds.set(kind, known)
  }

  /** The newest and the most frequent kinds, in the order of the input; how many kinds there were. */
  chosen(): { stretches: (Stretch & { count: number })[]; kinds: number } {
    const all = [...this.#kinds.values()]
    const frequent = all.toSorted((left, right) => right.count - left.count).slice(0, CHOSEN)
    const kept = [...new Set([...frequent, ...all.slice(-CHOSEN)])]
    const stretches = kept.flatMap(({ first, newest, count }) =>
      (newest === null ? [first] : [first, newest]).map((stretch) => ({ ...stretch, count })),
    )
    return {
      stretches: stretches.sort((left, right) => (left.numbers[0] ?? 0) - (right.numbers[0] ?? 0)),
      kinds: this.#met,
    }
  }

  /** Drops the rarest kind; of those alike the oldest. */
  #forget(): void {
    let rarest: number | null = null
    let fewest = Number.POSITIVE_INFINITY
    for (const [kind, { count }] of this.#kinds) {
      if (count >= fewest) continue
      rarest = kind
      fewest = count
      if (count === 1) break
    }
    if (rarest !== null) this.#kinds.delete(rarest)
  }
}

/** Writes over what was kept before, where it fits: a flood of errors must not become a flood of memory. */
function written(before: Stretch | null, bytes: Uint8Array, numbers: readonly number[]): Stretch {
  const room =
    before === null
      ? null
      : Buffer.from(
          before.bytes.buffer,
          before.bytes.byteOffset,
          before.bytes.buffer.byteLength - before.bytes.byteOffset,
        )
  const target = room !== null && room.length >= bytes.length ? room : Buffer.alloc(bytes.length * 2)
  target.set(bytes)
  return { bytes: target.subarray(0, bytes.length), numbers: [...numbers] }
}

import { createHash } from 'node:crypto'

/** A stream of bytes that is the same for the same seed, so that a throwaway site can be made twice alike. Not for real secrets. */
export interface SeededRandom {
  bytes(length: number): Buffer
  hex(length: number): string
  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number
  pick<T>(items: readonly T[]): T
}

/** SHA-256 in counter mode over the seed. */
export function seededRandom(seed: string): SeededRandom {
  let counter = 0
  let pool: Buffer = Buffer.alloc(0)
  const bytes = (length: number): Buffer => {
    while (pool.length < length) {
      const block = createHash('sha256').update(`${seed}\0${counter++}`).digest()
      pool = Buffer.concat([pool, block])
    }
    const taken = pool.subarray(0, length)
    pool = pool.subarray(length)
    return taken
  }
  const below = (limit: number): number => bytes(4).readUInt32BE() % limit
  return {
    bytes,
    hex: (length) =>
      bytes(Math.ceil(length / 2))
        .toString('hex')
        .slice(0, length),
    below,
    pick: (items) => {
      const item = items[below(items.length)]
      if (item === undefined) throw new RangeError('pick from an empty list')
      return item
    },
  }
}

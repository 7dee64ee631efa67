import { createHash } from 'node:crypto'
import type { DatabaseDigest, TableDigest } from './site-database.ts'

/**
 * Sum, modulo 2^256, of the SHA-256 of every row. Addition does not care about order, so tables can be read in any
 * order and in pieces, and (unlike XOR) two equal rows of a table without key do not cancel each other.
 */
export class RowHashSum {
  readonly #limbs = new Float64Array(16)
  #rows = 0

  /** Takes any number of 32-byte row hashes, one after the other. */
  add(hashes: Buffer): void {
    for (let start = 0; start + 32 <= hashes.length; start += 32) {
      for (let limb = 0; limb < 16; limb++) {
        this.#limbs[limb] = (this.#limbs[limb] ?? 0) + hashes.readUInt16BE(start + limb * 2)
      }
    }
    this.#rows += Math.floor(hashes.length / 32)
  }

  /** The digest of the table, over the sum and the number of rows. */
  finish(table: string): TableDigest {
    const sum = Buffer.alloc(32)
    let carry = 0
    for (let limb = 15; limb >= 0; limb--) {
      const total = (this.#limbs[limb] ?? 0) + carry
      sum.writeUInt16BE(total % 65536, limb * 2)
      carry = Math.floor(total / 65536)
    }
    const sha256 = createHash('sha256').update(`rows ${this.#rows}\n`).update(sum).digest('hex')
    return { table, rows: this.#rows, sha256 }
  }
}

/** Joins the schema's statements (any order) and the tables' digests into the database's digest. */
export function joinDigests(schemaStatements: string[], tables: TableDigest[]): DatabaseDigest {
  const schema = createHash('sha256')
  for (const statement of [...schemaStatements].sort(byBytes))
    schema.update(`${Buffer.byteLength(statement)}:${statement}\n`)
  const schemaSha256 = schema.digest('hex')
  const sorted = [...tables].sort((one, other) => byBytes(one.table, other.table))
  const whole = createHash('sha256').update(`${schemaSha256}\n`)
  for (const { table, rows, sha256 } of sorted) whole.update(`${Buffer.byteLength(table)}:${table} ${rows} ${sha256}\n`)
  return { schemaSha256, tables: sorted, sha256: whole.digest('hex') }
}

const byBytes = (one: string, other: string) => Buffer.compare(Buffer.from(one), Buffer.from(other))

import type { RowTaker } from './wire-session.ts'

/** Where converted rows go: see BulkWriter. */
export interface BulkTarget {
  /** Bytes of the statement under way, and how many of them are used. */
  bytes: Buffer
  used: number
  /** Makes room for so many further bytes; may hand full packets on and change `bytes` and `used`. */
  reserve(count: number): void
  /** A row is complete. */
  endRow(): void
  /** Called before a row whose packet has so many bytes. */
  beginRow(bytes: number): void
  readonly full: boolean
}

const NULL = 0xfb
const LARGEST_PACKET = 0xffffff
/** Larger packets are taken as they come; others when they are whole. */
const WHOLE_BYTES = 128 << 10
/** Up to here a loop over bytes is faster than a call that copies. */
const SHORT = 48

/**
 * Turns rows of a result into parameters of a bulk INSERT. Both write a value as its length and its bytes, so that nothing has to be
 * looked at or escaped: each value gets a byte before it that says whether it is NULL. Of a row only what lies in one reading of the
 * socket is held, however long its values are.
 */
export class RowConverter implements RowTaker {
  rows = 0
  bytes = 0
  readonly #columns: number
  readonly #target: BulkTarget
  /** Of the packet under way; 0 between packets. */
  #packetLeft = 0
  /** The packet is followed by another of the same row. */
  #continued = false
  #valueLeft = 0
  #column = 0
  /** A value's length whose bytes are not all there. */
  #prefix: number[] = []

  constructor(columns: number, target: BulkTarget) {
    this.#columns = columns
    this.#target = target
  }

  get full(): boolean {
    return this.#target.full
  }

  get betweenRows(): boolean {
    return this.#packetLeft === 0 && !this.#continued
  }

  push(received: Buffer, start: number, end: number): number {
    let at = start
    for (;;) {
      if (this.#packetLeft > 0) {
        const taken = Math.min(this.#packetLeft, end - at)
        this.#part(received, at, at + taken)
        at += taken
        if (this.#packetLeft > 0) return at
      }
      if (end - at < 5) return at
      const size = (received[at] ?? 0) | ((received[at + 1] ?? 0) << 8) | ((received[at + 2] ?? 0) << 16)
      const first = received[at + 4] ?? 0
      if (!this.#continued) {
        // 0xff starts an error; 0xfe the end, or a value that needs a packet of the largest size.
        if (first === 0xff || (first === 0xfe && size < 9)) return at
        if (size <= WHOLE_BYTES) {
          if (end - at - 4 < size) return at
          this.#whole(received, at + 4, size)
          at += 4 + size
          continue
        }
        this.#target.beginRow(size)
      }
      at += 4
      this.#packetLeft = size
      const continued = this.#continued
      this.#continued = size === LARGEST_PACKET
      // A row that ends with a packet of the largest size is followed by an empty one.
      if (size === 0 && continued) this.#endRow()
    }
  }

  /** A row in one packet. */
  #whole(received: Buffer, start: number, size: number): void {
    const target = this.#target
    target.beginRow(size)
    target.reserve(size + this.#columns)
    const out = target.bytes
    let to = target.used
    let at = start
    for (let column = this.#columns; column > 0; column--) {
      const first = received[at] ?? 0
      if (first === NULL) {
        out[to++] = 1
        at++
        continue
      }
      out[to++] = 0
      let length = first + 1
      if (first > NULL)
        length =
          first === 0xfc
            ? 3 + ((received[at + 1] ?? 0) | ((received[at + 2] ?? 0) << 8))
            : 4 + ((received[at + 1] ?? 0) | ((received[at + 2] ?? 0) << 8) | ((received[at + 3] ?? 0) << 16))
      if (length <= SHORT) for (let index = 0; index < length; index++) out[to + index] = received[at + index] ?? 0
      else received.copy(out, to, at, at + length)
      to += length
      at += length
    }
    if (at !== start + size) throw new Error('a row has other columns than its result')
    target.used = to
    this.bytes += size
    this.rows++
    target.endRow()
  }

  /** A part of a large packet: values one after the other, the last one perhaps cut. */
  #part(received: Buffer, start: number, end: number): void {
    this.#packetLeft -= end - start
    this.bytes += end - start
    let at = start
    while (at < end) {
      if (this.#valueLeft > 0) {
        const taken = Math.min(this.#valueLeft, end - at)
        this.#copy(received, at, at + taken)
        this.#valueLeft -= taken
        at += taken
        if (this.#valueLeft === 0) this.#column++
      } else this.#lengthByte(received[at++] ?? 0)
    }
    if (this.#packetLeft === 0 && !this.#continued) this.#endRow()
  }

  #lengthByte(byte: number): void {
    this.#prefix.push(byte)
    const [first = 0] = this.#prefix
    const wanted = first === 0xfc ? 3 : first === 0xfd ? 4 : first === 0xfe ? 9 : 1
    if (this.#prefix.length < wanted) return
    const target = this.#target
    target.reserve(10)
    target.bytes[target.used++] = first === NULL ? 1 : 0
    if (first !== NULL) for (const one of this.#prefix) target.bytes[target.used++] = one
    this.#valueLeft = first === NULL ? 0 : lengthOf(this.#prefix)
    this.#prefix = []
    if (this.#valueLeft === 0) this.#column++
  }

  #copy(received: Buffer, start: number, end: number): void {
    const target = this.#target
    target.reserve(end - start)
    received.copy(target.bytes, target.used, start, end)
    target.used += end - start
  }

  #endRow(): void {
    if (this.#column !== this.#columns) throw new Error('a row has other columns than its result')
    this.#column = 0
    this.rows++
    this.#target.endRow()
  }
}

function lengthOf([first = 0, ...rest]: number[]): number {
  return first < NULL ? first : rest.reduceRight((sum, byte) => sum * 256 + byte, 0)
}

import { type ByteSearch, byteSearch } from './byte-search.ts'
import { decode } from './decode.ts'
import { Episodes } from './episodes.ts'
import { lineShape } from './line-shape.ts'
import type { RawLine } from './prepare-report.ts'

/** A part of the input that tells of one trouble. */
export interface Section {
  lines: RawLine[]
  /** How often trouble of this kind was met. */
  count: number
}

export interface CutLog {
  /** In the order of the input. */
  sections: Section[]
  lines: number
  /** Kinds of trouble that were met; more than there are sections when some were left out. */
  kinds: number
}

/** Longer lines are looked at in pieces that share a number. */
const LONGEST_LINE = 8192
/** Lines kept before the first line of trouble, and after the last. */
const BEFORE = 4
const AFTER = 6
/** An episode of trouble ends here even when the trouble does not. */
const MOST_LINES = 160
const MOST_BYTES = 24 * 1024
/** What is looked at in one go. */
const WORK = 1024 * 1024
const TAIL = 8 * 1024
const NEWLINE = 10

const FRAME = ['file "']
const HEADER = ['traceback (']
const CHAIN = ['during handling of the above', 'was the direct cause of']
const isOfTraceback = byteSearch([...FRAME, ...HEADER, ...CHAIN])
const isFrame = byteSearch(FRAME)
const isHeader = byteSearch(HEADER)
const isChain = byteSearch(CHAIN)

/**
 * Cuts the parts out of a log that tell of trouble, in one pass and in bounded memory, whatever the log's size. Parts
 * alike but for numbers are kept twice: as they were first and as they are newest.
 */
export class LogCutter {
  readonly #isTrouble: ByteSearch
  readonly #episodes = new Episodes()
  readonly #work = Buffer.allocUnsafe(WORK + LONGEST_LINE)
  #filled = 0
  #number = 1
  /** The episode that is under way. */
  readonly #episode = Buffer.allocUnsafe(MOST_BYTES + 2 * (BEFORE + AFTER) * LONGEST_LINE)
  #length = 0
  #numbers: number[] = []
  #quiet = 0
  #framed = false
  #chained = false
  /** Shape of the episode's rarest line of trouble, and how often it was met before. */
  #kind = 0
  #kindCount = Number.POSITIVE_INFINITY
  #tail: Buffer = Buffer.alloc(0)

  constructor(markers: readonly string[]) {
    this.#isTrouble = byteSearch(markers)
  }

  /** Takes the next bytes. The caller may reuse them afterwards. */
  push(chunk: Uint8Array): void {
    for (let from = 0; from < chunk.length; from += WORK) {
      const piece = chunk.subarray(from, from + WORK)
      if (this.#filled + piece.length > this.#work.length) this.#look(false)
      this.#work.set(piece, this.#filled)
      this.#filled += piece.length
      if (this.#filled >= WORK / 2) this.#look(false)
    }
  }

  /** What was kept. The end of the log, when nothing in it told of trouble. */
  end(): CutLog {
    this.#look(true)
    this.#close()
    const { stretches, kinds } = this.#episodes.chosen()
    const lines = this.#number - 1
    if (stretches.length === 0) return { sections: [this.#lastLines(lines)], lines, kinds: 0 }
    const sections = stretches.map(({ bytes, numbers, count }) => ({
      lines: decode(bytes)
        .split('\n')
        .map((text, index) => ({ number: numbers[index] ?? 0, text })),
      count,
    }))
    return { sections, lines, kinds }
  }

  #lastLines(lines: number): Section {
    const texts = decode(this.#tail).split('\n')
    if (texts.at(-1) === '') texts.pop()
    const first = Math.max(1, lines - texts.length + 1)
    return { lines: texts.map((text, index) => ({ number: first + index, text })), count: 1 }
  }

  /** Looks at every whole line that is there; what is left moves to the front. */
  #look(last: boolean): void {
    const bytes = this.#work.subarray(0, this.#filled)
    /** Where the lines before the one at hand start: the nearest at the end. */
    const recent: number[] = []
    let from = 0
    while (from < bytes.length) {
      const limit = Math.min(bytes.length, from + LONGEST_LINE)
      // Lines are short: quicker than a call of indexOf for each.
      let to = from
      while (to < limit && bytes[to] !== NEWLINE) to++
      if (to === bytes.length && !last && to - from < LONGEST_LINE) break
      this.#line(bytes, from, to, recent)
      const ended = to === bytes.length ? last : bytes[to] === NEWLINE
      from = ended ? to + 1 : to
      if (ended) this.#number++
    }
    const left = bytes.subarray(Math.min(from, bytes.length))
    this.#tail = Buffer.from(last || left.length < bytes.length ? bytes.subarray(-TAIL) : this.#tail)
    this.#work.copyWithin(0, this.#filled - left.length, this.#filled)
    this.#filled = left.length
  }

  #line(bytes: Buffer, from: number, to: number, recent: number[]): void {
    if (!this.#isTrouble(bytes, from, to)) {
      if (this.#numbers.length === 0) {
        recent.push(from)
        if (recent.length > BEFORE) recent.shift()
        return
      }
      this.#keep(bytes, from, to, this.#number)
      if (++this.#quiet >= AFTER) this.#close()
      return
    }
    if (this.#numbers.length > MOST_LINES || this.#length > MOST_BYTES) this.#close()
    const ofTraceback = isOfTraceback(bytes, from, to)
    if (ofTraceback && isHeader(bytes, from, to)) {
      // The next traceback is trouble of its own, unless it continues the one before.
      if (this.#framed && !this.#chained) this.#close()
      this.#chained = false
    } else if (ofTraceback && isChain(bytes, from, to)) this.#chained = true
    this.#keepBefore(bytes, from, recent)
    this.#keep(bytes, from, to, this.#number)
    this.#quiet = 0
    if (ofTraceback && isFrame(bytes, from, to)) this.#framed = true
    else this.#consider(lineShape(bytes, from, to))
  }

  #consider(shape: number): void {
    const count = this.#episodes.met(shape)
    if (count >= this.#kindCount) return
    this.#kind = shape
    this.#kindCount = count
  }

  #keepBefore(bytes: Buffer, from: number, recent: number[]): void {
    const starts = recent.splice(0)
    for (const [index, start] of starts.entries()) {
      const end = starts[index + 1] ?? from
      this.#keep(bytes, start, end - 1, this.#number - starts.length + index)
    }
  }

  #keep(bytes: Buffer, from: number, to: number, number: number): void {
    if (this.#numbers.length > 0) this.#episode[this.#length++] = NEWLINE
    this.#length += bytes.copy(this.#episode, this.#length, from, Math.max(from, to))
    this.#numbers.push(number)
  }

  #close(): void {
    if (this.#numbers.length > 0) {
      this.#episodes.add(this.#kind, this.#episode.subarray(0, this.#length), this.#numbers)
    }
    this.#length = 0
    this.#numbers = []
    this.#quiet = 0
    this.#framed = false
    this.#chained = false
    this.#kindCount = Number.POSITIVE_INFINITY
  }
}

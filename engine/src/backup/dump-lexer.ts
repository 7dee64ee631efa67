import {
  afterBlanks,
  BACKTICK,
  CLOSE,
  countNewlines,
  DASH,
  DOUBLE,
  delimiterLine,
  HASH,
  inString,
  inText,
  isDashComment,
  isPlainComment,
  LOOK_AHEAD,
  NEWLINE,
  OPEN,
  SINGLE,
  SLASH,
  sandboxLength,
} from './lexical-bytes.ts'

/** A statement, or what stands between two of them. */
export type LexicalKind = 'statement' | 'comment' | 'blank' | 'delimiter' | 'sandbox'

export interface LexicalPiece {
  kind: LexicalKind
  /** A small statement is one piece, first and last; a large one comes as it is read. */
  first: boolean
  last: boolean
  /** Part of the chunk it was found in, not a copy. */
  bytes: Buffer
  /** Where the statement begins, from 1. */
  line: number
  /** Parentheses opened at depth 0 up to the end of this piece: an INSERT's tuples, and its list of columns. */
  tuples: number
}

type State = 'between' | 'text' | 'string' | 'line-comment' | 'block-comment'
type Take = (piece: LexicalPiece) => void

/**
 * Finds where the statements of a dump begin and end, by the lexical rules of MariaDB's own client (client/mysql.cc, add_line):
 * strings with backslashes and doubled quotes, backticks, three kinds of comments, executable comments, DELIMITER.
 * It works on bytes, in chunks of any size; together the pieces are the input.
 */
export class DumpLexer {
  /** false while sql_mode has NO_BACKSLASH_ESCAPES: a backslash then is what it looks like. */
  backslashEscapes = true
  #state: State = 'between'
  /** The comment being read stands between statements, not in one. */
  #alone = false
  /** Why #advance came back: the state changed, the statement or comment is complete, more bytes are needed. */
  #outcome: 'changed' | 'complete' | 'wait' = 'changed'
  #delimiter: Buffer = Buffer.from(';')
  /** What closes the string that is being read. */
  #quote = SINGLE
  #textStops = inText(this.#delimiter)
  #carried = Buffer.alloc(0)
  #depth = 0
  #tuples = 0
  #line = 1
  #beginLine = 1
  #begun = false

  /** What the input breaks off in; `between` when it ends well. */
  get state(): State {
    return this.#state
  }

  push(chunk: Buffer, take: Take): void {
    const bytes = this.#carried.length === 0 ? chunk : Buffer.concat([this.#carried, chunk])
    const used = this.#scan(bytes, take, false)
    this.#carried = Buffer.from(bytes.subarray(used))
  }

  end(take: Take): void {
    this.#scan(this.#carried, take, true)
    this.#carried = Buffer.alloc(0)
    if (this.#state === 'line-comment' && this.#alone) this.#state = 'between'
  }

  /** Returns how many bytes are done with; what the rest is depends on what follows. */
  #scan(bytes: Buffer, take: Take, final: boolean): number {
    let at = 0
    let from = 0
    const give = (kind: LexicalKind, end: number, last: boolean) => {
      if (end === from && !last) return
      const position = { line: this.#beginLine, tuples: this.#tuples }
      take({ kind, first: !this.#begun, last, bytes: bytes.subarray(from, end), ...position })
      this.#begun = !last
      from = end
    }
    while (at < bytes.length) {
      if (this.#state === 'between') {
        this.#beginLine = this.#line
        const begins = afterBlanks(bytes, at)
        this.#line += countNewlines(bytes, at, begins)
        if (begins > at) give('blank', begins, true)
        if (begins === bytes.length || (bytes.length - begins < LOOK_AHEAD && !final)) return begins
        this.#beginLine = this.#line
        at = this.#begin(bytes, begins, give)
        continue
      }
      at = this.#advance(bytes, at, final)
      if (this.#outcome === 'complete') {
        give(this.#alone ? 'comment' : 'statement', at, true)
        this.#state = 'between'
        this.#alone = false
        this.#depth = 0
        this.#tuples = 0
      } else if (this.#outcome === 'wait') break
    }
    if (this.#state !== 'between') give(this.#alone ? 'comment' : 'statement', at, final)
    return at
  }

  /** Something that is no blank begins here. */
  #begin(bytes: Buffer, at: number, give: (kind: LexicalKind, end: number, last: boolean) => void): number {
    this.#alone = true
    if (bytes[at] === HASH || isDashComment(bytes, at)) {
      this.#state = 'line-comment'
      return at
    }
    if (isPlainComment(bytes, at)) {
      this.#state = 'block-comment'
      return at + 2
    }
    this.#alone = false
    const sandbox = sandboxLength(bytes, at)
    if (sandbox > 0) {
      give('sandbox', at + sandbox, true)
      return at + sandbox
    }
    const line = delimiterLine(bytes, at)
    if (line !== null) {
      this.#delimiter = line.delimiter
      this.#textStops = inText(line.delimiter)
      give('delimiter', at + line.length, true)
      return at + line.length
    }
    this.#state = 'text'
    return at
  }

  /** Goes on to where the outcome is known. */
  #advance(bytes: Buffer, start: number, final: boolean): number {
    this.#outcome = 'changed'
    switch (this.#state) {
      case 'string':
        return this.#inString(bytes, start, final)
      case 'line-comment':
        return this.#commentEnds(bytes.indexOf(NEWLINE, start), bytes.length)
      case 'block-comment': {
        const end = bytes.indexOf('*/', start, 'latin1')
        const stop = end !== -1 ? end + 2 : final ? bytes.length : Math.max(start, bytes.length - 1)
        this.#line += countNewlines(bytes, start, stop)
        return this.#commentEnds(end === -1 ? -1 : stop, stop)
      }
      default:
        return this.#inText(bytes, start, final)
    }
  }

  #advanced(outcome: 'complete' | 'wait', at: number): number {
    this.#outcome = outcome
    return at
  }

  #commentEnds(end: number, otherwise: number): number {
    this.#outcome = end === -1 ? 'wait' : this.#alone ? 'complete' : 'changed'
    if (end !== -1) this.#state = 'text'
    return end === -1 ? otherwise : end
  }

  #inString(bytes: Buffer, start: number, final: boolean): number {
    const quote = this.#quote
    const stops = inString(quote)
    const length = bytes.length
    let at = start
    for (;;) {
      while (at < length && stops[bytes[at] as number] === 0) at++
      if (at >= length) return this.#advanced('wait', length)
      const byte = bytes[at++]
      if (byte === quote) break
      if (byte === NEWLINE) this.#line++
      else if (this.backslashEscapes) {
        if (at >= length && !final) return this.#advanced('wait', at - 1)
        if (bytes[at] === NEWLINE) this.#line++
        at++
      }
    }
    this.#state = 'text'
    return Math.min(at, length)
  }

  #inText(bytes: Buffer, start: number, final: boolean): number {
    const length = bytes.length
    const stops = this.#textStops
    const first = this.#delimiter[0]
    let at = start
    for (;;) {
      while (at < length && stops[bytes[at] as number] === 0) at++
      if (at >= length) return this.#advanced('wait', length)
      const byte = bytes[at]
      if (byte === SINGLE) {
        // Most of a dump is short strings: they are read here, without leaving the loop.
        this.#quote = SINGLE
        this.#state = 'string'
        at = this.#inString(bytes, at + 1, final)
        if (this.#state === 'string') return at
        continue
      }
      if (byte === first) {
        // Tokens of several bytes may be cut by the end of the chunk.
        const { length: size } = this.#delimiter
        if (length - at < size && !final) return this.#advanced('wait', at)
        if (size === 1 || bytes.subarray(at, at + size).equals(this.#delimiter))
          return this.#advanced('complete', at + size)
      }
      if (byte === OPEN) {
        if (this.#depth++ === 0) this.#tuples++
      } else if (byte === CLOSE) this.#depth--
      else if (byte === NEWLINE) this.#line++
      else if (byte === DOUBLE || byte === BACKTICK) {
        this.#quote = byte
        this.#state = 'string'
        return at + 1
      } else if (byte === HASH || byte === DASH || byte === SLASH) {
        if (length - at < 4 && !final) return this.#advanced('wait', at)
        this.#state = isPlainComment(bytes, at) ? 'block-comment' : 'text'
        if (byte === HASH || isDashComment(bytes, at)) this.#state = 'line-comment'
        if (this.#state !== 'text') return at + (byte === HASH ? 1 : 2)
      }
      at++
    }
  }
}

import { MigratorError } from '../host/errors.ts'
import { DumpLexer, type LexicalPiece } from './dump-lexer.ts'
import { type Classified, classify, type StatementKind } from './statement-kind.ts'

/** A statement of a dump, or a piece of one that is too large to be held. */
export interface StatementPiece extends Classified {
  /** Together, the bytes of all pieces are the dump, byte for byte. */
  bytes: Buffer
  first: boolean
  last: boolean
  /** Line it begins in, from 1. */
  line: number
  /** Tuples of an INSERT up to here; 0 for anything else. */
  rows: number
}

/** What is read before a statement is told; its name must stand in here. */
const HEAD_BYTES = 4096
/** Definitions are looked at and rewritten as a whole; the largest a real site had was under 1 MB. */
const LARGEST_DEFINITION = 16 << 20
/** Rows that somebody wants to look at are held up to here, and streamed beyond. */
const LARGEST_HELD_INSERT = 16 << 20

const HELD = new Set<StatementKind>(
  'create-table create-view create-trigger create-routine create-sequence create-database use set set-server set-sequence drop alter-table'.split(
    ' ',
  ) as StatementKind[],
)

export interface StatementOptions {
  /** Whether this table's INSERTs are to come whole, up to 16 MiB. */
  holdRows?: (table: string) => boolean
}

/**
 * Cuts a dump into statements as it passes by. Memory stays bounded: an INSERT of any size is handed on in pieces.
 * After `end`, `unfinished` says whether the dump breaks off within a statement.
 */
export class StatementReader {
  unfinished: { line: number; opening: string } | null = null
  readonly #lexer = new DumpLexer()
  readonly #holdRows: (table: string) => boolean
  #held: Buffer[] = []
  #heldBytes = 0
  #told: Classified | null = null
  #handedOn = false
  #opening = ''

  constructor(options: StatementOptions = {}) {
    this.#holdRows = options.holdRows ?? (() => false)
  }

  /** @throws MigratorError `dump-definition-too-large` */
  push(chunk: Buffer, take: (piece: StatementPiece) => void): void {
    this.#lexer.push(chunk, (piece) => this.#receive(piece, take))
  }

  end(take: (piece: StatementPiece) => void): void {
    let line = 1
    this.#lexer.end((piece) => {
      line = piece.line
      this.#receive(piece, take)
    })
    if (this.#lexer.state !== 'between') this.unfinished = { line, opening: this.#opening }
  }

  #receive(piece: LexicalPiece, take: (piece: StatementPiece) => void): void {
    if (piece.kind !== 'statement') {
      if (piece.first) this.#opening = piece.bytes.subarray(0, 80).toString('utf8')
      const { kind, bytes, first, last, line } = piece
      take({ kind, bytes, first, last, line, rows: 0, name: null, database: null, columnList: false })
      return
    }
    if (piece.first) {
      this.#told = null
      this.#handedOn = false
    }
    this.#held.push(piece.bytes)
    this.#heldBytes += piece.bytes.length
    if (this.#told === null && (piece.last || this.#heldBytes >= HEAD_BYTES)) this.#tell(piece)
    if (this.#told !== null && (piece.last || !this.#mustHold(this.#told, piece.line))) {
      this.#handOn(this.#told, piece, take)
    }
  }

  #tell(piece: LexicalPiece): void {
    const head = this.#held.length === 1 ? piece.bytes : Buffer.concat(this.#held)
    const text = head.subarray(0, HEAD_BYTES).toString('utf8')
    // Never what comes after VALUES: rows hold secrets.
    this.#opening = (text.split(/\bVALUES\b/i)[0] ?? '').slice(0, 80)
    this.#told = classify(text)
    if (this.#told.kind === 'set' && /\bsql_mode\s*=/i.test(text))
      this.#lexer.backslashEscapes = !/NO_BACKSLASH_ESCAPES/i.test(text)
  }

  #mustHold(told: Classified, line: number): boolean {
    if (told.kind === 'insert')
      return this.#heldBytes < LARGEST_HELD_INSERT && told.name !== null && this.#holdRows(told.name)
    if (!HELD.has(told.kind)) return false
    if (this.#heldBytes <= LARGEST_DEFINITION) return true
    throw new MigratorError({
      code: 'dump-definition-too-large',
      kind: 'refused',
      message: `A definition in the dump is larger than ${LARGEST_DEFINITION >> 20} MiB.`,
      evidence: `line ${line}: ${this.#opening.split('\n')[0]}`,
      untouched: 'Nothing was created.',
      hint: 'The dump is damaged: take another backup.',
    })
  }

  #handOn(told: Classified, piece: LexicalPiece, take: (piece: StatementPiece) => void): void {
    const bytes = this.#held.length === 1 ? (this.#held[0] ?? piece.bytes) : Buffer.concat(this.#held)
    const rows = told.kind === 'insert' ? piece.tuples - (told.columnList ? 1 : 0) : 0
    take({ ...told, bytes, first: !this.#handedOn, last: piece.last, line: piece.line, rows })
    this.#handedOn = true
    this.#held = []
    this.#heldBytes = 0
  }
}

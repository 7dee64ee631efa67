import { DumpFilter } from '../backup/dump-filter.ts'
import { type StatementPiece, StatementReader } from '../backup/dump-statements.ts'
import type { StatementKind } from '../backup/statement-kind.ts'
import type { LoadStatement } from '../database/mariadb/load-dump.ts'

/** What loading does with each kind of statement; what is not here is passed over: locks, transactions, what stands between. */
const KINDS: Partial<Record<StatementKind, LoadStatement['kind']>> = {
  set: 'setting',
  'create-table': 'definition',
  'create-sequence': 'definition',
  'set-sequence': 'definition',
  drop: 'definition',
  // An index, an update: they act on rows, and cannot be done twice.
  other: 'alteration',
  insert: 'rows',
  'alter-table': 'alteration',
  'create-view': 'late',
  'create-trigger': 'late',
  'create-routine': 'late',
}

/** Cuts a dump into statements for a database of our own: filtered, each whole, without its delimiter, as a string of bytes. */
export class LoadStatements {
  readonly #reader = new StatementReader()
  readonly #filter: DumpFilter
  readonly #joiner = new Joiner()
  #ready: LoadStatement[] = []

  constructor(collations: Readonly<Record<string, string>>) {
    this.#filter = new DumpFilter({ definer: 'strip', collations: new Map(Object.entries(collations)) })
  }

  /** Those that the chunk completes. */
  push(chunk: Buffer): LoadStatement[] {
    this.#reader.push(chunk, (piece) => this.#take(piece))
    return this.#given()
  }

  end(): LoadStatement[] {
    this.#reader.end((piece) => this.#take(piece))
    return this.#given()
  }

  #take(piece: StatementPiece): void {
    const bytes = this.#filter.apply(piece)
    const statement = bytes === null ? null : this.#joiner.add(piece, bytes)
    if (statement !== null) this.#ready.push(statement)
  }

  #given(): LoadStatement[] {
    const given = this.#ready
    this.#ready = []
    return given
  }
}

/** Puts the pieces of a statement together. */
class Joiner {
  #parts: string[] = []
  #delimiter = ';'

  add(piece: StatementPiece, bytes: Buffer): LoadStatement | null {
    if (piece.kind === 'delimiter') {
      this.#delimiter = piece.bytes.toString('latin1').trim().split(/\s+/)[1] ?? ';'
      return null
    }
    const kind = KINDS[piece.kind]
    if (kind === undefined) return null
    if (piece.first) this.#parts = []
    // A copy: the chunk it lies in may be filled anew.
    this.#parts.push(bytes.toString('latin1'))
    if (!piece.last) return null
    const text = this.#withoutDelimiter(this.#parts.length === 1 ? (this.#parts[0] ?? '') : this.#parts.join(''))
    this.#parts = []
    return { kind: kindOf(kind, text), table: piece.name, text }
  }

  #withoutDelimiter(text: string): string {
    return text.endsWith(this.#delimiter) ? text.slice(0, -this.#delimiter.length) : text
  }
}

/** Keys off and on belong to the rows they stand around; views and triggers are dropped where they are made. */
function kindOf(kind: LoadStatement['kind'], text: string): LoadStatement['kind'] {
  if (kind === 'alteration') return /\b(DISABLE|ENABLE)\s+KEYS\b/i.test(text.slice(-200)) ? 'around-rows' : kind
  if (kind === 'definition' && /^(?:\/\*M?!\d*\s*)?DROP\s+(VIEW|TRIGGER|PROCEDURE|FUNCTION|EVENT)\b/i.test(text))
    return 'late'
  // Transactions are ours.
  if (kind === 'setting' && /\bautocommit\b/i.test(text)) return 'passed-over'
  return kind
}

import { definerOf, replaceWords } from './definition-text.ts'
import type { StatementPiece } from './dump-statements.ts'
import type { StatementKind } from './statement-kind.ts'

export interface FilterPolicy {
  /**
   * What becomes of `DEFINER=…` in views, triggers and routines: `strip` makes whoever imports the definer; a text such as
   * `` `_1c2408fd`@`localhost` `` takes its place. Data is never looked at.
   */
  definer: 'strip' | 'keep' | { account: string }
  /** Lower-case names and what stands in for them, in definitions and SET statements only: collationMapping(). */
  collations: ReadonlyMap<string, string>
}

/** What the filter has changed so far: shown in the report. */
export interface FilterAccount {
  dropped: { kind: StatementKind; line: number; opening: string }[]
  definers: { definer: string; name: string | null; line: number }[]
  collations: Map<string, { to: string; statements: number }>
}

const DEFINED_BY = new Set<StatementKind>(['create-view', 'create-trigger', 'create-routine'])
const NAMES_COLLATIONS = new Set<StatementKind>([
  'create-table',
  'create-view',
  'create-trigger',
  'create-routine',
  'alter-table',
  'set',
])

/**
 * Makes a dump fit for import into one database by its own user: drops the sandbox line before the first statement, CREATE DATABASE, USE and
 * settings only an administrator may set; treats definers and collations by policy. All else passes byte for byte.
 */
export class DumpFilter {
  readonly account: FilterAccount = { dropped: [], definers: [], collations: new Map() }
  readonly #policy: FilterPolicy
  #opening = true

  constructor(policy: FilterPolicy) {
    this.#policy = policy
  }

  /** The bytes to import in the place of this piece; null when it is dropped. */
  apply(piece: StatementPiece): Buffer | null {
    if (piece.kind === 'sandbox') return this.#opening ? this.#drop(piece) : piece.bytes
    if (piece.kind !== 'comment' && piece.kind !== 'blank') this.#opening = false
    if (piece.kind === 'set-server' || piece.kind === 'create-database' || piece.kind === 'use')
      return this.#drop(piece)
    let bytes = piece.bytes
    if (DEFINED_BY.has(piece.kind)) bytes = this.#treatDefiner(piece, bytes)
    if (NAMES_COLLATIONS.has(piece.kind) && this.#policy.collations.size > 0) bytes = this.#mapCollations(bytes)
    return bytes
  }

  #drop(piece: StatementPiece): null {
    const opening = piece.bytes.subarray(0, 80).toString('utf8').split('\n')[0] ?? ''
    if (piece.first) this.account.dropped.push({ kind: piece.kind, line: piece.line, opening })
    return null
  }

  #treatDefiner(piece: StatementPiece, bytes: Buffer): Buffer {
    const found = definerOf(bytes)
    const { definer } = this.#policy
    if (found === null || definer === 'keep') return bytes
    this.account.definers.push({ definer: found.definer, name: piece.name, line: piece.line })
    const clause = definer === 'strip' ? '' : `DEFINER=${definer.account} `
    return Buffer.concat([bytes.subarray(0, found.start), Buffer.from(clause), bytes.subarray(found.end)])
  }

  #mapCollations(bytes: Buffer): Buffer {
    const replaced = new Set<string>()
    const result = replaceWords(bytes, (word) => {
      const to = this.#policy.collations.get(word.toLowerCase())
      if (to !== undefined) replaced.add(word.toLowerCase())
      return to ?? word
    })
    for (const name of replaced) {
      const to = this.#policy.collations.get(name) ?? name
      const statements = (this.account.collations.get(name)?.statements ?? 0) + 1
      this.account.collations.set(name, { to, statements })
    }
    return result
  }
}

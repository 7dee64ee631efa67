import type { DumpFacts, InstalledApp, TableFacts } from './backup-facts.ts'
import { COLLATION_NAME } from './collation-mapping.ts'
import { readCreateTable } from './create-table.ts'
import { definerOf, replaceWords } from './definition-text.ts'
import { DumpComments } from './dump-comments.ts'
import { type StatementPiece, StatementReader } from './dump-statements.ts'
import { insertedRows } from './insert-values.ts'

/** Tables whose rows say what the site is; all small. */
const TELLING = new Set(['tabInstalled Application', 'tabDefaultValue', '__Auth'])
/** Every Frappe site has them. */
const CORE = ['tabDocType', 'tabSingles', 'tabDefaultValue', '__Auth']
/** At most this many statements of a kind are quoted. */
const QUOTED = 5
/** At most this many users of a collation or character set are named. */
const USERS = 3

/** Reads a dump in one pass, in bounded memory: push what passes by, then ask for the facts. */
export class DumpFactsReader {
  readonly #statements = new StatementReader({ holdRows: (table) => TELLING.has(table) })
  readonly #comments = new DumpComments()
  readonly #tables = new Map<string, TableFacts>()
  readonly #named = {
    'create-view': new Set<string>(),
    'create-trigger': new Set<string>(),
    'create-routine': new Set<string>(),
    'create-sequence': new Set<string>(),
  }
  readonly #definers = new Map<string, string[]>()
  readonly #collations = new Map<string, Set<string>>()
  readonly #characterSets = new Map<string, Set<string>>()
  readonly #databases = new Set<string>()
  readonly #beyond: DumpFacts['beyond'] = []
  readonly #unexpected: DumpFacts['unexpected'] = []
  readonly #apps = new Map<string, InstalledApp>()
  readonly #broken: string[] = []
  #locked: string | null = null
  #encryptedSecrets = 0
  #sandboxLine: DumpFacts['sandboxLine'] = null
  #anyStatement = false
  #statementBytes = 0
  #largestStatementBytes = 0
  #insertRows = 0

  /** @throws MigratorError `dump-definition-too-large` */
  push(chunk: Buffer): void {
    this.#statements.push(chunk, (piece) => this.#take(piece))
  }

  end(): DumpFacts {
    this.#statements.end((piece) => this.#take(piece))
    for (const view of this.#named['create-view']) this.#tables.delete(view)
    const { writer, serverVersion, server, sourceDatabase, completed, dumps, version, branch, partial } = this.#comments
    const frappe = this.#apps.get('frappe')
    return {
      ...{ writer, serverVersion, server, sourceDatabase, completed, dumps },
      sandboxLine: this.#sandboxLine,
      unfinished: this.#statements.unfinished,
      brokenTables: this.#locked === null ? this.#broken : [...this.#broken, this.#locked],
      tables: [...this.#tables.values()],
      views: [...this.#named['create-view']],
      triggers: [...this.#named['create-trigger']],
      routines: [...this.#named['create-routine']],
      sequences: [...this.#named['create-sequence']],
      definers: [...this.#definers].map(([definer, objects]) => ({ definer, objects })),
      collations: [...this.#collations].map(([name, used]) => ({ name, used: [...used] })),
      characterSets: [...this.#characterSets].map(([name, used]) => ({ name, used: [...used] })),
      databases: [...this.#databases],
      beyond: this.#beyond,
      unexpected: this.#unexpected,
      largestStatementBytes: this.#largestStatementBytes,
      frappe: {
        isFrappe: CORE.every((name) => this.#tables.get(name)?.created === true),
        version: version ?? frappe?.version ?? null,
        branch: branch ?? frappe?.branch ?? null,
        apps: [...this.#apps.values()],
        partial,
        encryptedSecrets: this.#encryptedSecrets,
      },
    }
  }

  #take(piece: StatementPiece): void {
    if (piece.kind === 'comment') {
      if (piece.first && piece.last) this.#comments.take(piece.bytes.subarray(0, 65536).toString('utf8'))
      return
    }
    if (piece.kind === 'blank') return
    if (piece.kind === 'sandbox') {
      if (this.#sandboxLine !== 'elsewhere') this.#sandboxLine = this.#anyStatement ? 'elsewhere' : 'leading'
      return
    }
    this.#anyStatement = true
    this.#comments.completed = null
    this.#statementBytes = (piece.first ? 0 : this.#statementBytes) + piece.bytes.length
    this.#largestStatementBytes = Math.max(this.#largestStatementBytes, this.#statementBytes)
    if (piece.database !== null) this.#databases.add(piece.database)
    this.#tell(piece)
  }

  #tell(piece: StatementPiece): void {
    const { kind, name } = piece
    if (kind === 'insert') this.#takeRows(piece)
    if (kind === 'create-table' && name !== null) this.#takeTable(name, piece.bytes)
    if (isNamed(kind) && name !== null) this.#named[kind].add(name)
    if (isNamed(kind) || kind === 'create-table' || kind === 'alter-table' || kind === 'set') this.#takeWords(piece)
    if (kind === 'lock') this.#takeLock(name)
    if ((kind === 'create-database' || kind === 'use') && name !== null) this.#databases.add(name)
    if (kind === 'beyond') this.#quote(this.#beyond, piece)
    if (kind === 'copy' || kind === 'other') this.#quote(this.#unexpected, piece)
  }

  /** A table's rows stand between LOCK and UNLOCK; when reading them fails, the second one is not written. */
  #takeLock(name: string | null): void {
    if (this.#locked !== null && name !== null) this.#broken.push(this.#locked)
    this.#locked = name
  }

  #quote(list: DumpFacts['beyond'], piece: StatementPiece): void {
    if (!piece.first || list.length >= QUOTED) return
    // A password or a hash may follow in a statement about users: its first words are enough.
    const [words = ''] = /^(?:\S+\s+){0,2}\S{0,40}/.exec(piece.bytes.subarray(0, 200).toString('utf8')) ?? []
    list.push({ line: piece.line, opening: words })
  }

  #takeTable(name: string, bytes: Buffer): void {
    const known = this.#tables.get(name)
    const definition = readCreateTable(name, bytes.toString('utf8'))
    this.#tables.set(name, { ...definition, rows: known?.rows ?? 0, dataBytes: known?.dataBytes ?? 0, created: true })
  }

  #takeRows(piece: StatementPiece): void {
    if (piece.name === null) return
    let table = this.#tables.get(piece.name)
    if (table === undefined) {
      const empty = { columns: [], primaryKey: [], keys: [], engine: null, autoIncrement: null }
      table = { name: piece.name, ...empty, characterSet: null, collation: null, rows: 0, dataBytes: 0, created: false }
      this.#tables.set(piece.name, table)
    }
    table.rows += piece.rows - (piece.first ? 0 : this.#insertRows)
    table.dataBytes += piece.bytes.length
    this.#insertRows = piece.rows
    if (piece.first && piece.last && TELLING.has(piece.name)) this.#readRows(table, piece.bytes.toString('utf8'))
  }

  #readRows(table: TableFacts, statement: string): void {
    const columns = table.columns.map((column) => column.name)
    for (const row of insertedRows(statement, columns)) {
      const app = row.get('app_name')
      if (table.name === '__Auth') this.#encryptedSecrets += row.get('encrypted') === '1' ? 1 : 0
      else if (table.name === 'tabDefaultValue') {
        if (row.get('defkey') === 'installed_apps') this.#takeAppList(row.get('defvalue') ?? '')
      } else if (typeof app === 'string') {
        const [version = null, branch = null] = [row.get('app_version'), row.get('git_branch')]
        this.#apps.set(app, { name: app, version, branch })
      }
    }
  }

  /** The global default `installed_apps`: a JSON list of names. */
  #takeAppList(text: string): void {
    for (const [, name] of text.matchAll(/"([\w-]+)"/g))
      if (name !== undefined && !this.#apps.has(name)) this.#apps.set(name, { name, version: null, branch: null })
  }

  /** Collations, character sets and definers of a definition. */
  #takeWords(piece: StatementPiece): void {
    const user = piece.name ?? piece.kind
    const definer = piece.kind === 'create-table' || piece.kind === 'set' ? null : definerOf(piece.bytes)
    if (definer !== null) {
      const objects = this.#definers.get(definer.definer) ?? []
      this.#definers.set(definer.definer, [...objects, user])
    }
    let before = ''
    replaceWords(piece.bytes, (word) => {
      if (COLLATION_NAME.test(word)) note(this.#collations, word, user)
      else if (/^(?:CHARSET|NAMES)$/i.test(before)) note(this.#characterSets, word, user)
      before = word
      return word
    })
  }
}

type NamedKind = 'create-view' | 'create-trigger' | 'create-routine' | 'create-sequence'
const isNamed = (kind: StatementPiece['kind']): kind is NamedKind =>
  kind === 'create-view' || kind === 'create-trigger' || kind === 'create-routine' || kind === 'create-sequence'

function note(noted: Map<string, Set<string>>, name: string, user: string): void {
  const users = noted.get(name.toLowerCase()) ?? new Set()
  if (users.size < USERS) users.add(user)
  noted.set(name.toLowerCase(), users)
}

/**
 * The one interface every database kind is used through. Everything above this room speaks only of it, so that
 * PostgreSQL is one more folder beside mariadb/ and sqlite/.
 */

/** A value as the drivers give it; binary values are Buffers, big integers and decimals come as text. */
export type Value = string | number | bigint | Buffer | null
export type Row = Record<string, Value>

export interface ColumnSchema {
  name: string
  /** information_schema DATA_TYPE or SQLite's declared type, lower case. */
  dataType: string
  /** The complete type as declared: `varchar(140)`. */
  declaredType: string
  maximumCharacters: number | null
  /** Largest size in bytes where the type is limited by them and not by characters (`text`), else null. */
  maximumBytes: number | null
  /** null for what is not text, and where the database does not say. */
  characterSet: string | null
  nullable: boolean
  generated: boolean
}

export interface TableSchema {
  name: string
  /** Primary key columns in order; empty when there is none. */
  primaryKey: string[]
  /** Columns whose values must differ from row to row (unique keys of one column; not the primary key). */
  uniqueColumns: string[]
  columns: ColumnSchema[]
  /** Bytes of data and estimated rows (information_schema; SQLite: dbstat or page estimates). For plans and progress, never for decisions. */
  dataBytes: number
  estimatedRows: number
}

/** One table to search, with the columns to search in it. Several needles are alternatives. */
export interface ScanTarget {
  table: string
  columns: string[]
  /** Columns returned with each hit beside the key and the searched ones (row conditions). */
  alsoReturn: string[]
}

export interface ScanRequest {
  targets: ScanTarget[]
  /** Text to find, in any case; otherwise compared byte by byte. */
  needles: string[]
  /** Connections to use at once. */
  parallel: number
  signal?: AbortSignal
  onProgress?: (progress: { bytesDone: number; bytesTotal: number; table: string }) => void
}

/** One row that holds a needle in at least one searched column. `key` are the primary key's values in order; for a table without key (tabSingles) empty. */
export interface ScanHit {
  table: string
  key: Value[]
  row: Row
}

/** A key's value as JSON keeps it: bytes as hexadecimal digits, integers beyond 2^53 as decimal digits. */
export type KeyValue = string | number | null | { hex: string } | { integer: string }

/** What a row must be for an update: its text equals one of the values, or none of them (NULL counts as none). */
export interface CellCondition {
  column: string
  test: 'is' | 'is-not'
  values: string[]
}

/** One cell to change, compare-and-set. For tabSingles (no key): key is empty and `match` names doctype and field. */
export interface CellUpdate {
  table: string
  column: string
  /** Column → value that identifies the row: the primary key, or doctype and field for tabSingles. */
  match: Record<string, KeyValue>
  /** null: the cell holds NULL. */
  before: string | null
  after: string
  /** Changed, and read, only while its row meets all of these: a draft may be submitted meanwhile. */
  where?: CellCondition[]
}

/**
 * changed: a row that held `before` now holds `after` · already: holds `after` · moved: holds something else, no longer meets
 * the conditions, or is gone. Where several rows match (no key), each cell changes one of them.
 */
export type CellOutcome = { outcome: 'changed' | 'already' | 'moved'; rows: number }

/** What stands in a cell; null: there is no such row. */
export type CellNow = { value: string | null } | null

/** A session that may write. Holds the site's named lock (`migrator:<db>`; SQLite: an exclusive lock file beside the database) until closed. */
export interface DatabaseWriter {
  /**
   * Applies all cells in one explicit transaction and returns one outcome a cell, in order.
   * @throws MigratorError `database-write-failed` after a rollback of the transaction.
   */
  updateCells(cells: CellUpdate[]): Promise<CellOutcome[]>
  /** Reads the present value of each cell, in order, inside one snapshot. */
  readCells(cells: CellUpdate[]): Promise<CellNow[]>
  close(): Promise<void>
}

export interface TableDigest {
  table: string
  rows: number
  /** SHA-256 over the canonical serialization of the rows in key order, hex. */
  sha256: string
}

/** Canonical digest of a database: schema (sorted, normalized DDL) and every table. Independent of storage details. */
export interface DatabaseDigest {
  schemaSha256: string
  tables: TableDigest[]
  /** SHA-256 over all of the above, hex. */
  sha256: string
}

export interface BackupResult {
  path: string
  bytes: number
  sha256: string
  tables: number
  /** What was checked after writing: read back to the end, digest equal, completion mark, tables complete. */
  verified: string[]
}

export interface SiteDatabase {
  readonly kind: 'mariadb' | 'sqlite'
  /** For people: `10.11.19-MariaDB at 127.0.0.1:3306, database _1c24…`. No secrets. */
  readonly label: string
  /** Name the lock and messages use: the db_name, or the SQLite file's path. */
  readonly name: string
  serverVersion(): Promise<string>
  tables(): Promise<TableSchema[]>
  /** Total bytes of tables, for disk formulas and progress. */
  totalBytes(): Promise<number>
  /** A read-only query; parameters as `?`. */
  read(sql: string, parameters?: (string | number)[]): Promise<Row[]>
  /** Streams hits; memory does not depend on the table's size. */
  scan(request: ScanRequest): AsyncIterable<ScanHit>
  /**
   * Opens the writing session after taking the named lock.
   * @throws MigratorError `database-locked` when another session holds it longer than waitMilliseconds.
   */
  openWriter(waitMilliseconds: number): Promise<DatabaseWriter>
  /** Canonical digest; leaves out nothing but `exclude`d tables. */
  digest(options?: { exclude?: string[]; parallel?: number }): Promise<DatabaseDigest>
  /** A consistent copy made while the site is live, compressed, mode 0600, then verified. MariaDB: mariadb-dump through zstd; SQLite: backup(). */
  backup(
    path: string,
    options: { signal?: AbortSignal; onProgress?: (bytes: number) => void; onChild?: (pid: number) => Promise<void> },
  ): Promise<BackupResult>
  close(): Promise<void>
  /** Ends every connection at once, also those that wait for an answer that may never come. Absent where nothing can hang. */
  abandon?(): Promise<void>
}

/** How to reach a site's database; built by the survey from site_config.json. The password stays out of every log. */
export type DatabaseAddress =
  | {
      kind: 'mariadb'
      host: string | null
      port: number | null
      socket: string | null
      user: string
      password: string
      database: string
    }
  | { kind: 'sqlite'; path: string }

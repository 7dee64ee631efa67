/**
 * What was read of a backup: the contract between the readers of this room, the verdict over them (verdict.ts), and what restores.
 * Reading changes nothing. No secret is in here but the two that are carried on purpose, in `ConfigFacts`.
 */
import type { BackupPart, BackupSet } from './backup-set.ts'

/** What a file holds, by its own bytes, after decryption and decompression. */
export type ContentFormat =
  | 'sql'
  | 'postgres-sql'
  | 'postgres-archive'
  | 'sqlite'
  | 'tar'
  | 'json'
  | 'html'
  | 'zip'
  | 'other-compression'
  | 'git-lfs-pointer'
  | 'empty'
  | 'zeros'
  | 'utf-16'
  | 'unknown'

export type Wrapping = 'openpgp' | 'gzip' | 'zstd'

/** What a file is by its bytes, whatever its name says. */
export interface Recognized {
  /** From the outside in: `['openpgp', 'gzip']`. */
  wrappings: Wrapping[]
  /** null when it is encrypted and there was no key to look inside. */
  content: ContentFormat | null
  /** How the content begins: evidence for what nobody can use. In hex where it might show a secret. */
  opening: string
}

/** Why a file could not be read to its end. */
export interface Damage {
  kind:
    | 'truncated'
    | 'checksum'
    | 'corrupt'
    /** Something that is not compressed data follows its end. */
    | 'trailing'
    | 'no-key'
    | 'wrong-key'
    | 'tampered'
    | 'gpg-missing'
    | 'too-large'
    | 'unreadable'
  /** What the decompressor, gpg or the system said. */
  said: string
  /** Plain bytes that had been read before it. */
  afterBytes: number
}

/** A file of the set, read to its end or to where it breaks. */
export interface ContentFacts {
  part: BackupPart
  recognized: Recognized
  /** Bytes of the file as it lies there. */
  storedBytes: number
  /** Bytes of its content that were read. */
  plainBytes: number
  /** Bytes behind the end of the compressed data: not content. */
  trailingBytes: number
  damage: Damage | null
}

export interface ColumnFacts {
  name: string
  /** As the dump writes it: `varchar(140)`, `bigint(20)`, `longtext`. */
  type: string
  nullable: boolean
  generated: boolean
  autoIncrement: boolean
}

export interface TableFacts {
  name: string
  columns: ColumnFacts[]
  /** Empty when the table has none. */
  primaryKey: string[]
  /** Names of the other keys. */
  keys: string[]
  engine: string | null
  /** The next value, where the dump says so. */
  autoIncrement: number | null
  characterSet: string | null
  collation: string | null
  /** Tuples of its INSERT and REPLACE statements. */
  rows: number
  /** Bytes of those statements. */
  dataBytes: number
  /** false: rows are inserted into it, but the dump never creates it. */
  created: boolean
}

export interface InstalledApp {
  name: string
  version: string | null
  branch: string | null
}

/** What Frappe writes before the dump (frappe/utils/backups.py, take_dump), and what the dump's own rows say. */
export interface FrappeDumpFacts {
  /** true with `tabDocType`, `tabSingles`, `tabDefaultValue` and `__Auth`, each created by the dump. */
  isFrappe: boolean
  /** Of the header, else of the row of the app `frappe`. */
  version: string | null
  branch: string | null
  apps: InstalledApp[]
  /** Set when the header says `Partial Backup`, or when core tables are missing. */
  partial: { site: string | null; contains: string[]; excludes: string[] } | null
  /** Rows of `__Auth` whose secret is encrypted with the site's key. */
  encryptedSecrets: number
}

export interface DumpFacts {
  writer: 'mariadb-dump' | 'mysqldump' | 'pg_dump' | 'unknown'
  /** `10.11.19-MariaDB-0+deb12u1`, from the `Server version` line. */
  serverVersion: string | null
  server: 'mariadb' | 'mysql' | 'postgres' | null
  /** The database it was taken of, from the `Database:` line. */
  sourceDatabase: string | null
  /** MariaDB's sandbox line: before the first statement (the filter drops it), or elsewhere. */
  sandboxLine: 'leading' | 'elsewhere' | null
  /** Text of the `-- Dump completed …` line; null when it is missing. */
  completed: string | null
  /** How many `Dump completed` lines there are: more than one is several dumps in one file. */
  dumps: number
  /** Tables whose rows break off although the dump goes on (`--force`, with a crashed table): locked, and never unlocked. */
  brokenTables: string[]
  /** A statement that has no end. */
  unfinished: { line: number; opening: string } | null
  tables: TableFacts[]
  views: string[]
  triggers: string[]
  /** Procedures, functions, events, packages. */
  routines: string[]
  sequences: string[]
  /** Who the DDL names as definer, and what of: never looked for in data. */
  definers: { definer: string; objects: string[] }[]
  /** Collations and character sets the DDL names, with up to three places each. */
  collations: { name: string; used: string[] }[]
  characterSets: { name: string; used: string[] }[]
  /** Databases it would create or switch to. */
  databases: string[]
  /** Openings of statements that reach beyond the database: GLOBAL variables, users, grants, plug-ins. */
  beyond: { line: number; opening: string }[]
  /** Statements nobody expects in a dump, by line; the first few. */
  unexpected: { line: number; opening: string }[]
  /** The largest statement: the server's max_allowed_packet must hold it. */
  largestStatementBytes: number
  frappe: FrappeDumpFacts
}

export interface ArchiveFacts {
  /** The folder the entries stand in: `./<site>/public/files` has `public`. null when none of them fits. */
  side: 'public' | 'private' | null
  /** Sites named by the entries. */
  sites: string[]
  files: number
  directories: number
  /** Sum of what the entries declare. */
  fileBytes: number
  /** Entries that are never extracted, with the reason; the first hundred of each. */
  refused: { path: string; reason: RefusedEntry }[]
  refusedCount: number
  /** Names that stand in it twice, the first hundred; the last one counts. */
  duplicates: string[]
  /** false: the blocks of zeros that end every tar are missing, so entries may be, too. */
  ended: boolean
}

export type RefusedEntry =
  | 'absolute-path'
  | 'parent-path'
  | 'outside'
  /** A link that leaves the folder. */
  | 'link-outside'
  /** A symbolic link that stays in it. */
  | 'symbolic-link'
  | 'device'
  | 'name-not-usable'
  /** Sparse files, volumes of a set: nothing `tar -cf` writes by itself. */
  | 'unsupported'

export interface ConfigFacts {
  /** The whole configuration; null when it cannot be parsed. Holds secrets: never shown, logged or planned. */
  values: Record<string, unknown> | null
  problem: { line: number; column: number; what: string } | null
  encryptionKey: string | null
  databaseName: string | null
  /** `mariadb` when the file does not say. */
  databaseType: string
  /** Keys that belong to the place it came from and are not carried (facts of Frappe Cloud's own list), by name. */
  hostingKeys: string[]
}

/** Everything that was read of one backup. */
export interface BackupFacts {
  set: BackupSet
  database: { content: ContentFacts; dump: DumpFacts | null }
  publicFiles: { content: ContentFacts; archive: ArchiveFacts | null } | null
  privateFiles: { content: ContentFacts; archive: ArchiveFacts | null } | null
  siteConfig: { content: ContentFacts; config: ConfigFacts | null } | null
}

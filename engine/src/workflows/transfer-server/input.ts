import type { AppFacts, BenchFacts, SiteFacts } from '../../bench/bench-facts.ts'
import type { Finding } from '../../bench/finding.ts'
import type { ServerFacts } from '../../database/mariadb/server-facts.ts'
import type { ServerPlace } from '../../database/server-place.ts'
import type { TableSchema } from '../../database/site-database.ts'
import type { TransferRequest } from './request.ts'
import type { Visitors } from './visitors.ts'

/** An app's checkout, as git tells it. */
export interface Checkout {
  app: string
  /** Where it was got from; null where git knows none. Without a password. */
  url: string | null
  /** Files that differ from the commit. */
  changedFiles: number
}

/** One of the two benches and its machine. */
export interface SideFacts {
  /** `local`, or as OpenSSH is asked for it. */
  server: string
  /** Bench, site and files belong to this user. */
  userName: string
  facts: BenchFacts
  /** The same for two places that are one: boot id of the machine, device and inode of the bench. */
  identity: string
  checkouts: Checkout[]
  /** `3.11.2`; null where it cannot be found. */
  python: string | null
  node: string | null
  /** Its clock minus that of the machine that runs the command. */
  clockSeconds: number
  /** Processes of `bench migrate`, `update` or a restore. */
  busy: { pid: number; command: string }[]
  /** Bytes free where the bench lies. */
  diskBytesFree: number
  /** Nothing is copied without it (rsync). */
  hasRsync: boolean
}

export interface FilesFacts {
  present: boolean
  files: number
  bytes: number
}

/** What the site's database holds, read by the site's own account. */
export interface SourceDatabase {
  server: ServerFacts
  tables: TableSchema[]
  /** Data and indexes. */
  totalBytes: number
  views: string[]
  triggers: string[]
  sequences: string[]
  routines: string[]
  /** Collations with what uses them: `tabItem.description`. */
  collations: { name: string; used: string[] }[]
  /** Apps in the order the site installed them; null when the site does not say. */
  installedApps: string[] | null
  /** Encrypted secrets, and those of them that open with the site's key. */
  secrets: { total: number; opening: number }
}

export interface SourceFacts extends SideFacts {
  site: SiteFacts
  database: SourceDatabase
  /** Where the database is, as the source names it. */
  place: ServerPlace
  /** The account of the site, and from where it may come. */
  account: { user: string; hosts: string[] }
  /** Name of the account that the run makes for itself. */
  runAccount: string
  /** What the administrator of the source lacks; null when none was given. */
  missingRights: string[] | null
  problem: Finding | null
  files: { public: FilesFacts; private: FilesFacts }
  /** Entries of the site's directory that are not copied. */
  others: string[]
}

export interface TargetFacts extends SideFacts {
  database: {
    place: ServerPlace
    /** null when it could not be asked. */
    server: ServerFacts | null
    hosts: string[]
    /** null when no administrator was given. */
    missingRights: string[] | null
    problem: Finding | null
    freeBytes: number | null
  }
  /** By app of the source: how the commit here stands to the one there, where the versions are alike. */
  commits: Record<string, CommitOrder>
}

/** same · newer: contains the other's commit · older: the other contains this one · unknown: neither side's git can tell. */
export type CommitOrder = 'same' | 'newer' | 'older' | 'unknown'

/** Everything a plan is made of; read by prepare.ts, then everything is pure. */
export interface TransferInput {
  request: TransferRequest
  source: SourceFacts
  target: TargetFacts
  visitors: Visitors
  /** Name and directory of the site at the target. */
  name: string
  /** Name of the new database and its account: none of that name is there. */
  newDatabase: string
  now: Date
}

export const appOf = ({ facts }: SideFacts, name: string): AppFacts | undefined =>
  facts.apps.find((app) => app.name === name)

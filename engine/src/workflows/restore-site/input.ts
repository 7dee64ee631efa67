import type { BackupFacts } from '../../backup/backup-facts.ts'
import type { BenchFacts } from '../../bench/bench-facts.ts'
import type { Finding } from '../../bench/finding.ts'
import type { ServerFacts } from '../../database/mariadb/server-facts.ts'
import type { ServerPlace } from '../../database/server-place.ts'
import type { RestoreRequest } from './request.ts'
import type { RestoreTarget } from './target.ts'

/** Everything a plan is made of; read by prepare.ts, then everything is pure. */
export interface RestoreInput {
  facts: BenchFacts
  request: RestoreRequest
  target: RestoreTarget
  backup: BackupFacts
  /** What the backup room has against the backup, or wants to be known of it. */
  verdict: Finding[]
  server: {
    place: ServerPlace
    /** null when it could not be asked. */
    facts: ServerFacts | null
    /** Host part of the new account, as proven by one that gets in from here. */
    hosts: string[]
    /** Where the administrator's account stands: rights it lacks; null when none was given. */
    missingRights: string[] | null
    problem: Finding | null
    /** Free bytes where the server keeps its data; null when that is on another machine, or may not be seen. */
    freeBytes: number | null
  }
  /** Name of the new database and its account: none of that name is there. */
  database: string
  /** Which directories of the site's files are there now. */
  presentFiles: { public: boolean; private: boolean }
  /** Processes of `bench migrate`, `update` or another restore on this bench. */
  busy: { pid: number; command: string }[]
  diskBytesFree: number
  now: Date
}

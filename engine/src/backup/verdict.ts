import type { BackupFacts } from './backup-facts.ts'
import type { BackupFinding } from './backup-finding.ts'
import { judgeArchive } from './judge-archive.ts'
import { judgeContent } from './judge-content.ts'
import { judgeDump } from './judge-dump.ts'
import { judgeSet } from './judge-set.ts'

/** Where the backup is to go; what is left out is not judged. */
export interface RestoreTarget {
  databaseType?: 'mariadb' | 'sqlite' | 'postgres'
  /** As `SELECT VERSION()` answers: `10.11.6-MariaDB`. */
  serverVersion?: string
  /** Every collation it knows by full name; without it, the version decides. */
  collations?: ReadonlySet<string>
  frappeVersion?: string
  /** Apps of the bench. */
  apps?: string[]
  maxAllowedPacket?: number
  /** Free bytes where the site's files go. */
  freeFileBytes?: number
}

/**
 * What is wrong with a backup, or worth knowing before it is restored: each with its evidence and what to do. A critical finding blocks;
 * docs/backups.md lists them all. Pure: everything was read before.
 */
export function judgeBackup(facts: BackupFacts, target: RestoreTarget = {}): BackupFinding[] {
  const { database, publicFiles, privateFiles, siteConfig } = facts
  const archives = [publicFiles, privateFiles].filter((archive) => archive !== null)
  return [
    ...[database, ...archives, siteConfig].flatMap((part) => (part === null ? [] : judgeContent(part.content, target))),
    ...(database.dump === null || database.content.damage !== null
      ? []
      : judgeDump(database.dump, database.content.part.path, target)),
    ...archives.flatMap(({ content, archive }) =>
      archive === null ? [] : judgeArchive(archive, content.part, target),
    ),
    ...judgeSet(facts),
  ]
}

import type { BackupFacts } from '../../backup/backup-facts.ts'
import { type BackupSet, findBackupSet } from '../../backup/backup-set.ts'
import { isEncrypted } from '../../backup/part-content.ts'
import { readBackup as readParts } from '../../backup/read-backup.ts'
import { judgeBackup } from '../../backup/verdict.ts'
import type { BenchFacts } from '../../bench/bench-facts.ts'
import type { Finding } from '../../bench/finding.ts'
import type { ServerFacts } from '../../database/mariadb/server-facts.ts'
import type { RestoreRequest } from './request.ts'

interface ReadOptions {
  signal: AbortSignal
  /** Asked for only where a file of the backup is encrypted. */
  backupKey(): Promise<string | null>
  onProgress(progress: { bytesDone: number; bytesTotal: number; table: string }): void
}

/** Finds the files of the backup and reads them all to their ends. */
export async function readBackup(
  request: RestoreRequest,
  { signal, backupKey, onProgress }: ReadOptions,
): Promise<BackupFacts> {
  const named = (path: string | null) => path ?? undefined
  const set = await findBackupSet({
    backupFile: named(request.backupFile),
    backupDirectory: named(request.backupDirectory),
    publicFiles: named(request.publicFiles),
    privateFiles: named(request.privateFiles),
    siteConfig: named(request.siteConfig),
  })
  return readParts(set, {
    signal,
    backupKey: (await hasEncrypted(set)) ? ((await backupKey()) ?? undefined) : undefined,
    onPart: (part, read, total) => onProgress({ bytesDone: read, bytesTotal: total, table: part.path }),
  })
}

const hasEncrypted = async ({ database, publicFiles, privateFiles, siteConfig }: BackupSet): Promise<boolean> => {
  for (const part of [database, publicFiles, privateFiles, siteConfig])
    if (part !== null && (await isEncrypted(part.path))) return true
  return false
}

/** The key is asked for where it comes from here too: the site may have it, and its loss may be accepted. */
const ASKED_HERE = new Set(['encryption-key-missing'])

/** What stands against using the backup on this bench and this server. */
export function verdictOn(
  backup: BackupFacts,
  facts: BenchFacts,
  server: ServerFacts | null,
  freeFileBytes: number,
): Finding[] {
  const found = judgeBackup(backup, {
    databaseType: 'mariadb',
    ...(server === null
      ? {}
      : {
          serverVersion: server.version,
          collations: new Set(server.collations),
          maxAllowedPacket: server.maxAllowedPacket,
        }),
    ...(facts.frappeVersion === null ? {} : { frappeVersion: facts.frappeVersion }),
    apps: facts.apps.map(({ name }) => name),
    freeFileBytes,
  })
  return found
    .filter(({ id }) => !ASKED_HERE.has(id))
    .map(({ cause, ...finding }) => ({ ...finding, ...(cause === undefined ? {} : { cause }) }))
}

import { join } from 'node:path'
import { z } from 'zod'
import type { Change } from './change.ts'
import { storeFile } from './stored-file.ts'

const Params = z.object({ configFiles: z.array(z.string()) })
type Params = z.infer<typeof Params>

export type SafetyBackup = {
  file: string
  bytes: number
  sha256: string
  tables: number
  verified: string[]
  milliseconds: number
}

/**
 * A verified copy of the database and of the configuration files, made while the site is live. It is the last resort:
 * a rollback never reads it.
 */
export const safetyBackup: Change<Params, null, SafetyBackup> = {
  kind: 'safety-backup',
  undo: 'exact',
  params: Params,
  describe: () => 'Back up the database and verify the backup (site stays live)',
  inspect: async () => ({ state: 'pending' }),
  prepare: async () => null,
  apply: async (context, { configFiles }) => {
    const started = performance.now()
    for (const path of configFiles) await storeFile(context, await context.host.readFile(path))
    const database = await context.database()
    const total = await database.totalBytes()
    const file = `safety-backup.${database.kind === 'sqlite' ? 'sqlite' : 'sql'}.zst`
    const done = await database.backup(join(context.vault, file), {
      signal: context.signal,
      onProgress: (bytes) => context.report({ done: bytes, total, unit: 'bytes', what: 'backing up' }),
      onChild: async (pid) => {
        const identity = await context.host.processIdentity(pid)
        if (identity) await context.child(identity, 'mariadb-dump')
      },
    })
    return {
      file,
      bytes: done.bytes,
      sha256: done.sha256,
      tables: done.tables,
      verified: done.verified,
      milliseconds: Math.round(performance.now() - started),
    }
  },
  // Kept until cleanup retires the run.
  revert: async () => [],
}

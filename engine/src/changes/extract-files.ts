import { basename, join } from 'node:path'
import { z } from 'zod'
import { BackupFile, readBackupFile } from './backup-file.ts'
import type { Change, ChangeContext, Kept } from './change.ts'
import { ArchiveLayer } from './lay-archive.ts'
import { readStored, storeFile } from './stored-file.ts'

const Params = z.object({
  archive: BackupFile,
  side: z.enum(['public', 'private']),
  /** A directory of a name nobody serves; made here. */
  to: z.string(),
  files: z.number(),
  bytes: z.number(),
})
type Params = z.infer<typeof Params>

/** One file as it was laid: size and SHA-256. */
const ManifestFile = z.record(z.string(), z.object({ bytes: z.number(), sha256: z.string() }))

/** Digest of the manifest in the vault. */
type Laid = { manifest: string; files: number; bytes: number }

/** Lays the files of an archive beside those of the site, each with its hash recorded; nothing serves them yet. */
export const extractFiles: Change<Params, null, Laid> = {
  kind: 'extract-files',
  undo: 'exact',
  params: Params,
  describe: ({ side, to, files }) => `Lay ${files} ${side} file${files === 1 ? '' : 's'} of the backup beside (${to})`,
  inspect: async () => ({ state: 'pending' }),
  prepare: async () => null,
  apply: async (context, params) => {
    await context.host.remove(params.to, { recursive: true })
    await context.host.makeDirectory(params.to)
    const layer = new ArchiveLayer(params.side, params.to)
    let done = 0
    try {
      await readBackupFile(params.archive, context, async (chunk) => {
        await layer.push(chunk)
        done = Math.min(done + chunk.length, params.bytes)
        context.report({ done, total: params.bytes, unit: 'bytes', what: `laying ${params.side} files` })
      })
    } finally {
      await layer.close()
    }
    const { manifest } = layer
    // One call for all of them: a sync of each file would cost more than laying it.
    const synced = await context.host.run({ argv: ['sync', '-f', params.to], timeoutMilliseconds: 600_000 })
    if (synced.exitCode !== 0) throw new Error(`sync -f ${params.to}: ${synced.stderr.trim()}`)
    const laid = Object.values(manifest)
    return {
      manifest: await storeFile(context, Buffer.from(JSON.stringify(manifest))),
      files: laid.length,
      bytes: laid.reduce((sum, { bytes }) => sum + bytes, 0),
    }
  },
  revert: async (context, { to }, _before, after) => {
    if ((await context.host.status(to)) === null) return asideOf(context, to)
    const others = after === undefined || context.onConflict === 'restore' ? [] : await changedFiles(context, to, after)
    if (others.length === 0) {
      await context.host.remove(to, { recursive: true })
      return []
    }
    await context.host.makeDirectory(join(context.benchPath, 'archived', 'migrator'))
    await context.host.rename(to, asidePath(context, to))
    return asideOf(context, to)
  },
}

/** Files that were uploaded, changed or removed since they were laid: by name and size alone, which is what an upload changes. */
async function changedFiles(context: ChangeContext, directory: string, after: Laid): Promise<string[]> {
  const manifest = ManifestFile.parse(JSON.parse((await readStored(context, after.manifest)).toString()))
  const changed: string[] = []
  const walk = async (below: string): Promise<void> => {
    for (const name of await context.host.list(join(directory, below))) {
      const path = below === '' ? name : `${below}/${name}`
      const found = await context.host.status(join(directory, path))
      if (found?.kind === 'directory') await walk(path)
      else if (manifest[path]?.bytes !== found?.bytes) changed.push(path)
    }
  }
  await walk('')
  return changed
}

const asidePath = (context: ChangeContext, path: string): string =>
  join(context.benchPath, 'archived', 'migrator', `${context.runId}-${basename(path).replace(/^\.+/, '')}`)

/** Read from the archive itself, so that a rollback that goes on after a kill still lists it. */
async function asideOf(context: ChangeContext, path: string): Promise<Kept[]> {
  const aside = asidePath(context, path)
  if ((await context.host.status(aside)) === null) return []
  return [
    { what: path, left: 'the files of the backup', now: `others put files there since; all of them are in ${aside}` },
  ]
}

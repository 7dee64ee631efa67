import { z } from 'zod'
import { MigratorError } from '../host/errors.ts'
import type { Change, ChangeContext } from './change.ts'
import { holdersOf } from './open-files.ts'

const Params = z.object({ path: z.string() })

/** What tells that it is still the very file: its place on the disk, its length, and when it was last written. */
const Seen = z.object({ inode: z.number(), bytes: z.number(), modified: z.number() })
type Seen = z.infer<typeof Seen>

const MINUTES = 60_000
/** A gigabyte takes some ten seconds on a slow disk. */
const PATIENCE_MILLISECONDS = 120 * MINUTES

const packed = (path: string): string => `${path}.gz`

/** Compresses a file that nobody holds open, beside itself; the file goes when what was written can be read to its end. */
export const compressFile: Change<z.infer<typeof Params>, Seen, null> = {
  kind: 'compress-file',
  undo: 'exact',
  params: Params,
  describe: ({ path }) => `Compress ${path} (gzip)`,
  inspect: async ({ host }, { path }, { before }) => {
    const [plain, compressed] = [await host.status(path), await host.status(packed(path))]
    if (plain === null) return { state: compressed === null ? 'undone' : 'applied' }
    if (compressed === null) return { state: before === undefined ? 'pending' : 'undone' }
    if (before !== undefined) return { state: 'partial' }
    return { state: 'conflict', before: 'no compressed file', after: packed(path), now: `${packed(path)} is there` }
  },
  prepare: async (context, { path }) => {
    if ((await context.host.status(packed(path))) !== null) throw refused(path, `${packed(path)} is there already`)
    await closedOrRefused(context, path)
    const seen = await look(context, path)
    if (seen === null) throw refused(path, 'it is gone')
    return seen
  },
  apply: async (context, { path }, before) => {
    const now = await look(context, path)
    if (now === null) return null
    if (!isSame(now, before)) throw refused(path, 'it was written to meanwhile')
    await closedOrRefused(context, path)
    // What a killed run left is no whole file.
    await context.host.remove(packed(path))
    await gzip(context, '--keep', path)
    await gzip(context, '--test', packed(path))
    await context.host.remove(path)
    return null
  },
  revert: async (context, { path }, before) => {
    const [now, compressed] = [await look(context, path), await context.host.status(packed(path))]
    if (compressed === null) return []
    // Half of a file that a killed rollback unpacked is ours to throw away; any other is somebody's new log.
    const half = context.progress().some(({ event }) => event === 'unpacking')
    if (now !== null && !isSame(now, before) && !half)
      return [{ what: path, left: `compressed as ${packed(path)}`, now: 'a new file stands there' }]
    if (now === null || !isSame(now, before)) {
      await context.journal({ event: 'unpacking' })
      await gzip(context, '--decompress', '--keep', packed(path))
    }
    await context.host.remove(packed(path))
    return []
  },
}

async function look({ host }: ChangeContext, path: string): Promise<Seen | null> {
  const status = await host.status(path)
  return status === null ? null : { inode: status.inode, bytes: status.bytes, modified: status.modified ?? 0 }
}

const isSame = (one: Seen, other: Seen): boolean =>
  one.inode === other.inode && one.bytes === other.bytes && one.modified === other.modified

async function closedOrRefused({ host }: ChangeContext, path: string): Promise<void> {
  const { pids } = await holdersOf(host, path)
  if (pids.length > 0) throw refused(path, `process ${pids.join(', ')} holds it open`)
}

const refused = (path: string, why: string): MigratorError =>
  new MigratorError({
    code: 'file-in-use',
    kind: 'refused',
    message: `${path} is not compressed: ${why}.`,
    untouched: 'The file is as it was.',
    hint: 'Look who writes it, and let logrotate turn it over.',
    failureClass: 'configuration',
  })

async function gzip(context: ChangeContext, ...words: string[]): Promise<void> {
  const done = await context.host.run({
    ...{ argv: ['gzip', '--force', ...words], timeoutMilliseconds: PATIENCE_MILLISECONDS, signal: context.signal },
    onStart: (identity) => context.child(identity, 'gzip'),
  })
  if (done.exitCode === 0) return
  throw new MigratorError({
    code: 'gzip-failed',
    kind: 'failed',
    message: `gzip ${words.join(' ')} failed.`,
    evidence: (done.stderr || done.stdout).trim().slice(-300),
    untouched: 'The file that was to be compressed is as it was.',
    hint: 'See whether the disk has room: df -h',
    failureClass: 'configuration',
  })
}

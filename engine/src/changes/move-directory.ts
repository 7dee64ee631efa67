import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { MigratorError } from '../host/errors.ts'
import { systemCode } from '../host/local/files.ts'
import type { Change, ChangeContext, Kept } from './change.ts'
import { writeObstacles } from './write-obstacle.ts'

const Params = z.object({ from: z.string(), to: z.string() })
type Params = z.infer<typeof Params>

/** Identifies the directory wherever it is called what. */
type Identity = { device: number; inode: number }

/** Renames a directory on its file system: one atomic step, whatever its size. */
export const moveDirectory: Change<Params, Identity, Identity> = {
  kind: 'move-directory',
  undo: 'exact',
  params: Params,
  describe: ({ from, to }) => `Rename the directory ${from} → ${to}`,
  inspect: async (context, { from, to }, { before }) => {
    if (!before) return (await identityOf(context, to)) === null ? { state: 'pending' } : conflict('taken', from, to)
    const place = await locate(context, from, to, before)
    if (place === 'to') return { state: 'applied' }
    return place === 'from' ? { state: 'pending' } : conflict(place, from, to)
  },
  prepare: async (context, { from }) => {
    const found = await identityOf(context, from)
    if (!found) throw missing(from)
    return found
  },
  apply: async (context, { from, to }, before) => {
    if ((await locate(context, from, to, before)) !== 'to') await rename(context, from, to)
    return before
  },
  revert: async (context, { from, to }, before) => {
    const place = await locate(context, from, to, before)
    if (place === 'from') return asideOf(context, from)
    if (place !== 'to') throw missing(to)
    if (await isSite(context, from)) throw occupied(from)
    await setAside(context, from)
    await rename(context, to, from)
    return asideOf(context, from)
  },
  lookBeforeRevert: async (context, { from, to }, before) => {
    const place = await locate(context, from, to, before)
    if (place === 'from') return []
    if (place !== 'to')
      return [{ what: `${to} is gone`, remedy: `Find the site's directory and move it back to ${to}.` }]
    if (await isSite(context, from)) return [{ what: `${from} is a site of its own by now`, remedy: moveAway(from) }]
    return writeObstacles(context, dirname(to))
  },
}

/** A directory with a configuration is a site that somebody made, never a stray folder. */
const isSite = async (context: ChangeContext, path: string): Promise<boolean> =>
  (await context.host.status(join(path, 'site_config.json'))) !== null

const moveAway = (path: string): string =>
  `Rename that site (rename-domain), or move its directory out of sites/: ${path}.`

const occupied = (path: string): MigratorError =>
  new MigratorError({
    code: 'directory-occupied',
    kind: 'attention',
    message: `Another site stands where the renamed one came from: ${path}.`,
    untouched: 'Neither of the two directories was moved.',
    hint: `${moveAway(path)} Then try again.`,
    failureClass: 'configuration',
  })

/**
 * Where the directory is now: by its inode; where that is gone from both names (the bench was copied to another disk since), by which
 * name exists.
 */
async function locate(
  context: ChangeContext,
  from: string,
  to: string,
  before: Identity,
): Promise<'from' | 'to' | 'neither' | 'unclear'> {
  const [atFrom, atTo] = await Promise.all([identityOf(context, from), identityOf(context, to)])
  if (same(atTo, before)) return 'to'
  if (same(atFrom, before)) return 'from'
  if (atFrom && atTo) return 'unclear'
  return atTo ? 'to' : atFrom ? 'from' : 'neither'
}

const same = (one: Identity | null, other: Identity): boolean =>
  one !== null && one.device === other.device && one.inode === other.inode

async function identityOf(context: ChangeContext, path: string): Promise<Identity | null> {
  const found = await context.host.status(path)
  return found && { device: found.device, inode: found.inode }
}

const conflict = (now: string, from: string, to: string) =>
  ({ state: 'conflict', before: `the site in ${from}`, after: `the site in ${to}`, now }) as const

const missing = (path: string): MigratorError =>
  new MigratorError({
    code: 'directory-missing',
    kind: 'attention',
    message: `The site's directory is not where it should be: ${path}.`,
    untouched: 'Nothing was moved.',
    hint: `Find it and move it back to ${path}, then try again.`,
    failureClass: 'configuration',
  })

const asidePath = (context: ChangeContext, path: string): string =>
  join(context.benchPath, 'archived', 'migrator', `${context.runId}-${basename(path)}`)

/** A directory that came up under the old name meanwhile (a stray log folder) must not keep the site from coming back. */
async function setAside(context: ChangeContext, path: string): Promise<void> {
  if ((await context.host.status(path)) === null) return
  await context.host.makeDirectory(dirname(asidePath(context, path)))
  await rename(context, path, asidePath(context, path))
}

/** Read from the archive itself, so that a rollback that goes on after a kill still lists it. */
async function asideOf(context: ChangeContext, path: string): Promise<Kept[]> {
  const aside = asidePath(context, path)
  if ((await context.host.status(aside)) === null) return []
  return [{ what: path, left: 'nothing stood there', now: `something new stood there; it was moved to ${aside}` }]
}

async function rename(context: ChangeContext, from: string, to: string): Promise<void> {
  try {
    await context.host.rename(from, to)
  } catch (cause) {
    const reasons: Record<string, string> = {
      EEXIST: 'the target exists',
      EXDEV: 'the directory is a mount point of its own',
      EBUSY: 'the directory is a mount point of its own',
      EACCES: 'no right to write in the parent directory',
      EPERM: 'no right to write in the parent directory',
      EROFS: 'the file system is read-only',
    }
    const code = systemCode(cause) ?? ''
    throw new MigratorError({
      code: 'rename-failed',
      kind: 'failed',
      message: `${from} could not be renamed to ${to}: ${reasons[code] ?? 'the system refused'}.`,
      evidence: code,
      untouched: 'The directory stands where it stood.',
      hint: 'With --rename-directory no the directory keeps its name and nginx maps the new name to it.',
      failureClass: code === 'EACCES' || code === 'EPERM' || code === 'EROFS' ? 'permission' : 'configuration',
      cause,
    })
  }
}

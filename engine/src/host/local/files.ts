import { lstat, mkdir, open, readdir, readFile, readlink, realpath, rename, rm, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { FileStatus } from '../host.ts'

export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

export async function status(path: string): Promise<FileStatus | null> {
  try {
    const found = await lstat(path)
    const kind = found.isFile()
      ? 'file'
      : found.isDirectory()
        ? 'directory'
        : found.isSymbolicLink()
          ? 'symlink'
          : 'other'
    return {
      kind,
      bytes: found.size,
      mode: found.mode & 0o7777,
      userId: found.uid,
      groupId: found.gid,
      device: found.dev,
      inode: found.ino,
      modified: found.mtimeMs,
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return null
    throw error
  }
}

/** Makes the names in a directory durable. */
export async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The file a write really goes to: links are followed, a name that does not exist yet stays. */
export async function writeTarget(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    if (systemCode(error) === 'ENOENT')
      return join(await realpath(dirname(path)), path.slice(path.lastIndexOf('/') + 1))
    throw error
  }
}

/** Where the new content of a file stands until it is whole: one name for each file, so that what a killed writer left is found. */
export const unfinishedOf = (target: string): string => join(dirname(target), `.${basename(target)}.migrator`)
/** The same, whole and durable, while it is being copied over a file that cannot be replaced. */
export const inPlaceOf = (target: string): string => `${unfinishedOf(target)}-in-place`

/** What a killed writer of this file left beside it: content not yet whole, content being copied in place. */
export async function findUnfinished(
  path: string,
): Promise<{ target: string; partial: string | null; whole: string | null }> {
  const nothing = { target: path, partial: null, whole: null }
  if ((await status(dirname(path))) === null) return nothing
  const target = await writeTarget(path)
  const present = async (name: string) => ((await status(name)) === null ? null : name)
  return { target, partial: await present(unfinishedOf(target)), whole: await present(inPlaceOf(target)) }
}

/** See Host.settleUnfinished. */
export async function settleUnfinished(path: string): Promise<void> {
  const { target, partial, whole } = await findUnfinished(path)
  if (whole !== null) {
    await writeInPlace(target, await readFile(whole))
    await removeDurably(whole, false)
  }
  if (partial !== null) await removeDurably(partial, false)
}

/** See Host.writeFile. */
export async function writeFileAtomic(path: string, content: Buffer | string, mode: number | undefined): Promise<void> {
  const target = await writeTarget(path)
  const existing = await status(target)
  const temporary = unfinishedOf(target)
  await rm(temporary, { force: true })
  const handle = await open(temporary, 'wx', mode ?? existing?.mode ?? 0o644)
  try {
    try {
      if (existing) {
        const own = await handle.stat()
        if (own.uid !== existing.userId || own.gid !== existing.groupId) {
          await handle.chown(existing.userId, existing.groupId)
        }
      }
      await handle.chmod(mode ?? existing?.mode ?? 0o644)
      await handle.writeFile(content)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, target)
  } catch (error) {
    if (systemCode(error) !== 'EBUSY' || !existing) {
      await rm(temporary, { force: true })
      throw error
    }
    await rename(temporary, inPlaceOf(target))
    await syncDirectory(dirname(target))
    try {
      await writeInPlace(target, content)
    } finally {
      await removeDurably(inPlaceOf(target), false)
    }
    return
  }
  await syncDirectory(dirname(target))
}

/** Only where rename is impossible: a file that is a mount point of its own (a container's /etc/hosts). */
async function writeInPlace(target: string, content: Buffer | string): Promise<void> {
  const handle = await open(target, 'r+')
  try {
    const bytes = Buffer.from(content)
    await handle.write(bytes, 0, bytes.length, 0)
    await handle.truncate(bytes.length)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

export async function makeDirectory(path: string, mode = 0o755): Promise<void> {
  await mkdir(path, { recursive: true, mode })
  await syncDirectory(dirname(path))
}

/** See Host.writeLink. */
export async function writeLinkDurably(path: string, text: string): Promise<void> {
  const temporary = unfinishedOf(path)
  await rm(temporary, { force: true })
  await symlink(text, temporary)
  await rename(temporary, path)
  await syncDirectory(dirname(path))
}

export async function renameDurably(from: string, to: string): Promise<void> {
  if ((await status(to)) !== null) {
    throw Object.assign(new Error(`EEXIST: ${to} exists, ${from} was not renamed`), { code: 'EEXIST' })
  }
  await rename(from, to)
  await syncDirectory(dirname(to))
  if (dirname(from) !== dirname(to)) await syncDirectory(dirname(from))
}

export async function removeDurably(path: string, recursive: boolean): Promise<void> {
  await rm(path, { force: true, recursive })
  if ((await status(dirname(path))) !== null) await syncDirectory(dirname(path))
}

export const readWholeFile = (path: string): Promise<Buffer> => readFile(path)
export const readNames = async (path: string): Promise<string[]> => (await readdir(path)).sort()
export const readLinkTarget = (path: string): Promise<string> => readlink(path)
export const resolvePath = (path: string): Promise<string> => realpath(path)

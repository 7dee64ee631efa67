import { dirname } from 'node:path'
import type { FileStatus } from '../host.ts'
import { systemCode } from '../local/files.ts'
import { shellWord as word } from '../shell-word.ts'
import type { ActorShell } from './actor-shell.ts'

const FORMAT = 0o170000
/** S_IFMT of stat(2). */
const KINDS = new Map<number, FileStatus['kind']>([
  [0o100000, 'file'],
  [0o040000, 'directory'],
  [0o120000, 'symlink'],
])

/** See Host.status. `%.9Y`: seconds with nine digits after the point. */
export async function status(shell: ActorShell, path: string): Promise<FileStatus | null> {
  let text: string
  try {
    text = (await shell.read(`stat -c '%f %s %u %g %d %i %.9Y' -- ${word(path)}`, `lstat '${path}'`)).toString()
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return null
    throw error
  }
  const [mode = '', bytes, userId, groupId, device, inode, modified = ''] = text.trim().split(' ')
  const bits = Number.parseInt(mode, 16)
  const [seconds, nanoseconds] = modified.split('.').map(Number)
  return {
    kind: KINDS.get(bits & FORMAT) ?? 'other',
    bytes: Number(bytes),
    mode: bits & 0o7777,
    userId: Number(userId),
    groupId: Number(groupId),
    device: Number(device),
    inode: Number(inode),
    modified: (seconds ?? 0) * 1000 + (nanoseconds ?? 0) / 1e6,
  }
}

export const readWholeFile = (shell: ActorShell, path: string): Promise<Buffer> =>
  shell.read(`cat -- ${word(path)}`, `open '${path}'`)

/** What stands before a name in a directory is told too, so that a file that is no directory is an error. */
export async function readNames(shell: ActorShell, path: string): Promise<string[]> {
  const inside = word(`${path}/.`)
  const output = await shell.read(`find ${inside} -mindepth 1 -maxdepth 1 -printf '%f\\0'`, `scandir '${path}'`)
  return output.toString().split('\0').slice(0, -1).sort()
}

export async function readLinkTarget(shell: ActorShell, path: string): Promise<string> {
  return withoutEnd(await shell.read(`readlink -vz -- ${word(path)}`, `readlink '${path}'`))
}

export async function resolvePath(shell: ActorShell, path: string): Promise<string> {
  return withoutEnd(await shell.read(`realpath -ez -- ${word(path)}`, `realpath '${path}'`))
}

/** Both put a zero byte after the name. */
const withoutEnd = (output: Buffer): string => output.toString('utf8', 0, output.length - 1)

/** @param what `%a` blocks (of `%S` bytes each) for who is not root, `%d` inodes: stat -f */
async function freeOf(shell: ActorShell, path: string, what: string): Promise<number> {
  const asked = `stat -f -c '${what}' --`
  const script = `if [ -e ${word(path)} ]; then ${asked} ${word(path)}; else ${asked} ${word(dirname(path))}; fi`
  const numbers = (await shell.read(script, `statfs '${path}'`)).toString().trim().split(' ').map(Number)
  return numbers.reduce((product, number) => product * number, 1)
}

export const freeBytes = (shell: ActorShell, path: string): Promise<number> => freeOf(shell, path, '%a %S')
export const freeInodes = (shell: ActorShell, path: string): Promise<number> => freeOf(shell, path, '%d')

import { closeSync, openSync, readSync } from 'node:fs'
import { readdir, readFile, readlink, stat } from 'node:fs/promises'
import type { Listener, ProcessFacts, ProcessIdentity } from '../host.ts'

let bootIdRead: Promise<string> | undefined

function bootId(): Promise<string> {
  bootIdRead ??= readFile('/proc/sys/kernel/random/boot_id', 'utf8').then((text) => text.trim())
  return bootIdRead
}

async function orNull<Result>(work: Promise<Result>): Promise<Result | null> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null
    throw error
  }
}

/** Fields 4 (parent) and 22 (start time) of /proc/<pid>/stat; the command in parentheses may hold anything (proc(5)). */
export function parseStat(text: string): { state: string; parent: number; startTime: string } | null {
  const rest = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const [state, parent] = rest
  const startTime = rest[19]
  if (state === undefined || parent === undefined || startTime === undefined) return null
  return { state, parent: Number(parent), startTime }
}

/** null when the process is gone or only a zombie is left of it. */
export async function processIdentity(pid: number): Promise<ProcessIdentity | null> {
  const text = await orNull(readFile(`/proc/${pid}/stat`, 'utf8'))
  const stat = text === null ? null : parseStat(text)
  if (!stat || stat.state === 'Z' || stat.state === 'X') return null
  return { pid, startTime: stat.startTime, bootId: await bootId() }
}

/** See Host.isHiddenProcess: the system answers even where /proc hides processes of others (hidepid). */
export async function isHiddenProcess(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/**
 * Reads small files of /proc into one buffer: they tell no size, so that Node would take a new 64 KiB for each.
 * null when the process is gone or may not be seen.
 */
function procReader(): (path: string) => string | null {
  const buffer = Buffer.allocUnsafe(64 << 10)
  return (path) => {
    let descriptor: number | null = null
    try {
      descriptor = openSync(path, 'r')
      let length = 0
      for (let read = 1; read > 0 && length < buffer.length; length += read)
        read = readSync(descriptor, buffer, length, buffer.length - length, null)
      return buffer.toString('utf8', 0, length)
    } catch (error) {
      if (error instanceof Error && 'code' in error) return null
      throw error
    } finally {
      if (descriptor !== null) closeSync(descriptor)
    }
  }
}

/** What /proc puts behind the path of a program that is gone. */
export const DELETED = ' (deleted)'

/** An upgrade puts a new file in the place of the old one: then nothing is lost. */
async function lostProgram(program: string | null): Promise<string | null> {
  if (!program?.endsWith(DELETED)) return null
  const path = program.slice(0, -DELETED.length)
  return (await orNull(stat(path))) === null ? path : null
}

/** Every process that may be seen, read from /proc; other users' directories stay null. */
export async function processes(): Promise<ProcessFacts[]> {
  const readProc = procReader()
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const boot = await bootId()
  const found = await Promise.all(
    pids.map(async (pid): Promise<ProcessFacts | null> => {
      const [statText, commandLine, status] = ['stat', 'cmdline', 'status'].map((file) =>
        readProc(`/proc/${pid}/${file}`),
      )
      const [directory, program] = await Promise.all(
        ['cwd', 'exe'].map((link) => orNull(readlink(`/proc/${pid}/${link}`))),
      )
      const parsed = parseStat(statText ?? '')
      if (!parsed || parsed.state === 'Z' || typeof commandLine !== 'string' || typeof status !== 'string') return null
      const userId = Number(/^Uid:\s+(\d+)/m.exec(status)?.[1] ?? -1)
      const argv = commandLine.split('\0').filter((part, index, all) => index < all.length - 1 || part !== '')
      return {
        ...{ pid, startTime: parsed.startTime, bootId: boot, parent: parsed.parent, userId, argv },
        directory: directory ?? null,
        lostProgram: await lostProgram(program ?? null),
      }
    }),
  )
  return found.filter((entry) => entry !== null)
}

function parseAddress(text: string): { address: string; port: number } | null {
  const [hexAddress, hexPort] = text.split(':')
  if (hexAddress === undefined || hexPort === undefined) return null
  const port = Number.parseInt(hexPort, 16)
  if (hexAddress.length === 8) {
    const bytes = hexAddress.match(/../g)?.reverse() ?? []
    return { address: bytes.map((byte) => Number.parseInt(byte, 16)).join('.'), port }
  }
  if (/^0+$/.test(hexAddress)) return { address: '::', port }
  if (/^0{24}01000000$/i.test(hexAddress)) return { address: '::1', port }
  return { address: `ipv6:${hexAddress}`, port }
}

async function socketOwners(): Promise<Map<string, number>> {
  const owners = new Map<string, number>()
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  await Promise.all(
    pids.map(async (pid) => {
      const descriptors = (await orNull(readdir(`/proc/${pid}/fd`))) ?? []
      for (const descriptor of descriptors) {
        const target = await orNull(readlink(`/proc/${pid}/fd/${descriptor}`))
        const inode = target === null ? undefined : /^socket:\[(\d+)\]$/.exec(target)?.[1]
        if (inode !== undefined && !owners.has(inode)) owners.set(inode, Number(pid))
      }
    }),
  )
  return owners
}

/** Listening TCP sockets of one of the kernel's tables (proc(5)); `owners` by inode. */
export function parseListeners(table: string, owners: ReadonlyMap<string, number>): Listener[] {
  return table
    .split('\n')
    .slice(1)
    .flatMap((line): Listener[] => {
      const fields = line.trim().split(/\s+/)
      const [, local, , state] = fields
      const inode = fields[9]
      if (local === undefined || state !== '0A' || inode === undefined) return []
      const parsed = parseAddress(local)
      return parsed ? [{ protocol: 'tcp', ...parsed, pid: owners.get(inode) ?? null }] : []
    })
}

/** Listening TCP sockets; pid is null where the owner may not be seen. */
export async function listeners(): Promise<Listener[]> {
  const owners = await socketOwners()
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map((path) => orNull(readFile(path, 'utf8'))))
  return tables.flatMap((table) => parseListeners(table ?? '', owners))
}

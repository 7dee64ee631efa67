import { randomUUID } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import type { Host } from '../host/host.ts'
import { systemCode } from '../host/local/files.ts'
import { localHost } from '../host/local/index.ts'
import { mayWrite } from '../host/may-write.ts'
import { locked, lockLost, orphaned, stateUnwritable } from './lock-errors.ts'
import { hostOf, isGone, type LockOwner, nameOf, ownerOf, readOwner } from './lock-owner.ts'
import { benchHome, type RunHome } from './run-home.ts'

/** How long a lock may stand whose owner file cannot be read, and what is left of locks that were taken over. */
const UNREADABLE_MILLISECONDS = 5000
const TOMBSTONE_MILLISECONDS = 3600_000
const PAUSE_MILLISECONDS = 300

/** What a lock keeps others from: a bench at once; a machine's shared files, and records, are waited for, up to two minutes. */
export type Locked = 'bench' | 'machine' | 'records'
const ATTEMPTS: Record<Locked, number> = { bench: 20, machine: 400, records: 400 }

interface Lock {
  host: Host
  path: string
  what: Locked
}

/** Files such as /etc/hosts and nginx's belong to all benches of a machine; TMPDIR is each user's own, so it is not asked. */
const MACHINE_LOCKS = ['/run/lock', '/tmp']

export interface BenchToLock {
  host: Host
  benchPath: string
  /** Whether the run edits files there that other benches of the machine share. */
  touchesMachine: boolean
}

export interface LockingRun {
  id: string
  /** Its process may be on another machine than the bench. */
  overPlaces: boolean
}

/** @throws MigratorError `lock-lost` when somebody removed or took over a lock of this process */
export type StillHeld = () => Promise<void>

/**
 * Holds the locks of all benches while the work runs, and those of their machines where files outside the bench are edited. A lock
 * whose process is gone (pid, start time and boot id, on its machine) is taken over; one bench named twice is locked once.
 * @throws MigratorError `bench-locked` or `machine-locked` naming the holder, `state-unwritable`.
 */
export async function withLocks<Result>(
  benches: readonly BenchToLock[],
  run: LockingRun,
  work: (stillHeld: StillHeld) => Promise<Result>,
): Promise<Result> {
  const owner = await ownerOf(run, randomUUID())
  const locks: Lock[] = benches.map(({ host, benchPath }) => ({
    ...{ host, what: 'bench' },
    path: join(benchHome(benchPath).path, 'lock'),
  }))
  for (const { host, touchesMachine } of benches)
    if (touchesMachine) locks.push({ host, what: 'machine', path: await machineLock(host) })
  const stillHeld = async () => {
    for (const { host, path, what } of locks)
      if ((await readOwner(host, path))?.token !== owner.token) throw lockLost(path, what, run.id)
  }
  return holdAll(locks, owner, () => work(stillHeld))
}

/** Held while the records that runs of one user share are written, when no bench's lock keeps others from them. */
export async function withRecords<Result>(home: RunHome, runId: string, work: () => Promise<Result>): Promise<Result> {
  if (home.kind === 'bench') return work()
  const owner = await ownerOf({ id: runId, overPlaces: false }, randomUUID())
  return holdAll([{ host: localHost(), what: 'records', path: join(home.path, 'lock') }], owner, work)
}

async function holdAll<Result>(
  [first, ...rest]: readonly Lock[],
  owner: LockOwner,
  work: () => Promise<Result>,
): Promise<Result> {
  if (first === undefined) return work()
  const taken = await take(first, owner)
  try {
    return await holdAll(rest, owner, work)
  } finally {
    if (taken) await release(first, owner)
  }
}

async function machineLock(host: Host): Promise<string> {
  for (const directory of MACHINE_LOCKS)
    if (await mayWrite(host, directory)) return join(directory, 'frappe-migrator.lock')
  throw new Error(`no directory for locks among ${MACHINE_LOCKS.join(', ')} of ${host.name}`)
}

/** Away under its name at once: a lock half removed would look like one that is just being made. */
async function release({ host, path }: Lock, owner: LockOwner): Promise<void> {
  if ((await readOwner(host, path))?.token !== owner.token) return
  const released = `${path}.${randomUUID()}`
  await host.rename(path, released)
  await host.remove(released, { recursive: true })
}

/** False when this process holds it already: two names may lead to one bench, two benches stand on one machine. */
async function take(lock: Lock, owner: LockOwner): Promise<boolean> {
  const { host, path, what } = lock
  await makeStateDirectory(lock)
  const unreadable = { inode: 0, since: Date.now() }
  for (let attempt = 1; attempt <= ATTEMPTS[what]; attempt += 1) {
    if (await putLock(lock, owner)) return true
    const holder = await readOwner(host, path)
    if (holder?.token !== undefined && holder.token === owner.token) return false
    if (holder === null) {
      const inode = (await host.status(path))?.inode ?? 0
      if (unreadable.inode !== inode) Object.assign(unreadable, { inode, since: Date.now() })
      if (inode !== 0 && Date.now() - unreadable.since > UNREADABLE_MILLISECONDS) await buryDead(lock, `inode-${inode}`)
    } else if (await isGone(host, holder)) {
      await buryDead(lock, nameOf(holder))
      continue
    } else if (what === 'bench' || attempt === ATTEMPTS[what]) throw locked(path, what, holder)
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS))
  }
  throw locked(path, what, null)
}

async function makeStateDirectory({ host, path, what }: Lock): Promise<void> {
  if (what === 'machine') return
  const state = dirname(path)
  const wanted = what === 'bench' ? join(state, 'runs') : state
  if ((await host.status(wanted)) !== null) return
  for (const directory of new Set([state, wanted]))
    await host.makeDirectory(directory, 0o700).catch((error: unknown) => {
      throw stateUnwritable(state, error)
    })
}

/** Made beside and renamed into place with its owner file in it, so that a lock never stands without its owner. False: there is one. */
async function putLock({ host, path, what }: Lock, owner: LockOwner): Promise<boolean> {
  const made = `${path}.${randomUUID()}`
  const open = what === 'machine'
  await host.makeDirectory(made, open ? 0o755 : 0o700).catch((error: unknown) => {
    throw stateUnwritable(dirname(path), error)
  })
  try {
    await host.writeFile(join(made, 'owner.json'), `${JSON.stringify(owner)}\n`, { mode: open ? 0o644 : 0o600 })
    // Never over a lock that stands: rename(2) refuses a directory that is not empty.
    await host.rename(made, path)
    return true
  } catch (error) {
    await host.remove(made, { recursive: true })
    if (['EEXIST', 'ENOTEMPTY'].includes(systemCode(error) ?? '')) return false
    throw error
  }
}

/**
 * Moves a dead lock away under a name made of its owner, and leaves it there for a while. Of several that found it dead only the
 * first can: for the others the name is taken, so none of them moves the new lock that the first has made meanwhile.
 */
async function buryDead({ host, path, what }: Lock, dead: string): Promise<void> {
  const directory = dirname(path)
  const prefix = `${basename(path)}.dead-`
  for (const name of await host.list(directory)) {
    if (!name.startsWith(prefix)) continue
    const { modified } = (await host.status(join(directory, name))) ?? {}
    if (modified !== undefined && Date.now() - modified > TOMBSTONE_MILLISECONDS)
      await removeIfOurs(host, join(directory, name))
  }
  const tombstone = join(directory, `${prefix}${dead}`)
  try {
    await host.rename(path, tombstone)
    // Its time is from now on that of its burial.
    await host.writeFile(join(tombstone, 'buried'), '', { mode: 0o600 })
  } catch (error) {
    const code = systemCode(error) ?? ''
    if (['EEXIST', 'ENOTEMPTY', 'ENOENT'].includes(code)) return
    if (!['EACCES', 'EPERM'].includes(code)) throw error
    throw orphaned(path, what)
  }
}

async function removeIfOurs(host: Host, path: string): Promise<void> {
  await host.remove(path, { recursive: true }).catch((error: unknown) => {
    if (!['EACCES', 'EPERM'].includes(systemCode(error) ?? '')) throw error
  })
}

/**
 * Removes the lock that a run of another machine left on a bench: for when that machine is gone for good, and somebody said so.
 * True when there was one. Never that of a process which can be looked at and lives.
 */
export async function removeForeignLock(host: Host, benchPath: string, runId: string): Promise<boolean> {
  const lock: Lock = { host, what: 'bench', path: join(benchHome(benchPath).path, 'lock') }
  const owner = await readOwner(host, lock.path)
  if (owner?.machine === undefined || owner.run !== runId) return false
  if ((await hostOf(host, owner)) !== null && !(await isGone(host, owner))) throw locked(lock.path, lock.what, owner)
  await buryDead(lock, nameOf(owner))
  return true
}

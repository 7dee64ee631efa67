import { randomUUID } from 'node:crypto'
import { access, constants, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { MigratorError } from '../host/errors.ts'
import type { Host } from '../host/host.ts'
import { systemCode, writeFileAtomic } from '../host/local/files.ts'
import { makeStateDirectory } from './run-directory.ts'

const Owner = z.object({
  who: z.string(),
  when: z.string(),
  pid: z.number(),
  startTime: z.string(),
  bootId: z.string(),
  run: z.string(),
})

/** How long a lock may stand whose owner file cannot be read, and what is left of locks that were taken over. */
const UNREADABLE_MILLISECONDS = 5000
const TOMBSTONE_MILLISECONDS = 3600_000

async function readOwner(path: string): Promise<z.infer<typeof Owner> | null> {
  try {
    return Owner.parse(JSON.parse(await readFile(join(path, 'owner.json'), 'utf8')))
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null
    if (error instanceof SyntaxError || error instanceof z.ZodError) return null
    throw error
  }
}

/** A name for this one dead lock when nobody holds it any more, null while somebody does. */
async function deadLock(host: Host, path: string): Promise<string | null> {
  const owner = await readOwner(path)
  if (owner === null) {
    const made = await stat(path).catch(() => null)
    return made !== null && Date.now() - made.mtimeMs > UNREADABLE_MILLISECONDS ? `inode-${made.ino}` : null
  }
  const alive = await host.processIdentity(owner.pid)
  if (alive !== null && alive.startTime === owner.startTime && alive.bootId === owner.bootId) return null
  // A process of another user that may not be looked at (hidepid) cannot be called gone, unless the machine was restarted since.
  const own = await host.processIdentity(process.pid)
  if (alive === null && own?.bootId === owner.bootId && (await host.isHiddenProcess(owner.pid))) return null
  return `${owner.pid}-${owner.startTime}-${owner.bootId.slice(0, 8)}-${Date.parse(owner.when)}`
}

/** What a lock keeps others from. */
type Place = 'bench' | 'machine'

/** Files such as /etc/hosts and nginx's belong to all benches of a machine; TMPDIR is each user's own, so it is not asked. */
const MACHINE_LOCKS = ['/run/lock', '/tmp']

/**
 * Holds the bench's lock while the work runs, and the machine's too when files outside the bench are edited.
 * A lock whose process is gone (pid, start time and boot id) is taken over.
 * @throws MigratorError `bench-locked` or `machine-locked` naming the holder.
 */
export async function withLock<Result>(
  host: Host,
  benchPath: string,
  run: { id: string; touchesMachine: boolean },
  work: () => Promise<Result>,
): Promise<Result> {
  const bench = join(await makeStateDirectory(benchPath), 'lock')
  return holding(host, bench, 'bench', run.id, async () => {
    if (!run.touchesMachine) return work()
    return holding(host, await machineLock(), 'machine', run.id, work)
  })
}

async function machineLock(): Promise<string> {
  for (const directory of MACHINE_LOCKS) {
    const usable = await access(directory, constants.W_OK).then(
      () => true,
      () => false,
    )
    if (usable) return join(directory, 'frappe-migrator.lock')
  }
  throw new Error(`no directory for locks among ${MACHINE_LOCKS.join(', ')}`)
}

async function holding<Result>(
  host: Host,
  path: string,
  place: Place,
  runId: string,
  work: () => Promise<Result>,
): Promise<Result> {
  await take(host, path, place, runId)
  try {
    return await work()
  } finally {
    // Away under its name at once: a lock half removed would look like one that is just being made.
    const released = `${path}.${randomUUID()}`
    await rename(path, released)
    await rm(released, { recursive: true, force: true })
  }
}

async function take(host: Host, path: string, place: Place, runId: string): Promise<void> {
  for (let attempt = 0; attempt < (place === 'machine' ? 400 : 20); attempt += 1) {
    if (await putLock(host, path, place, runId)) return
    const dead = await deadLock(host, path)
    if (dead !== null) {
      await buryDead(path, place, dead)
      continue
    }
    const owner = await readOwner(path)
    // Another bench's run is over in moments: the machine's lock is waited for, up to two minutes.
    if (owner && (place === 'bench' || attempt === 399)) {
      const held = `run ${owner.run}, started by ${owner.who} at ${owner.when}, process ${owner.pid}`
      throw locked(
        path,
        place,
        `Another migrator works on this ${place}: ${held}.`,
        'Wait until it has finished. The lock of a process that is gone is taken over by itself; never delete it by hand.',
      )
    }
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
  throw locked(
    path,
    place,
    `Another migrator is just starting or stopping on this ${place}.`,
    'Try again in a few seconds.',
  )
}

/** Made beside and renamed into place with its owner file in it, so that a lock never stands without its owner. False: there is one. */
async function putLock(host: Host, path: string, place: Place, runId: string): Promise<boolean> {
  const own = await host.processIdentity(process.pid)
  const owner = {
    who: host.userName,
    when: new Date().toISOString(),
    run: runId,
    ...(own ?? { pid: process.pid, startTime: '', bootId: '' }),
  }
  const made = `${path}.${randomUUID()}`
  await mkdir(made, { mode: place === 'bench' ? 0o700 : 0o755 })
  try {
    await writeFileAtomic(join(made, 'owner.json'), `${JSON.stringify(owner)}\n`, place === 'bench' ? 0o600 : 0o644)
    // Never over a lock that stands: rename(2) refuses a directory that is not empty.
    await rename(made, path)
    return true
  } catch (error) {
    await rm(made, { recursive: true, force: true })
    if (['EEXIST', 'ENOTEMPTY'].includes(systemCode(error) ?? '')) return false
    throw error
  }
}

/**
 * Moves a dead lock away under a name made of its owner, and leaves it there for a while. Of several that found it dead only the
 * first can: for the others the name is taken, so none of them moves the new lock that the first has made meanwhile.
 */
async function buryDead(path: string, place: Place, dead: string): Promise<void> {
  const directory = dirname(path)
  const prefix = `${basename(path)}.dead-`
  for (const name of await readdir(directory)) {
    if (!name.startsWith(prefix)) continue
    const old = await stat(join(directory, name)).catch(() => null)
    if (old && Date.now() - old.ctimeMs > TOMBSTONE_MILLISECONDS) await removeIfOurs(join(directory, name))
  }
  try {
    await rename(path, join(directory, `${prefix}${dead}`))
  } catch (error) {
    const code = systemCode(error) ?? ''
    if (['EEXIST', 'ENOTEMPTY', 'ENOENT'].includes(code)) return
    if (!['EACCES', 'EPERM'].includes(code)) throw error
    throw locked(
      path,
      place,
      `A migrator of another user left the lock of this ${place} behind, and its process is gone.`,
      `Remove it as root: rm -r ${path}`,
    )
  }
}

async function removeIfOurs(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch((error: unknown) => {
    if (!['EACCES', 'EPERM'].includes(systemCode(error) ?? '')) throw error
  })
}

const locked = (path: string, place: Place, message: string, hint: string): MigratorError =>
  new MigratorError({
    code: `${place}-locked`,
    kind: 'refused',
    message,
    evidence: path,
    untouched: 'Nothing was changed.',
    hint,
  })

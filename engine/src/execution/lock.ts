import { randomUUID } from 'node:crypto'
import { access, constants, mkdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { MigratorError } from '../host/errors.ts'
import type { Host } from '../host/host.ts'
import { writeFileAtomic } from '../host/local/files.ts'
import { makeStateDirectory } from './run-directory.ts'

const Owner = z.object({
  who: z.string(),
  when: z.string(),
  pid: z.number(),
  startTime: z.string(),
  bootId: z.string(),
  run: z.string(),
})

/** How long a lock directory may stand without its owner file: its maker is between two system calls. */
const MAKING_MILLISECONDS = 5000

async function readOwner(path: string): Promise<z.infer<typeof Owner> | null> {
  try {
    return Owner.parse(JSON.parse(await readFile(join(path, 'owner.json'), 'utf8')))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    if (error instanceof SyntaxError || error instanceof z.ZodError) return null
    throw error
  }
}

async function isStale(host: Host, path: string): Promise<boolean> {
  const owner = await readOwner(path)
  if (owner === null) {
    const made = await stat(path).catch(() => null)
    return made !== null && Date.now() - made.mtimeMs > MAKING_MILLISECONDS
  }
  const alive = await host.processIdentity(owner.pid)
  return alive === null || alive.startTime !== owner.startTime || alive.bootId !== owner.bootId
}

/** What a lock keeps others from. */
type Place = 'bench' | 'machine'

/** Files such as /etc/hosts and nginx's belong to all benches of a machine. */
const MACHINE_LOCKS = ['/run/lock', tmpdir()]

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
    await rm(path, { recursive: true, force: true })
  }
}

async function take(host: Host, path: string, place: Place, runId: string): Promise<void> {
  for (let attempt = 0; attempt < (place === 'machine' ? 400 : 20); attempt += 1) {
    try {
      await mkdir(path, { mode: place === 'bench' ? 0o700 : 0o755 })
      const own = await host.processIdentity(process.pid)
      const owner = {
        who: host.userName,
        when: new Date().toISOString(),
        run: runId,
        ...(own ?? { pid: process.pid, startTime: '', bootId: '' }),
      }
      await writeFileAtomic(join(path, 'owner.json'), `${JSON.stringify(owner)}\n`, place === 'bench' ? 0o600 : 0o644)
      return
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
    if (await isStale(host, path)) {
      // Only one of several takers wins this rename; the others find the lock gone or new and look again.
      const aside = `${path}.stale-${randomUUID()}`
      await rename(path, aside).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error
      })
      await rm(aside, { recursive: true, force: true })
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

const locked = (path: string, place: Place, message: string, hint: string): MigratorError =>
  new MigratorError({
    code: `${place}-locked`,
    kind: 'refused',
    message,
    evidence: path,
    untouched: 'Nothing was changed.',
    hint,
  })

import { join } from 'node:path'
import { z } from 'zod'
import type { Host } from '../host/host.ts'
import { systemCode } from '../host/local/files.ts'
import { localHost } from '../host/local/index.ts'
import { isSameMachine, machineOf } from '../host/machine.ts'

/** Who holds a lock: written into it, so that others can say whom they wait for and whether that process is gone. */
export const LockOwner = z.object({
  who: z.string(),
  when: z.string(),
  pid: z.number(),
  startTime: z.string(),
  bootId: z.string(),
  run: z.string(),
  /** Tells one holder from all others; a process that lost its lock learns it so. Absent in locks of earlier versions. */
  token: z.string().exactOptional(),
  /** Where the process is, when its run is over several places; absent: on the machine of the bench. */
  machine: z.object({ name: z.string(), id: z.string() }).exactOptional(),
})
export type LockOwner = z.infer<typeof LockOwner>

/** null when there is no lock, or its owner cannot be read. */
export async function readOwner(host: Host, path: string): Promise<LockOwner | null> {
  try {
    return LockOwner.parse(JSON.parse((await host.readFile(join(path, 'owner.json'))).toString()))
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return null
    if (error instanceof SyntaxError || error instanceof z.ZodError) return null
    throw error
  }
}

/** This process as the owner of locks for a run. */
export async function ownerOf(run: { id: string; overPlaces: boolean }, token: string): Promise<LockOwner> {
  const here = localHost()
  const own = await here.processIdentity(process.pid)
  return {
    who: here.userName,
    when: new Date().toISOString(),
    run: run.id,
    ...(own ?? { pid: process.pid, startTime: '', bootId: '' }),
    token,
    ...(run.overPlaces ? { machine: await machineOf(here) } : {}),
  }
}

/**
 * Whether nobody holds the lock any more. A process of a third machine cannot be looked at from here: it counts as alive.
 * @param host the machine the lock lies on
 */
export async function isGone(host: Host, owner: LockOwner): Promise<boolean> {
  const judge = await hostOf(host, owner)
  if (judge === null) return false
  const alive = await judge.processIdentity(owner.pid)
  if (alive !== null && alive.startTime === owner.startTime && alive.bootId === owner.bootId) return false
  if (alive !== null) return true
  // A process of another user that may not be looked at (hidepid) cannot be called gone, unless the machine was restarted since.
  const bootId = (await judge.readFile('/proc/sys/kernel/random/boot_id')).toString().trim()
  return bootId !== owner.bootId || !(await judge.isHiddenProcess(owner.pid))
}

/** The host on which the owner's process can be looked at; null when it is on neither machine. */
export async function hostOf(host: Host, { machine }: LockOwner): Promise<Host | null> {
  if (machine === undefined) return host
  const here = localHost()
  if (isSameMachine(machine, await machineOf(here))) return here
  return isSameMachine(machine, await machineOf(host)) ? host : null
}

/** A name for this one holder, fit for a file. */
export const nameOf = ({ pid, startTime, bootId, when }: LockOwner): string =>
  `${pid}-${startTime}-${bootId.slice(0, 8)}-${Date.parse(when)}`

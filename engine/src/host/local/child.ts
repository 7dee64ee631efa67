import { type ChildProcess, spawn } from 'node:child_process'
import type { Writable } from 'node:stream'
import type { Command, ProcessIdentity } from '../host.ts'
import { processIdentity } from './processes.ts'

function minimalEnvironment(extra: Record<string, string>): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const name of ['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR']) {
    const value = process.env[name]
    if (value !== undefined) kept[name] = value
  }
  return { ...kept, ...extra }
}

/** Starts a command in a process group of its own, without a shell. */
export function startChild(command: Command): ChildProcess {
  const argv = command.privileged && process.getuid?.() !== 0 ? ['sudo', '-n', ...command.argv] : command.argv
  const [program, ...parameters] = argv
  return spawn(program ?? '', parameters, {
    cwd: command.directory,
    env: minimalEnvironment(command.environment ?? {}),
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', ...(command.secrets ?? []).map(() => 'pipe' as const)],
  })
}

/** Sends a signal to a process group; false when it is gone. */
export function signalGroup(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(-pid, signal)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
    throw error
  }
}

/** See Host.endProcess. */
export async function endProcess(identity: ProcessIdentity, signal: 'SIGTERM' | 'SIGKILL'): Promise<boolean> {
  const now = await processIdentity(identity.pid)
  const isSame = now !== null && now.startTime === identity.startTime && now.bootId === identity.bootId
  return isSame && signalGroup(identity.pid, signal)
}

/** Tells who the child is before it is given anything. What could not be told (journalled) must not go on either. */
export async function announce(pid: number, onStart: Command['onStart']): Promise<void> {
  if (!onStart) return
  try {
    const identity = await processIdentity(pid)
    if (identity) await onStart(identity)
  } catch (error) {
    signalGroup(pid, 'SIGKILL')
    throw error
  }
}

/** Gives the descriptors from 3 on what they shall hold. */
export function feedSecrets(child: ChildProcess, secrets: string[]): void {
  for (const [index, content] of secrets.entries()) feed(child.stdio[3 + index] as Writable | null, content)
}

/** A child that ends without reading its input is judged by its exit code, not by our broken pipe. */
export function feed(sink: Writable | null, content: string | Buffer): void {
  sink?.on('error', () => undefined)
  sink?.end(content)
}

/** Ends the child's group when its time is up or its signal is aborted: TERM, then KILL. `done` takes both back and says whether time was up. */
export function limitChild(pid: number, command: Command, milliseconds: number | null): { done(): boolean } {
  let timedOut = false
  const stop = () => {
    signalGroup(pid, 'SIGTERM')
    setTimeout(() => signalGroup(pid, 'SIGKILL'), 5000).unref()
  }
  const expire = () => {
    timedOut = true
    stop()
  }
  const timer = milliseconds === null ? undefined : setTimeout(expire, milliseconds)
  command.signal?.addEventListener('abort', stop, { once: true })
  if (command.signal?.aborted) stop()
  return {
    done: () => {
      clearTimeout(timer)
      command.signal?.removeEventListener('abort', stop)
      return timedOut
    },
  }
}

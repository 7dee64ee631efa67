/** One child process of a test: started in the foreground, waited for until ready, stopped by its own pid (or group). */
import { type ChildProcess, spawn } from 'node:child_process'
import { open, readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

export interface ChildOptions {
  argv: [string, ...string[]]
  directory: string
  /** Its output is appended here and quoted when it does not start. */
  logPath: string
  environment?: Record<string, string>
  /** Asked until it answers true. */
  ready: () => Promise<boolean>
  /** Whose process it is; the present user's when absent. */
  user?: { uid: number; gid: number; home: string; name: string }
  /** Signal of an orderly stop; SIGTERM when absent. */
  stopSignal?: NodeJS.Signals
}

export interface Child {
  pid: number
  /** Orderly; the whole process group is killed when that takes longer than 10 seconds. */
  stop(): Promise<void>
  /** SIGKILL to the process group, as a power cut would. */
  kill(): Promise<void>
}

/** @throws Error with the end of the log when the child ends or is not ready within 20 seconds */
export async function startChild(options: ChildOptions): Promise<Child> {
  const log = await open(options.logPath, 'a')
  const [program, ...rest] = options.argv
  const { user } = options
  const child = spawn(program, rest, {
    cwd: options.directory,
    env: { ...process.env, ...options.environment, ...(user ? { HOME: user.home, USER: user.name } : {}) },
    stdio: ['ignore', log.fd, log.fd],
    detached: true,
    ...(user ? { uid: user.uid, gid: user.gid } : {}),
  })
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  await log.close()
  const { pid } = child
  if (pid === undefined) throw new Error(`${program} could not be started`)
  const killGroup = () => endGroup(pid)
  process.once('exit', killGroup)
  const finish = async (): Promise<void> => {
    await ended
    endGroup(pid)
    process.removeListener('exit', killGroup)
  }
  const kill = (): Promise<void> => {
    endGroup(pid)
    return finish()
  }
  const stop = async (): Promise<void> => {
    if (isRunning(child)) child.kill(options.stopSignal ?? 'SIGTERM')
    const orderly = await Promise.race([ended.then(() => true), delay(10_000, false, { ref: false })])
    if (!orderly) endGroup(pid)
    await finish()
  }
  for (const deadline = Date.now() + 20_000; Date.now() < deadline && isRunning(child); await delay(30)) {
    if (await options.ready()) return { pid, stop, kill }
  }
  await kill()
  const said = await readFile(options.logPath, 'utf8')
  throw new Error(`${options.argv.join(' ')} did not become ready:\n${said.slice(-3000)}`)
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    // ESRCH: nobody of the group is left, which is what was wanted.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/** Whether somebody accepts connections on the port of a loopback address. */
export function accepts(port: number, address = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, address)
    const answer = (accepted: boolean) => () => {
      socket.destroy()
      resolve(accepted)
    }
    socket.once('connect', answer(true))
    socket.once('error', answer(false))
  })
}

/** A server of the bench that a test starts itself, as the owner, and stops again by its pid. */
import { spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { accepts } from '../servers/child.ts'
import { isRoot, owner } from './real-bench.ts'

/** @throws Error when nothing listens on the port of 127.0.0.1 within 30 seconds */
export async function startAsOwner(
  argv: string[],
  directory: string,
  port: number,
): Promise<{ stop(): Promise<void> }> {
  const [program = '', ...rest] = argv
  const child = spawn(program, rest, {
    cwd: directory,
    stdio: 'ignore',
    detached: true,
    env: { ...process.env, HOME: owner.home, USER: owner.name },
    ...(isRoot ? { uid: owner.id, gid: owner.group } : {}),
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const stop = async () => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM')
    await ended
  }
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await delay(200)) {
    if (await accepts(port)) return { stop }
    if (child.exitCode !== null) throw new Error(`${argv.join(' ')} ended with ${child.exitCode}`)
  }
  await stop()
  throw new Error(`${argv.join(' ')} did not listen on port ${port}`)
}

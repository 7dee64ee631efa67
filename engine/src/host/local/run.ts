import type { Command, Completed } from '../host.ts'
import { announce, feed, feedSecrets, limitChild, startChild } from './child.ts'

const OUTPUT_LIMIT = 32 * 1024 * 1024

/**
 * Runs a child in a process group of its own, without a shell.
 * A program that does not exist completes with exit code 127 and the system's words on stderr, as in a shell.
 */
export async function run(command: Command): Promise<Completed> {
  const child = startChild(command)
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  let kept = 0
  const keep = (into: Buffer[]) => (chunk: Buffer) => {
    kept += chunk.length
    if (kept <= OUTPUT_LIMIT) into.push(chunk)
  }
  child.stdout?.on('data', keep(stdout))
  child.stderr?.on('data', keep(stderr))

  const closed = new Promise<{ exitCode: number; signal: string | null }>((resolve) => {
    child.once('error', (error) => {
      stderr.push(Buffer.from(`${error.message}\n`))
      resolve({ exitCode: 127, signal: null })
    })
    child.once('close', (code, signal) => resolve({ exitCode: code ?? 128, signal }))
  })

  const pid = child.pid
  if (pid === undefined) {
    const ended = await closed
    return { ...ended, stdout: '', stderr: Buffer.concat(stderr).toString(), timedOut: false }
  }
  await announce(pid, command.onStart)
  feed(child.stdin, command.input ?? '')
  feedSecrets(child, command.secrets ?? [])
  const limit = limitChild(pid, command, command.timeoutMilliseconds ?? 60_000)
  const ended = await closed
  const timedOut = limit.done()
  return { ...ended, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString(), timedOut }
}

import { spawn } from 'node:child_process'
import type { Writable } from 'node:stream'
import type { Command, Completed } from '../host.ts'
import { processIdentity } from './processes.ts'

const OUTPUT_LIMIT = 32 * 1024 * 1024

function minimalEnvironment(extra: Record<string, string>): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const name of ['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR']) {
    const value = process.env[name]
    if (value !== undefined) kept[name] = value
  }
  return { ...kept, ...extra }
}

function endGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/**
 * Runs a child in a process group of its own, without a shell.
 * A program that does not exist completes with exit code 127 and the system's words on stderr, as in a shell.
 */
export async function run(command: Command): Promise<Completed> {
  const argv = command.privileged && process.getuid?.() !== 0 ? ['sudo', '-n', ...command.argv] : command.argv
  const [program, ...parameters] = argv
  const secrets = command.secrets ?? []
  const child = spawn(program ?? '', parameters, {
    cwd: command.directory,
    env: minimalEnvironment(command.environment ?? {}),
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', ...secrets.map(() => 'pipe' as const)],
  })
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  let kept = 0
  const keep = (into: Buffer[]) => (chunk: Buffer) => {
    kept += chunk.length
    if (kept <= OUTPUT_LIMIT) into.push(chunk)
  }
  child.stdout?.on('data', keep(stdout))
  child.stderr?.on('data', keep(stderr))

  let timedOut = false
  const closed = new Promise<{ exitCode: number; signal: string | null }>((resolve) => {
    child.once('error', (error) => {
      stderr.push(Buffer.from(`${error.message}\n`))
      resolve({ exitCode: 127, signal: null })
    })
    child.once('close', (code, signal) => resolve({ exitCode: code ?? 128, signal }))
  })

  const pid = child.pid
  if (pid !== undefined) {
    if (command.onStart) {
      try {
        const identity = await processIdentity(pid)
        if (identity) await command.onStart(identity)
      } catch (error) {
        // What could not be journalled must not go on either.
        endGroup(pid, 'SIGKILL')
        throw error
      }
    }
    const sources = [command.input ?? '', ...secrets]
    const sinks = [child.stdin, ...child.stdio.slice(3)]
    for (const [index, sink] of sinks.entries()) {
      // A child that ends without reading its input is judged by its exit code, not by our broken pipe.
      const writable = sink as Writable | null
      writable?.on('error', () => undefined)
      writable?.end(sources[index] ?? '')
    }
    const stop = () => {
      endGroup(pid, 'SIGTERM')
      setTimeout(() => endGroup(pid, 'SIGKILL'), 5000).unref()
    }
    const timer = setTimeout(() => {
      timedOut = true
      stop()
    }, command.timeoutMilliseconds ?? 60_000)
    command.signal?.addEventListener('abort', stop, { once: true })
    if (command.signal?.aborted) stop()
    const ended = await closed
    clearTimeout(timer)
    command.signal?.removeEventListener('abort', stop)
    return { ...ended, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString(), timedOut }
  }
  const ended = await closed
  return { ...ended, stdout: '', stderr: Buffer.concat(stderr).toString(), timedOut }
}

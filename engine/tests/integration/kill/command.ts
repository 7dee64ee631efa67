/** The real command line, started and then disturbed. */
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { RenameRequest } from '../../../src/workflows/rename-domain/request.ts'
import { type Ended, MIGRATOR } from '../../servers/migrator.ts'

export interface Running {
  pid: number
  signal(name: NodeJS.Signals): void
  /** Closes our ends of its output, as a terminal that goes away does. */
  hangUp(): void
  /** What it has written to stderr so far. */
  said(): string
  /** Code 128 for one that was killed. */
  ended: Promise<Ended>
}

export function start(directory: string, parameters: string[], environment: NodeJS.ProcessEnv = process.env): Running {
  const child = spawn(MIGRATOR, parameters, { cwd: directory, env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    // Of one that was killed the pipes may be kept open by children that outlive it; any other has written all when they close.
    child.once('exit', (code) => code === null && resolve({ code: 128, stdout, stderr }))
    child.once('close', (code) => resolve({ code: code ?? 128, stdout, stderr }))
  })
  return {
    pid: child.pid ?? 0,
    said: () => stderr,
    signal: (name) => {
      child.kill(name)
    },
    hangUp: () => {
      child.stdout.destroy()
      child.stderr.destroy()
      child.kill('SIGHUP')
    },
    ended,
  }
}

export const renameArguments = ({ source, target, nginxConfig, hostsFile, crontabDirectories }: RenameRequest) => [
  ...['rename-domain', '--source', source, '--target', target, '--no-interactive', '--wait-for-jobs', '5'],
  ...(nginxConfig === null ? [] : ['--nginx-config', nginxConfig]),
  ...(hostsFile === null ? [] : ['--hosts-file', hostsFile]),
  ...(crontabDirectories ?? []).flatMap((directory) => ['--crontab-directory', directory]),
]

/** The journal of the latest run, as text. */
export function journalOf(benchPath: string): string {
  try {
    const runs = join(benchPath, '.migrator', 'runs')
    const latest = readdirSync(runs).sort().at(-1) ?? ''
    return readFileSync(join(runs, latest, 'journal.jsonl'), 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}

/** Whether a rewrite has begun a chunk of rows; phases begin long before. */
export const rowsBegun = (benchPath: string): boolean => /"chunk":\d+,"event":"begin"/.test(journalOf(benchPath))

/** Waits until it is true; a slow machine gets all the time it needs. @throws Error after two minutes */
export async function until(what: string, question: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 120_000; Date.now() < deadline; await delay(20)) if (await question()) return
  throw new Error(`waited in vain: ${what}`)
}

/** Whether a promise is still open after a while. */
export async function stillOpen(promise: Promise<unknown>, milliseconds: number): Promise<boolean> {
  return Promise.race([promise.then(() => false), delay(milliseconds, true)])
}

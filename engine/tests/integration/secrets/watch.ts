/** Runs the product and looks, every few milliseconds, at what anybody on the machine could see of it. */
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MIGRATOR } from '../../servers/migrator.ts'
import { secretsIn } from './leaks.ts'

export interface Watched {
  code: number
  stdout: string
  stderr: string
}

export interface Watch {
  /** @param killWhen asked every few milliseconds: true ends the product by SIGKILL. */
  run(parameters: string[], killWhen?: () => boolean): Promise<Watched>
  /** Everything that was printed, seen in process lists or found in temporary files: where → text. */
  seen(): Map<string, string>
  /** How many different command lines were seen: a watch that sees nothing proves nothing. */
  processes(): string[]
}

const EVERY_MILLISECONDS = 5
/** Programs that get or could get secrets: each records its own arguments and environment before it becomes the real one. */
const RECORDED = ['mariadb-dump', 'mysqldump', 'mariadb', 'mysql', 'crontab', 'redis-cli', 'nginx']

/** @param home empty directory for temporary files and records. */
export function startWatch(directory: string, home: string): Watch {
  const temporary = join(home, 'tmp')
  const programs = join(home, 'bin')
  const records = join(home, 'records')
  for (const folder of [temporary, programs, records]) mkdirSync(folder)
  const search = process.env['PATH'] ?? '/usr/bin:/bin'
  for (const name of RECORDED) {
    const real = search.split(':').find((folder) => existsSync(join(folder, name)))
    if (real === undefined) continue
    const script = `#!/bin/sh\ntr '\\0' '\\n' </proc/$$/cmdline >'${records}/${name}'.$$.argv\ntr '\\0' '\\n' </proc/$$/environ >'${records}/${name}'.$$.environ\nexec '${join(real, name)}' "$@"\n`
    writeFileSync(join(programs, name), script)
    chmodSync(join(programs, name), 0o755)
  }

  const before = new Set(pids())
  const seen = new Map<string, string>()
  const commands = new Set<string>()
  const look = () => {
    for (const pid of pids()) {
      if (before.has(pid)) continue
      const argv = readOrEmpty(`/proc/${pid}/cmdline`)
      const environ = readOrEmpty(`/proc/${pid}/environ`)
      if (argv !== '') commands.add(argv.replaceAll('\0', ' '))
      if (argv + environ !== '')
        seen.set(`process list: ${argv.slice(0, 200)} ${environ.length}`, `${argv}\n${environ}`)
    }
    for (const name of readdirSync(temporary, { recursive: true, encoding: 'utf8' })) {
      const text = readOrEmpty(join(temporary, name))
      if (text !== '') seen.set(`temporary file ${name} ${text.length}`, text)
    }
  }

  let commandsRun = 0
  const run = (parameters: string[], killWhen?: () => boolean): Promise<Watched> =>
    new Promise((resolve, reject) => {
      commandsRun += 1
      const child = spawn(MIGRATOR, parameters, {
        cwd: directory,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, PATH: `${programs}:${search}`, TMPDIR: temporary },
      })
      const output = { stdout: '', stderr: '' }
      child.stdout.on('data', (chunk) => {
        output.stdout += chunk
      })
      child.stderr.on('data', (chunk) => {
        output.stderr += chunk
      })
      const timer = setInterval(() => {
        look()
        if (killWhen?.()) child.kill('SIGKILL')
      }, EVERY_MILLISECONDS)
      child.once('error', reject)
      child.once('close', (code) => {
        clearInterval(timer)
        for (const [stream, text] of Object.entries(output)) {
          seen.set(`${stream} of ${commandsRun}: ${parameters.slice(0, 4).join(' ')}`, text)
        }
        resolve({ code: code ?? 137, ...output })
      })
    })
  return {
    run,
    seen: () => {
      for (const name of readdirSync(records)) seen.set(`record ${name}`, readFileSync(join(records, name), 'utf8'))
      return seen
    },
    processes: () => [...commands],
  }
}

const pids = (): string[] => readdirSync('/proc').filter((name) => /^\d+$/.test(name) && name !== String(process.pid))

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return '' // the process or file is gone, or a directory
  }
}

/** `where: secret` for everything a watch has seen. */
export const leaksSeen = (watch: Watch, secrets: readonly string[]): string[] =>
  [...watch.seen()].flatMap(([where, text]) =>
    secretsIn(Buffer.from(text, 'latin1'), secrets).map((one) => `${where}: ${one}`),
  )

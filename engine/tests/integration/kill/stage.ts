/** What the kill tests do to a bench, whichever database its site has. */
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RenameRequest } from '../../../src/workflows/rename-domain/request.ts'
import type { Boundary } from './boundaries.ts'
import { type Running, start as startCommand } from './command.ts'

const DRIVER = fileURLToPath(new URL('driver.ts', import.meta.url))

export type Action = 'rename' | 'resume' | 'rollback' | 'cleanup'

/** The full matrix is wanted, however long it takes (scripts/prove). */
export const PROVE = process.env['MIGRATOR_PROVE'] === '1'

/** How long after its end a state is looked at again: what was left running would have written by then. */
export const LATER_MILLISECONDS = PROVE ? 30_000 : 1500

export interface KillStage {
  benchPath: string
  /** Directory of the stage: the bench and everything around it. */
  home: string
  request: RenameRequest
  /** PATH with the stage's own crontab before the machine's. */
  environment: NodeJS.ProcessEnv
  /** Runs the action; dies at the boundary where one is named, or does another deed of the driver's there. null: it was killed. */
  drive(action: Action, at?: Boundary | null, deed?: [string, string]): Promise<string | null>
  /** The boundaries of an action that nobody disturbs. */
  boundaries(action: Action): Promise<Boundary[]>
  /** The real command line, standing in the bench. */
  command(...parameters: string[]): Running
  /** Everything a user could look at, as text: equal texts are equal states. */
  state(): Promise<string>
  /** Brings the bench back to the moment of the last kill, for the second continuation. */
  again(kill: () => Promise<void>): Promise<void>
  /** After the kill and before the first continuation. */
  keep(): void
  /** Notes the state a case has ended in, to be looked at again; the bench may be gone from its place afterwards. */
  keepForLater(wanted: string): Promise<void>
  /** Looks at them again, each at least LATER_MILLISECONDS after its end. */
  lookAgain(): Promise<void>
  /** Brings a bench that is at its start again to a state without earlier runs. */
  fresh(): void
  remove(): Promise<void>
}

export const baseRequest: RenameRequest = {
  source: 'old.cloud',
  target: 'new.domain',
  site: null,
  renameDirectory: 'auto',
  alsoRewrite: [],
  url: null,
  include: [],
  exclude: [],
  certificate: null,
  certificateKey: null,
  redirect: true,
  rebuildSearch: false,
  deep: false,
  waitForJobsSeconds: 5,
  nginxConfig: null,
  hostsFile: null,
  crontabDirectories: [],
}

/** Files that stand for the machine's own: hosts, a system crontab, and a `crontab` program that keeps its text beside it. */
export function machineFiles(
  directory: string,
  benchPath: string,
): Pick<RenameRequest, 'hostsFile' | 'crontabDirectories'> {
  const machine = join(directory, 'machine')
  mkdirSync(join(machine, 'cron.d'), { recursive: true })
  const line = `cd ${benchPath} && bench --site old.cloud backup`
  writeFileSync(join(machine, 'hosts'), '127.0.0.1 localhost\n127.0.0.1 old.cloud www.old.cloud\n')
  writeFileSync(join(machine, 'cron.d', 'bench'), `0 3 * * * root ${line}\n`)
  writeFileSync(join(machine, 'crontab.txt'), `0 4 * * * ${line}\n`)
  const text = join(machine, 'crontab.txt')
  // Writes beside and renames, as the real program does.
  const program = `#!/bin/sh
case "$*" in
  *-l) cat ${text} ;;
  -r) rm -f ${text} ;;
  *) cat "$1" > ${text}.new && mv ${text}.new ${text} ;;
esac
`
  writeFileSync(join(machine, 'crontab'), program, { mode: 0o755 })
  return { hostsFile: join(machine, 'hosts'), crontabDirectories: [join(machine, 'cron.d')] }
}

/** Memory instead of a disk where there is enough of it: these tests wait for thousands of syncs, and pull no plug. */
export function quickDirectory(): string {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm')
    return bavail * bsize > 2 ** 30 ? '/dev/shm' : tmpdir()
  } catch {
    return tmpdir() // a machine without /dev/shm
  }
}

/** Starts the driver, with the programs in `machine` before those of the PATH. */
export function driver(home: string, benchPath: string, request: RenameRequest, machine: string) {
  const file = join(home, 'request.json')
  writeFileSync(file, JSON.stringify({ benchPath, request }))
  const environment = {
    ...process.env,
    PATH: `${machine}:${process.env['PATH']}`,
    NODE_COMPILE_CACHE: join(tmpdir(), 'migrator-kill-compiled'),
  }
  const start = (action: Action, at: Boundary | null, deed: [string, string], list?: string) =>
    new Promise<string | null>((resolve, reject) => {
      const parameters = [
        DRIVER,
        file,
        action,
        at ? `${at.label}#${at.number}` : '',
        ...deed,
        ...(list === undefined ? [] : [list]),
      ]
      const child = spawn(process.execPath, parameters, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
      let [said, complaint] = ['', '']
      child.stdout.on('data', (text) => {
        said += text
      })
      child.stderr.on('data', (text) => {
        complaint += text
      })
      child.once('error', reject)
      // Children that outlive a killed driver keep its pipes open; any other has said all when they close.
      child.once('exit', (_code, signal) => signal === 'SIGKILL' && resolve(null))
      child.once('close', (code) => (code === 0 ? resolve(said.trim()) : reject(new Error(`${action}: ${complaint}`))))
    })
  return {
    environment,
    command: (...parameters: string[]) => startCommand(benchPath, parameters, environment),
    drive: (action: Action, at: Boundary | null = null, deed: [string, string] = ['die', '']) =>
      start(action, at, deed),
    boundaries: async (action: Action): Promise<Boundary[]> => {
      const list = join(home, 'boundaries.json')
      await start(action, null, ['die', ''], list)
      const found = JSON.parse(readFileSync(list, 'utf8'))
      rmSync(list)
      return found
    },
  }
}

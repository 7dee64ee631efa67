/** A restore that dies at a boundary, and what goes on after it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RestoreRequest } from '../../../src/workflows/restore-site/request.ts'
import type { Boundary } from '../kill/boundaries.ts'
import { said } from '../rename/stage.ts'
import { type RestoreStage, SITE } from './stage.ts'

const DRIVER = fileURLToPath(new URL('kill-driver.ts', import.meta.url))

type Action = 'restore' | 'resume' | 'rollback'

export interface Killing {
  /** Dies at the boundary: then null; else how it ended. */
  drive(action: Action, at?: Boundary): Promise<string | null>
  boundaries(action: Action): Promise<Boundary[]>
  /** The site as anybody sees it; the password of a database that is made is another each time. */
  state(): Promise<string>
  fresh(): void
}

export function killing(stage: RestoreStage, request: RestoreRequest): Killing {
  const home = join(stage.bench.directory, '..')
  const file = join(home, 'restore-request.json')
  writeFileSync(file, JSON.stringify({ benchPath: stage.bench.directory, request }))
  const start = (action: Action, place: string, list: string[]) =>
    new Promise<string | null>((resolve, reject) => {
      const child = spawn(process.execPath, [DRIVER, file, action, place, ...list], {
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      let [told, complaint] = ['', '']
      child.stdout.on('data', (text) => {
        told += text
      })
      child.stderr.on('data', (text) => {
        complaint += text
      })
      child.once('error', reject)
      child.once('exit', (_code, signal) => signal === 'SIGKILL' && resolve(null))
      child.once('close', (code) => (code === 0 ? resolve(told.trim()) : reject(new Error(`${action}: ${complaint}`))))
    })
  return {
    drive: (action, at) => start(action, at ? `${at.label}#${at.number}` : '', []),
    boundaries: async (action) => {
      const list = join(home, 'boundaries.json')
      await start(action, '', [list])
      return JSON.parse(readFileSync(list, 'utf8'))
    },
    state: async () => {
      const path = join(stage.bench.sitesDirectory, SITE, 'site_config.json')
      const config = JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), db_password: '…' })
      const tree = stage.tree().filter((line) => !line.includes('site_config.json'))
      const [databases, accounts, digest] = [
        await stage.databases(),
        await stage.accounts(),
        await stage.digestOf(stage.present()),
      ]
      return [...databases, ...accounts, ...tree, config, digest.sha256].join('\n')
    },
    fresh: () => rmSync(join(stage.bench.directory, '.migrator'), { recursive: true, force: true }),
  }
}

export interface Ends {
  start: string
  end: string
  doing: Boundary[]
  undoing: Boundary[]
}

/** Once without disturbing: the states to compare with, and the boundaries there are. */
export async function undisturbed(kill: Killing): Promise<Ends> {
  const start = await kill.state()
  const doing = await kill.boundaries('restore')
  const end = await kill.state()
  assert.notEqual(end, start)
  const undoing = await kill.boundaries('rollback')
  assert.equal(await kill.state(), start)
  kill.fresh()
  return { start, end, doing, undoing }
}

/** Goes on by the real command line; ends at the end, or at the start. */
async function goesOn(stage: RestoreStage, kill: Killing, ends: Ends, way: 'resume' | 'rollback'): Promise<void> {
  const ended = await stage.migrate(way, '--no-interactive')
  assert.equal(ended.code, 0, said(ended))
  const state = await kill.state()
  assert.ok(
    state === ends.start || (way === 'resume' && state === ends.end),
    `${way} ends at one of the two states\n${state}`,
  )
}

/** Killed while it restores: resumed to the end, and killed again there, taken back to the start. */
export async function killedRestore(stage: RestoreStage, kill: Killing, ends: Ends, at: Boundary): Promise<void> {
  kill.fresh()
  assert.equal(await kill.drive('restore', at), null, 'the driver was killed')
  await goesOn(stage, kill, ends, 'resume')
  await goesOn(stage, kill, ends, 'rollback')
  assert.equal(await kill.state(), ends.start)
  kill.fresh()
  assert.equal(await kill.drive('restore', at), null, 'the driver was killed')
  await goesOn(stage, kill, ends, 'rollback')
}

/** Killed while it takes back: the way back is gone to its end. */
export async function killedBack(stage: RestoreStage, kill: Killing, ends: Ends, at: Boundary): Promise<void> {
  kill.fresh()
  assert.equal(await kill.drive('restore'), 'done')
  assert.equal(await kill.drive('rollback', at), null, 'the driver was killed')
  await goesOn(stage, kill, ends, 'rollback')
}

export const requestFor = (stage: RestoreStage, backupDirectory: string): RestoreRequest => ({
  site: SITE,
  as: null,
  backupFile: null,
  backupDirectory,
  publicFiles: null,
  privateFiles: null,
  siteConfig: null,
  administratorFile: stage.administrator,
  backupKeyFile: null,
  acceptUndecryptable: [],
  waitForJobsSeconds: 5,
  nginxConfig: stage.nginx.configuration,
  hostsFile: stage.hostsFile,
  crontabDirectories: [stage.crontabs],
})

/** One throwaway bench under one path, put back to its start by copy, so that every kill begins alike. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openSiteDatabase } from '../../src/database/open.ts'
import type { RunOutcome } from '../../src/execution/execute.ts'
import { openEnvironment } from '../../src/execution/open-environment.ts'
import { listRuns, readRun } from '../../src/execution/run-directory.ts'
import { resumeRun, rollBackRun } from '../../src/execution/start-run.ts'
import { localHost } from '../../src/host/local/index.ts'
import { createSandboxBench } from '../../src/sandbox/sandbox-bench.ts'
import { treeOf } from '../servers/tree.ts'

const DRIVER = fileURLToPath(new URL('driver.ts', import.meta.url))

export interface KillBench {
  /** Holds `bench/`. */
  path: string
  /** Runs the rename and dies as told; gives what the driver printed, or null when it was killed. */
  run(line: number, moment: 'before' | 'after' | 'torn' | 'never'): { outcome: string; lines: number } | null
  reset(): void
  /** Keeps the present state, or puts the kept one back. */
  keep(): void
  restore(): void
  resume(): Promise<RunOutcome | null>
  rollBack(): Promise<RunOutcome | null>
  /** Digest of the database and of every file outside `.migrator`. */
  state(): Promise<string>
  remove(): void
}

export async function createKillBench(): Promise<KillBench> {
  const home = mkdtempSync(join(tmpdir(), 'migrator-kill-'))
  const path = (name: string) => join(home, name)
  const benchPath = path('bench')
  const bench = await createSandboxBench({ directory: benchPath })
  const databaseName = bench.databasePath.split('/').at(-1) ?? ''
  const request = {
    ...{ source: 'old.cloud', target: 'new.domain', site: null, renameDirectory: 'auto', alsoRewrite: [], url: null },
    ...{
      include: [],
      exclude: [],
      certificate: null,
      certificateKey: null,
      redirect: true,
      rebuildSearch: false,
      deep: false,
    },
    ...{ waitForJobsSeconds: 5, nginxConfig: path('none'), hostsFile: path('none'), crontabDirectories: [] },
  }
  writeFileSync(path('request.json'), JSON.stringify({ benchPath, request }))
  const copy = (from: string, to: string) => {
    rmSync(path(to), { recursive: true, force: true })
    cpSync(path(from), path(to), { recursive: true, preserveTimestamps: true, verbatimSymlinks: true })
  }
  copy('bench', 'start')

  const latest = async () => {
    const id = (await listRuns(benchPath)).at(-1)
    return id === undefined ? null : readRun(benchPath, id)
  }
  const act = async (work: typeof resumeRun): Promise<RunOutcome | null> => {
    const run = await latest()
    // A run killed before its first line has touched nothing: there is nothing to go on with.
    if (!run || run.lines.length === 0) return null
    const environment = openEnvironment(localHost(), run.plan, {
      interactive: false,
      ask: async () => 'keep',
      stop: new AbortController().signal,
      onEvent: () => undefined,
      onConflict: 'keep',
    })
    return (await work(environment, run)).outcome
  }
  return {
    path: home,
    run: (line, moment) => {
      const done = spawnSync(process.execPath, [DRIVER, path('request.json'), String(line), moment], {
        encoding: 'utf8',
      })
      if (done.signal === 'SIGKILL') return null
      const [outcome = '', lines = '0'] = done.stdout.trim().split(' ')
      if (done.status !== 0) throw new Error(done.stderr)
      return { outcome, lines: Number(lines) }
    },
    reset: () => copy('start', 'bench'),
    keep: () => copy('bench', 'kept'),
    restore: () => copy('kept', 'bench'),
    resume: () => act(resumeRun),
    rollBack: () => act(rollBackRun),
    state: async () => {
      const tree = treeOf(benchPath, { without: ['.migrator', 'logs'] })
      const site = tree.some((line) => line.startsWith('sites/new.domain ')) ? 'new.domain' : 'old.cloud'
      const database = await openSiteDatabase({
        kind: 'sqlite',
        path: join(benchPath, 'sites', site, 'db', databaseName),
      })
      try {
        const { sha256 } = await database.digest()
        return [...tree.filter((line) => !/\.db(-wal|-shm)? /.test(line)), sha256].join('\n')
      } finally {
        await database.close()
      }
    },
    remove: () => rmSync(home, { recursive: true, force: true }),
  }
}

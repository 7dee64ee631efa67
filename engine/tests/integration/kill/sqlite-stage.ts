/** A throwaway bench whose site is an SQLite file, put back to its start by copy, so that every kill begins alike. */
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { openSiteDatabase } from '../../../src/database/open.ts'
import { createSandboxBench } from '../../../src/sandbox/sandbox-bench.ts'
import type { RenameRequest } from '../../../src/workflows/rename-domain/request.ts'
import { treeOf } from '../../servers/tree.ts'
import { baseRequest, driver, type KillStage, LATER_MILLISECONDS, machineFiles, quickDirectory } from './stage.ts'

/** @param within where the stage's own directory is made */
export async function createSqliteStage(
  wanted: Partial<RenameRequest> = {},
  within = quickDirectory(),
): Promise<KillStage> {
  const home = mkdtempSync(join(within, 'migrator-kill-'))
  const path = (name: string) => join(home, name)
  const benchPath = path('bench')
  const bench = await createSandboxBench({
    directory: benchPath,
    // Nobody listens there: the free port of this moment may be another test's the next.
    commonConfig: { webserver_port: 1 },
  })
  symlinkSync('old.cloud', join(benchPath, 'sites', 'alias.cloud'))
  const databaseName = bench.databasePath.split('/').at(-1) ?? ''
  const machine = machineFiles(join(benchPath, 'config'), benchPath)
  const request: RenameRequest = { ...baseRequest, ...machine, nginxConfig: path('none'), ...wanted }
  const { drive, boundaries, environment, command } = driver(
    home,
    benchPath,
    request,
    join(benchPath, 'config', 'machine'),
  )
  const copy = (from: string, to: string) => {
    rmSync(path(to), { recursive: true, force: true })
    cpSync(path(from), path(to), { recursive: true, preserveTimestamps: true, verbatimSymlinks: true })
  }
  const stateIn = async (directory: string): Promise<string> => {
    const tree = treeOf(directory, { without: ['.migrator', 'logs'] })
    const site = tree.some((line) => line.startsWith('sites/new.domain ')) ? 'new.domain' : 'old.cloud'
    const file = join(directory, 'sites', site, 'db', databaseName)
    const database = await openSiteDatabase({ kind: 'sqlite', path: file })
    try {
      const { sha256 } = await database.digest()
      const files = tree.filter((line) => !/\.db(-wal|-shm)? /.test(line))
      return [...files, sha256].join('\n')
    } finally {
      await database.close()
    }
  }
  /** Benches moved aside, with everything that may still have their files open. */
  const kept: { directory: string; wanted: string; since: number }[] = []
  let asides = 0
  const lookAtOldest = async () => {
    const oldest = kept.shift()
    if (!oldest) return
    await delay(Math.max(0, oldest.since + LATER_MILLISECONDS - Date.now()))
    assert.equal(await stateIn(oldest.directory), oldest.wanted, 'looked at again')
    rmSync(oldest.directory, { recursive: true })
  }
  copy('bench', 'start')
  return {
    ...{ home, benchPath, request, environment, drive, boundaries, command },
    keep: () => copy('bench', 'kept'),
    again: async () => copy('kept', 'bench'),
    fresh: () => copy('start', 'bench'),
    state: () => stateIn(benchPath),
    keepForLater: async (wanted) => {
      asides += 1
      const directory = path(`later-${asides}`)
      renameSync(benchPath, directory)
      kept.push({ directory, wanted, since: Date.now() })
      while (kept[0] && kept[0].since + LATER_MILLISECONDS < Date.now()) await lookAtOldest()
    },
    lookAgain: async () => {
      while (kept.length > 0) await lookAtOldest()
    },
    remove: async () => rmSync(home, { recursive: true, force: true }),
  }
}

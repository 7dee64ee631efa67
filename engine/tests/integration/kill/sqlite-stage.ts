/** A throwaway bench whose site is an SQLite file, put back to its start by copy, so that every kill begins alike. */
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { openSiteDatabase } from '../../../src/database/open.ts'
import { createSandboxBench } from '../../../src/sandbox/sandbox-bench.ts'
import type { RenameRequest } from '../../../src/workflows/rename-domain/request.ts'
import { treeOf } from '../../servers/tree.ts'
import { baseRequest, driver, type KillStage, machineFiles, quickDirectory } from './stage.ts'

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
  const { drive, boundaries, environment } = driver(home, benchPath, request, join(benchPath, 'config', 'machine'))
  const copy = (from: string, to: string) => {
    rmSync(path(to), { recursive: true, force: true })
    cpSync(path(from), path(to), { recursive: true, preserveTimestamps: true, verbatimSymlinks: true })
  }
  copy('bench', 'start')
  return {
    ...{ home, benchPath, request, environment, drive, boundaries },
    keep: () => copy('bench', 'kept'),
    again: async () => copy('kept', 'bench'),
    fresh: () => copy('start', 'bench'),
    state: async () => {
      const tree = treeOf(benchPath, { without: ['.migrator', 'logs'] })
      const site = tree.some((line) => line.startsWith('sites/new.domain ')) ? 'new.domain' : 'old.cloud'
      const file = join(benchPath, 'sites', site, 'db', databaseName)
      const database = await openSiteDatabase({ kind: 'sqlite', path: file })
      try {
        const { sha256 } = await database.digest()
        const files = tree.filter((line) => !/\.db(-wal|-shm)? /.test(line))
        return [...files, sha256].join('\n')
      } finally {
        await database.close()
      }
    },
    remove: async () => rmSync(home, { recursive: true, force: true }),
  }
}

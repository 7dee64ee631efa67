/** A throwaway bench whose site is an SQLite file, put back to its start by copy, so that every kill begins alike. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSiteDatabase } from '../../../src/database/open.ts'
import { createSandboxBench } from '../../../src/sandbox/sandbox-bench.ts'
import type { RenameRequest } from '../../../src/workflows/rename-domain/request.ts'
import { treeOf } from '../../servers/tree.ts'
import { baseRequest, driver, type KillStage, machineFiles } from './stage.ts'

export async function createSqliteStage(wanted: Partial<RenameRequest> = {}): Promise<KillStage> {
  const home = mkdtempSync(join(tmpdir(), 'migrator-kill-'))
  const path = (name: string) => join(home, name)
  const benchPath = path('bench')
  const bench = await createSandboxBench({ directory: benchPath })
  const databaseName = bench.databasePath.split('/').at(-1) ?? ''
  const machine = machineFiles(home, benchPath)
  const { drive, boundaries } = driver(home, benchPath, {
    ...baseRequest,
    ...machine,
    nginxConfig: path('none'),
    ...wanted,
  })
  const parts = ['bench', 'machine']
  const copy = (from: string, to: string) => {
    for (const part of parts) {
      rmSync(path(`${to}${part}`), { recursive: true, force: true })
      cpSync(path(`${from}${part}`), path(`${to}${part}`), {
        recursive: true,
        preserveTimestamps: true,
        verbatimSymlinks: true,
      })
    }
  }
  copy('', 'start-')
  return {
    home,
    benchPath,
    drive,
    boundaries,
    keep: () => copy('', 'kept-'),
    again: async () => copy('kept-', ''),
    fresh: () => copy('start-', ''),
    state: async () => {
      const tree = treeOf(benchPath, { without: ['.migrator', 'logs'] })
      const site = tree.some((line) => line.startsWith('sites/new.domain ')) ? 'new.domain' : 'old.cloud'
      const file = join(benchPath, 'sites', site, 'db', databaseName)
      const database = await openSiteDatabase({ kind: 'sqlite', path: file })
      try {
        const { sha256 } = await database.digest()
        const files = tree.filter((line) => !/\.db(-wal|-shm)? /.test(line))
        return [...files, ...treeOf(path('machine')), sha256].join('\n')
      } finally {
        await database.close()
      }
    },
    remove: async () => rmSync(home, { recursive: true, force: true }),
  }
}

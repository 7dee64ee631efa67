/** A renamed SQLite site to take back, driven by the real command line. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MigrationReport } from '../../../src/report/migration-report.ts'
import type { RenameRequest } from '../../../src/workflows/rename-domain/request.ts'
import { renameArguments, start } from '../kill/command.ts'
import { createSqliteStage } from '../kill/sqlite-stage.ts'
import type { KillStage } from '../kill/stage.ts'

export interface RollbackStage extends KillStage {
  site(name: string): string
  configOf(name: string): string
  lastRun(): string
  /** The first file of the newest run's vault that a name or a text tells. */
  vaultFile(is: (name: string, text: string) => boolean): string
  rename(source?: string, target?: string): Promise<{ code: number; stdout: string; stderr: string }>
  verify(): Promise<{ code: number; stdout: string; stderr: string }>
  /** A command that asks nothing, to its end. */
  quietly(...parameters: string[]): Promise<{ code: number; stdout: string; stderr: string }>
}

export async function rollbackStage(wanted: Partial<RenameRequest> = {}): Promise<RollbackStage> {
  const stage = await createSqliteStage(wanted)
  const { benchPath, environment, request } = stage
  const runs = join(benchPath, '.migrator', 'runs')
  const lastRun = () => readdirSync(runs).sort().at(-1) ?? ''
  const site = (name: string) => join(benchPath, 'sites', name)
  return {
    ...stage,
    site,
    lastRun,
    configOf: (name) => join(site(name), 'site_config.json'),
    vaultFile: (is) => {
      const vault = join(runs, lastRun(), 'vault')
      const text = (name: string) => readFileSync(join(vault, name), 'utf8')
      return join(vault, readdirSync(vault).find((name) => is(name, text(name))) ?? '')
    },
    rename: (source = request.source, target = request.target) =>
      start(benchPath, renameArguments({ ...request, source, target }), environment).ended,
    verify: () => start(benchPath, ['verify-migration'], environment).ended,
    quietly: (...parameters) => start(benchPath, [...parameters, '--no-interactive'], environment).ended,
  }
}

export const keptOf = (stdout: string): string[] =>
  MigrationReport.parse(JSON.parse(stdout)).run.kept.map(({ what, now }) => `${what}: ${now}`)

export const edit = (path: string, change: (text: string) => string): void =>
  writeFileSync(path, change(readFileSync(path, 'utf8')))

export const setKeys = (keys: Record<string, unknown>) => (text: string) =>
  JSON.stringify({ ...JSON.parse(text), ...keys }, null, 1)

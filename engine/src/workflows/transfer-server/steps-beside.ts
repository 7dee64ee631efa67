import type { PlanStep } from '../../execution/plan.ts'
import { at } from '../planned-step.ts'
import { appToGet } from './bench-commands.ts'
import { comparedApps } from './findings-versions.ts'
import type { TransferInput } from './input.ts'

/** Ids that checks and the report name. */
export const ID = {
  key: 'keep-configuration',
  database: 'create-database',
  account: 'run-account',
  capture: 'capture-changes',
  copy: 'copy-database',
  live: 'copy-changes',
  last: 'copy-changes-last',
  maintenance: 'maintenance-on',
  fence: 'write-fence',
  open: 'open-target',
  migrate: 'bench-migrate',
} as const

export type Step = (id: string, phase: PlanStep['phase'], kind: string, params: unknown) => PlanStep

/** A hidden name in sites/: no site until it has its own name and a configuration. */
export const newDirectory = ({ target, newDatabase }: TransferInput): string =>
  `${target.facts.path}/sites/.new${newDatabase}`

export const targetDirectory = ({ target, name }: TransferInput): string => `${target.facts.path}/sites/${name}`

/** What Frappe makes for a site (frappe/installer.py, make_site_dirs), parents first. */
const DIRECTORIES = ['public', 'public/files', 'private', 'private/files', 'private/backups', 'locks', 'logs']
const PASSING = ['locks', 'logs']

const sides = ['public', 'private'] as const

/** While the source is live: nothing of this is seen by anybody. */
export function beside(input: TransferInput, step: Step): PlanStep[] {
  const phase = 'backup_current_state'
  const { source, target, newDatabase, name } = input
  const own = { database: newDatabase, user: newDatabase, hosts: target.database.hosts }
  return [
    ...installApps(input, step),
    at(
      'target',
      step('make-site-directory', phase, 'make-directory', {
        path: newDirectory(input),
        inside: DIRECTORIES,
        passing: PASSING,
        purpose: `Make the directory of ${name} under a name that nothing serves`,
      }),
    ),
    at(
      'source',
      step(ID.key, phase, 'keep-configuration', { backup: null, siteConfig: source.site.config.path, values: true }),
    ),
    at(
      'target',
      step(ID.database, phase, 'create-database', {
        ...own,
        server: target.database.place,
        ...{ characterSet: 'utf8mb4', collation: 'utf8mb4_unicode_ci', filledBy: ID.copy },
      }),
    ),
    at(
      'source',
      step(ID.account, phase, 'run-account', {
        server: source.place,
        database: source.site.databaseName,
        user: source.runAccount,
        // From where the site comes, the run comes too: through that machine.
        hosts: [source.database.server.accountHost],
      }),
    ),
    at('source', step(ID.capture, phase, 'capture-changes', { account: ID.account })),
    at(
      'target',
      step(ID.copy, phase, 'copy-database', {
        madeBy: ID.database,
        account: ID.account,
        ...copiedAmounts(input),
      }),
    ),
    ...copyFiles(input, step, 'first'),
    at(
      'target',
      step(ID.live, phase, 'copy-changes', {
        capturedBy: ID.capture,
        madeBy: ID.database,
        account: ID.account,
        pass: 'live',
      }),
    ),
  ]
}

export function copiedAmounts({ source }: TransferInput): { tables: number; rows: number; bytes: number } {
  const { tables } = source.database
  return {
    tables: tables.length,
    rows: tables.reduce((sum, { estimatedRows }) => sum + estimatedRows, 0),
    bytes: tables.reduce((sum, { dataBytes }) => sum + dataBytes, 0),
  }
}

function installApps(input: TransferInput, step: Step): PlanStep[] {
  if (!input.request.installMissingApps) return []
  return comparedApps(input)
    .filter(({ verdict }) => verdict === 'missing')
    .map(({ name }) =>
      at('target', step(`get-app-${name}`, 'backup_current_state', 'get-app', appToGet(input.source, name))),
    )
}

export function copyFiles(input: TransferInput, step: Step, pass: 'first' | 'last'): PlanStep[] {
  const phase = pass === 'first' ? 'backup_current_state' : 'update_configurations'
  return sides
    .filter((side) => input.source.files[side].present)
    .map((side) =>
      at(
        'target',
        step(`copy-files-${side}${pass === 'last' ? '-last' : ''}`, phase, 'copy-files', {
          from: `${input.source.site.path}/${side}/files`,
          to: `${newDirectory(input)}/${side}/files`,
          files: input.source.files[side].files,
          bytes: input.source.files[side].bytes,
          pass,
        }),
      ),
    )
}

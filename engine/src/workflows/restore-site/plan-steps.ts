import { basename } from 'node:path'
import type { BackupPart } from '../../backup/backup-set.ts'
import type { PlanStep } from '../../execution/plan.ts'
import { plannedStep as step } from '../planned-step.ts'
import { decideKeys, isCopy, keyChanges } from './config-keys.ts'
import type { RestoreInput } from './input.ts'
import { collationsOf } from './plan-collations.ts'

export const MADE_BY = 'create-database'
export const FILLED_BY = 'import-dump'
export const KEY_BY = 'keep-configuration'

/** What Frappe makes for a site (frappe/installer.py, make_site_dirs), parents first. */
const DIRECTORIES = ['public', 'public/files', 'private', 'private/files', 'private/backups', 'locks', 'logs']
const PASSING = ['locks', 'logs']

const sides = ['public', 'private'] as const
type Side = (typeof sides)[number]

/** The ordered steps of a restore. What stands first here is undone last. */
export function restoreSteps(input: RestoreInput): PlanStep[] {
  return input.target.kind === 'existing'
    ? [...beside(input), ...replace(input, input.target.site.config.path, input.target.site.databaseName)]
    : [...beside(input), ...open(input)]
}

/** While the site is live, or not there yet: nothing of this is seen by anybody. */
function beside(input: RestoreInput): PlanStep[] {
  const phase = 'backup_current_state'
  const { target, backup, database, server } = input
  const { dump } = backup.database
  const account = { database, user: database, hosts: server.hosts }
  return [
    ...(target.kind === 'new'
      ? [
          step('make-site-directory', phase, 'make-directory', {
            path: newDirectory(input),
            inside: DIRECTORIES,
            passing: PASSING,
            purpose: `Make the directory of ${target.name} under a name that nothing serves`,
          }),
        ]
      : []),
    step(KEY_BY, phase, 'keep-configuration', {
      backup: fileOf(backup.siteConfig?.content.part),
      siteConfig: target.kind === 'existing' ? target.site.config.path : null,
    }),
    step(MADE_BY, phase, 'create-database', {
      ...account,
      server: server.place,
      ...{ characterSet: 'utf8mb4', collation: 'utf8mb4_unicode_ci', filledBy: FILLED_BY },
    }),
    step(FILLED_BY, phase, 'import-dump', {
      dump: fileOf(backup.database.content.part),
      bytes: backup.database.content.plainBytes,
      madeBy: MADE_BY,
      collations: Object.fromEntries(collationsOf(input).map(({ from, to }) => [from, to])),
      tables: dump?.tables.length ?? 0,
      rows: dump?.tables.reduce((sum, { rows }) => sum + rows, 0) ?? 0,
    }),
    ...sides.flatMap((side) => extract(input, side)),
  ]
}

export const archiveOf = ({ backup }: RestoreInput, side: Side) =>
  side === 'public' ? backup.publicFiles : backup.privateFiles

function extract(input: RestoreInput, side: Side): PlanStep[] {
  const found = archiveOf(input, side)
  if (found?.archive == null) return []
  const { files, fileBytes: bytes } = found.archive
  const params = { archive: fileOf(found.content.part), side, to: laidAt(input, side), files, bytes }
  return [step(`extract-${side}`, 'backup_current_state', 'extract-files', params)]
}

/** A hidden name in sites/: no site until it has its own name and a configuration. */
const newDirectory = ({ facts, database }: RestoreInput): string => `${facts.path}/sites/.new${database}`

function laidAt(input: RestoreInput, side: Side): string {
  const { target, database } = input
  if (target.kind === 'new') return `${newDirectory(input)}/${side}/files`
  return `${target.directory}/${side}/.files.new${database}`
}

/** Where the files of before are until cleanup. */
export const keptFiles = ({ target, database }: RestoreInput, side: Side): string =>
  `${target.directory}/${side}/.files.before${database}`

function replace(input: RestoreInput, path: string, oldDatabase: string | null): PlanStep[] {
  const { facts, target, database } = input
  const answers = (purpose: 'cache' | 'queue') =>
    facts.redis.some((redis) => redis.purpose === purpose && redis.reachable)
  const cache = answers('cache') ? oldDatabase : null
  const config = target.kind === 'existing' ? (target.site.config.value ?? {}) : {}
  const flags = flagsBefore(config)
  return [
    ...(answers('queue')
      ? [
          step('wait-for-jobs', 'stop_services', 'move-jobs', {
            benchId: facts.benchId,
            from: target.name,
            to: target.name,
            waitSeconds: input.request.waitForJobsSeconds,
            part: 'wait',
          }),
        ]
      : []),
    step('maintenance-on', 'stop_services', 'edit-json', {
      path,
      edits: [
        { keys: ['maintenance_mode'], value: 1 },
        { keys: ['pause_scheduler'], value: 1 },
      ],
      purpose: 'Put the site into maintenance and pause its scheduler',
      endedBy: 'maintenance-off',
    }),
    ...(cache === null
      ? []
      : [step('clear-cache-on-rollback', 'stop_services', 'clear-cache', { databaseName: cache, when: 'before' })]),
    ...sides.flatMap((side) => layFiles(input, side)),
    step('switch-database', 'update_configurations', 'switch-database', {
      path,
      commonPath: facts.commonConfig.path,
      database,
      madeBy: MADE_BY,
      namesUser: 'db_user' in config || 'db_user' in (facts.commonConfig.value ?? {}),
      keyFrom: keyChanges(input) ? KEY_BY : null,
    }),
    ...(cache === null
      ? []
      : [
          step('clear-cache', 'resolve_dependencies', 'clear-cache', {
            databaseName: cache,
            when: 'after',
            switched: true,
          }),
        ]),
    step('maintenance-off', 'start_services', 'edit-json', {
      path,
      edits: flags.map(({ key, wanted }) => ({ keys: [key], ...(wanted === null ? {} : { value: wanted }) })),
      purpose: 'Put the maintenance and scheduler flags back as they were',
      endsMaintenance: true,
    }),
  ]
}

function layFiles(input: RestoreInput, side: Side): PlanStep[] {
  if (archiveOf(input, side)?.archive == null) return []
  const files = `${input.target.directory}/${side}/files`
  return [
    ...(input.presentFiles[side]
      ? [step(`keep-${side}`, 'update_configurations', 'move-directory', { from: files, to: keptFiles(input, side) })]
      : []),
    step(`lay-${side}`, 'update_configurations', 'move-directory', { from: laidAt(input, side), to: files }),
  ]
}

/** The flags as they were: a key that was absent is absent again. */
export const flagsBefore = (config: Record<string, unknown>): { key: string; wanted: unknown }[] =>
  ['maintenance_mode', 'pause_scheduler'].map((key) => ({ key, wanted: config[key] ?? null }))

/** What keeps a copy from speaking to anybody (frappe/email/queue.py, frappe/utils/scheduler.py). */
const QUIET = { mute_emails: 1, pause_scheduler: 1 }

/** The directory gets its name, and the configuration, written last, makes it a site. */
function open(input: RestoreInput): PlanStep[] {
  const phase = 'update_configurations'
  const { target, server, facts, backup } = input
  const common = facts.commonConfig.value ?? {}
  const place = { db_host: server.place.host, db_port: server.place.port, db_socket: server.place.socket }
  const needed = Object.entries(place).filter(
    ([key, value]) => value !== null && common[key] !== value && !isDefault(key, value, common),
  )
  const carried = decideKeys(input).filter(({ what }) => what === 'carried')
  return [
    step('name-site-directory', phase, 'move-directory', { from: newDirectory(input), to: target.directory }),
    step('write-site-config', phase, 'make-site-config', {
      path: `${target.directory}/site_config.json`,
      madeBy: MADE_BY,
      keptBy: KEY_BY,
      place: { ...Object.fromEntries(needed), ...(isCopy(input) ? QUIET : {}) },
      carried: backup.siteConfig === null ? [] : carried.map(({ key }) => key),
    }),
  ]
}

/** What Frappe takes where nothing is said (frappe/config.py). */
const isDefault = (key: string, value: unknown, common: Record<string, unknown>): boolean =>
  !(key in common) && ((key === 'db_host' && value === '127.0.0.1') || (key === 'db_port' && value === 3306))

/** A file of the backup as its steps name it: one of another size is no longer the one that was read. */
const fileOf = (part: BackupPart | undefined) =>
  part === undefined ? null : { role: part.role, path: part.path, bytes: part.bytes, name: basename(part.path) }

import { readdir, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { MigratorError } from '../host/errors.ts'

export type PartRole = 'database' | 'public-files' | 'private-files' | 'site-config'

/** What Frappe puts into a backup's file name (frappe/utils/backups.py, set_backup_file_name). */
export interface BackupName {
  /** `20261122_223259` */
  stamp: string
  /** The site with `_` for each dot: `old_cloud`. */
  siteSlug: string
  role: PartRole
  /** `bench backup --only` or `--exclude`. */
  partial: boolean
  /** Written with `-enc`: the site encrypts its backups. */
  encrypted: boolean
}

export interface BackupPart {
  role: PartRole
  path: string
  bytes: number
  /** null when the file has a name of its own. */
  name: BackupName | null
}

/** The files of one backup; only the database must be there. */
export interface BackupSet {
  database: BackupPart
  publicFiles: BackupPart | null
  privateFiles: BackupPart | null
  siteConfig: BackupPart | null
}

export interface BackupRequest {
  /** The database's file; parts that are not named are looked for beside it, by its own stamp and site. */
  backupFile?: string | undefined
  /** Holds one backup, or many of bench's naming: then the newest whole one counts. */
  backupDirectory?: string | undefined
  publicFiles?: string | undefined
  privateFiles?: string | undefined
  siteConfig?: string | undefined
}

const NAME =
  /^(?:(.+?)-)??(?:(partial)-)?(database|private-files|files|site_config_backup)(-enc)?\.(?:sql(?:\.gz|\.zst)?|tar(?:\.gz|\.zst)?|tgz|json)(?:\.gpg)?$/
const STAMPED = /^(\d{8}_\d{6})-(.+)$/

const ROLES: Record<string, PartRole> = {
  database: 'database',
  'private-files': 'private-files',
  files: 'public-files',
  site_config_backup: 'site-config',
}
const OTHER_ROLES = ['public-files', 'private-files', 'site-config'] as const

interface NamedFile extends BackupPart {
  /** What the names of one backup share: `20261122_223259-old_cloud`, or nothing. */
  prefix: string
}

/** Reads a file name of bench's; null for any other. */
export function backupName(fileName: string): BackupName | null {
  const named = readName(fileName)
  const [, stamp, siteSlug] = STAMPED.exec(named?.prefix ?? '') ?? []
  if (named === null || stamp === undefined || siteSlug === undefined) return null
  return { stamp, siteSlug, role: named.role, partial: named.partial, encrypted: named.encrypted }
}

function readName(fileName: string) {
  const [whole, prefix = '', partial, kind = '', encrypted] = NAME.exec(fileName) ?? []
  const role = ROLES[kind]
  if (whole === undefined || role === undefined) return null
  return { prefix, role, partial: partial !== undefined, encrypted: encrypted !== undefined }
}

/**
 * Finds the files of a backup by their names. What is in them is not looked at: recognize.ts does.
 * @throws MigratorError `backup-not-found`, `backup-ambiguous`, `backup-file-role`, `backup-unreadable`
 */
export async function findBackupSet(request: BackupRequest): Promise<BackupSet> {
  const found = await databaseWithSiblings(request)
  const [publicFiles, privateFiles, siteConfig] = await Promise.all(
    OTHER_ROLES.map(async (role) => {
      const given = { 'public-files': request.publicFiles, 'private-files': request.privateFiles }
      const path = role === 'site-config' ? request.siteConfig : given[role]
      return path === undefined ? siblingOf(found.database, found.siblings, role) : partAt(path, role)
    }),
  )
  return {
    database: found.database,
    publicFiles: publicFiles ?? null,
    privateFiles: privateFiles ?? null,
    siteConfig: siteConfig ?? null,
  }
}

async function databaseWithSiblings(request: BackupRequest): Promise<{ database: BackupPart; siblings: NamedFile[] }> {
  if (request.backupFile !== undefined) {
    const database = await partAt(request.backupFile, 'database')
    const named = readName(path.basename(request.backupFile))
    if (named !== null && named.role !== 'database') throw notADatabase(request.backupFile, named.role)
    if (named === null) return { database, siblings: [] }
    const beside = await namedFiles(path.dirname(database.path))
    return { database, siblings: beside.filter((file) => file.prefix === named.prefix) }
  }
  if (request.backupDirectory === undefined) {
    throw new MigratorError({
      code: 'backup-not-found',
      kind: 'usage',
      message: 'No backup was named.',
      hint: 'Name the database file (--backup-file) or the directory (--backup-dir).',
    })
  }
  const files = await namedFiles(await realPathOf(request.backupDirectory))
  const database = newestDatabase(files, request.backupDirectory)
  return { database, siblings: files.filter((file) => file.prefix === database.prefix) }
}

/** The newest backup of the one site whose backups lie there; a whole one before a partial one. */
function newestDatabase(files: NamedFile[], directory: string): NamedFile {
  const databases = files.filter((file) => file.role === 'database')
  const sites = new Set(databases.map((file) => file.name?.siteSlug ?? file.prefix))
  if (sites.size > 1) {
    throw new MigratorError({
      code: 'backup-ambiguous',
      kind: 'usage',
      message: `${directory} holds backups of ${sites.size} sites.`,
      evidence: [...sites].sort().join(', '),
      hint: 'Name the database file of the one that is meant: --backup-file FILE.',
    })
  }
  const whole = databases.filter((file) => file.name?.partial !== true)
  const candidates = (whole.length > 0 ? whole : databases).sort((one, other) => (one.path < other.path ? 1 : -1))
  const [newest] = candidates
  if (newest === undefined) {
    throw new MigratorError({
      code: 'backup-not-found',
      kind: 'usage',
      message: `${directory} holds no database backup.`,
      evidence: `Looked for names like 20261122_223259-old_cloud-database.sql.gz among ${files.length} files of a backup's naming.`,
      hint: 'Name the database file: --backup-file FILE.',
    })
  }
  if (candidates.filter((file) => file.prefix === newest.prefix).length > 1) throw ambiguous(candidates.slice(0, 2))
  return newest
}

function siblingOf(database: BackupPart, siblings: NamedFile[], role: PartRole): BackupPart | null {
  const ofRole = siblings.filter((file) => file.role === role)
  const alike = ofRole.filter((file) => file.name?.encrypted === database.name?.encrypted)
  const candidates = alike.length > 0 ? alike : ofRole
  if (candidates.length > 1) throw ambiguous(candidates)
  const [part] = candidates
  return part === undefined ? null : { role, path: part.path, bytes: part.bytes, name: part.name }
}

async function namedFiles(directory: string): Promise<NamedFile[]> {
  const names = await readdir(directory).catch((error: unknown) => {
    throw unreadable(directory, error)
  })
  const files = names.map(async (name): Promise<NamedFile[]> => {
    const named = readName(name)
    if (named === null) return []
    const file = path.join(directory, name)
    const status = await stat(file).catch((error: unknown) => {
      throw unreadable(file, error)
    })
    if (!status.isFile()) return []
    return [{ role: named.role, path: file, bytes: status.size, name: backupName(name), prefix: named.prefix }]
  })
  return (await Promise.all(files)).flat()
}

async function partAt(file: string, role: PartRole): Promise<BackupPart> {
  const real = await realPathOf(file)
  const status = await stat(real)
  if (!status.isFile()) {
    throw new MigratorError({
      code: 'backup-unreadable',
      kind: 'usage',
      message: `${file} is no file.`,
      hint: status.isDirectory() ? 'A directory is named with --backup-dir.' : 'Name the file itself.',
    })
  }
  return { role, path: real, bytes: status.size, name: backupName(path.basename(file)) }
}

async function realPathOf(file: string): Promise<string> {
  return await realpath(file).catch((error: unknown) => {
    throw unreadable(file, error)
  })
}

function unreadable(file: string, error: unknown): MigratorError {
  const absent = error instanceof Error && 'code' in error && error.code === 'ENOENT'
  return new MigratorError({
    code: absent ? 'backup-not-found' : 'backup-unreadable',
    kind: 'usage',
    message: absent ? `There is no ${file}.` : `${file} cannot be read.`,
    ...(error instanceof Error ? { evidence: error.message } : {}),
    hint: absent ? 'Look at the spelling; paths are relative to where you are.' : 'Run as a user that may read it.',
    cause: error,
  })
}

function ambiguous(files: BackupPart[]): MigratorError {
  return new MigratorError({
    code: 'backup-ambiguous',
    kind: 'usage',
    message: 'Two files of the backup claim the same part.',
    evidence: files.map((file) => file.path).join(', '),
    hint: 'Name the one that is meant: --backup-file, --public-files, --private-files or --site-config.',
  })
}

function notADatabase(file: string, role: PartRole): MigratorError {
  return new MigratorError({
    code: 'backup-file-role',
    kind: 'usage',
    message: `${file} is named like the ${role.replace('-', ' ')} of a backup, not like its database.`,
    hint: 'Name the file that ends in -database.sql.gz: --backup-file FILE.',
  })
}

/** Sites for a test bench: the shared real data sets in a private MariaDB, every secret of theirs replaced. */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { passlibHash } from '../../src/sandbox/demo-database.ts'
import { decryptFernet, encryptFernet, paddedBase64Url } from '../../src/sandbox/fernet-token.ts'
import type { TestBench } from './bench.ts'
import type { MariadbServer, SiteCredentials } from './mariadb.ts'

export interface TestSite {
  name: string
  directory: string
  configPath: string
  database: SiteCredentials
  encryptionKey: string
  administratorPassword: string
  /** Every unique random secret of the site (database password, key, Administrator's password, plaintexts): for leak searches. */
  secrets: string[]
}

export interface SiteOptions {
  /** Folder of a backup set, as `sharedData('site-v15')` gives it. */
  dump: string
  mariadb: MariadbServer
  /** Further keys of site_config.json; they win. */
  siteConfig?: Record<string, unknown>
}

/** Path of a shared data set, or null where it is absent: such a test says so and is skipped. */
export function sharedData(name: string): string | null {
  const beside = fileURLToPath(new URL('../../../../shared/data', import.meta.url))
  const folder = path.join(process.env['MIGRATOR_SHARED_DATA'] ?? beside, name)
  return existsSync(folder) ? folder : null
}

/**
 * Imports a backup set as site `name`: database (under a new name), public and private files, site_config.json (0600).
 * The database password, the encryption key, the Administrator's password and all encrypted values become random.
 */
export async function addSite(bench: TestBench, name: string, options: SiteOptions): Promise<TestSite> {
  const { dump, mariadb } = options
  const directory = path.join(bench.sitesDirectory, name)
  for (const folder of ['public/files', 'private/files', 'private/backups', 'locks', 'logs']) {
    await mkdir(path.join(directory, folder), { recursive: true })
  }
  const databaseName = `_${randomBytes(8).toString('hex')}`
  const database = { database: databaseName, user: databaseName, password: secret('database') }
  await Promise.all([
    mariadb.importDump(path.join(dump, 'database.sql.gz'), database),
    ...['files.tar', 'private-files.tar'].map((archive) => unpack(path.join(dump, archive), directory)),
  ])
  const stored = JSON.parse(await readFile(path.join(dump, 'site_config_backup.json'), 'utf8')) as Record<
    string,
    unknown
  >
  const encryptionKey = paddedBase64Url(randomBytes(32))
  const administratorPassword = secret('administrator')
  const plaintexts = await replaceSecrets(mariadb, databaseName, String(stored['encryption_key']), encryptionKey)
  // The test bench has the framework alone: with further apps in its list the site would not be whole.
  await mariadb.sql(`UPDATE tabDefaultValue SET defvalue='["frappe"]' WHERE defkey='installed_apps'`, databaseName)
  await mariadb.sql(
    `UPDATE \`__Auth\` SET password='${passlibHash(administratorPassword, randomBytes(16))}'
     WHERE doctype='User' AND name='Administrator' AND fieldname='password'`,
    databaseName,
  )
  const configPath = path.join(directory, 'site_config.json')
  const config = {
    ...stored,
    db_name: databaseName,
    db_password: database.password,
    db_host: mariadb.host,
    db_port: mariadb.port,
    encryption_key: encryptionKey,
    ...options.siteConfig,
  }
  await writeFile(configPath, JSON.stringify(config, null, 1), { mode: 0o600 })
  const secrets = [database.password, encryptionKey, administratorPassword, ...plaintexts]
  return { name, directory, configPath, database, encryptionKey, administratorPassword, secrets }
}

const secret = (purpose: string): string => `${purpose}-${randomBytes(12).toString('hex')}`

/** Archives are laid out `./<site>/public/files/…`: the first two parts are left out, as Frappe's restore does. */
async function unpack(archive: string, directory: string): Promise<void> {
  await promisify(execFile)('tar', ['--extract', '--file', archive, '--strip-components=2', '--directory', directory])
}

/** Gives every row that the old key opens a new random plaintext under the new key; answers the plaintexts. */
async function replaceSecrets(
  mariadb: MariadbServer,
  database: string,
  oldKey: string,
  newKey: string,
): Promise<string[]> {
  const listed = await mariadb.sql(
    'SELECT doctype, name, fieldname, password FROM `__Auth` WHERE encrypted=1',
    database,
  )
  const rows = listed.split('\n').filter((line) => line !== '')
  const plaintexts: string[] = []
  const statements = rows.flatMap((line) => {
    const [doctype = '', name = '', field = '', token = ''] = line.split('\t')
    if (decryptFernet(oldKey, token) === null) return []
    const plaintext = secret('stored')
    plaintexts.push(plaintext)
    const replaced = encryptFernet(newKey, plaintext, randomBytes(16), Math.floor(Date.now() / 1000))
    const key = [doctype, name, field].map((part) => `'${part.replaceAll("'", "''")}'`)
    return [`UPDATE \`__Auth\` SET password='${replaced}' WHERE (doctype, name, fieldname) = (${key.join(', ')});`]
  })
  if (statements.length > 0) await mariadb.sql(statements.join('\n'), database)
  return plaintexts
}

/** A site in a real bench, a backup of another moment, and an administrator's account. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openSiteDatabase } from '../../../src/database/open.ts'
import type { DatabaseDigest } from '../../../src/database/site-database.ts'
import type { MariadbServer, SiteCredentials } from '../../servers/mariadb.ts'
import type { Ended } from '../../servers/migrator.ts'
import { dumpOf, type Stage, setStage } from '../rename/stage.ts'

export const SITE = 'shop.example'

export interface RestoreStage extends Stage {
  /** Directory of a backup set with bench's names, made of the shared data set. */
  backup: string
  /** Option file of the server's root. */
  administrator: string
  restore(...more: string[]): Promise<Ended>
  databases(): Promise<string[]>
  accounts(): Promise<string[]>
  digestOf(credentials: SiteCredentials): Promise<DatabaseDigest>
  /** Credentials the site's configuration names now. */
  present(site?: string): SiteCredentials
  /** sites/ and the databases with their content: equal texts are equal states. */
  state(): Promise<string>
}

export const PREFIX = '20261122_223259-old_cloud'

const NAMES = {
  'database.sql.gz': 'database.sql.gz',
  'files.tar': 'files.tar',
  'private-files.tar': 'private-files.tar',
  'site_config_backup.json': 'site_config_backup.json',
}

/** Copies the shared set under the names that bench gives. */
export function backupSet(directory: string, dataSet: 'site-v15' | 'site-v14', prefix = PREFIX): string {
  mkdirSync(directory, { recursive: true })
  const dump = dumpOf(dataSet)
  for (const [from, to] of Object.entries(NAMES)) copyFileSync(join(dump, from), join(directory, `${prefix}-${to}`))
  for (const name of readdirSync(directory)) chmodReadable(join(directory, name))
  return directory
}

const chmodReadable = (path: string): void => writeFileSync(path, readFileSync(path))

export async function restoreStage(dataSet: 'site-v15' | 'site-v14' = 'site-v15'): Promise<RestoreStage> {
  const stage = await setStage({
    dataSet,
    site: SITE,
    arrange: async (bench) => {
      // The backup's site uses it; the stand-in framework needs no more of an app than its name.
      const app = join(bench.directory, 'apps', 'wiki', 'wiki')
      mkdirSync(app, { recursive: true })
      writeFileSync(join(app, '__init__.py'), '__version__ = "2.0.0"\n')
    },
  })
  const { mariadb, bench } = stage
  const home = join(bench.directory, '..')
  const administrator = join(home, 'root.cnf')
  writeFileSync(administrator, optionFile('root', mariadb.rootPassword, mariadb.socket), { mode: 0o600 })
  const backup = backupSet(join(home, 'backup'), dataSet)
  const present = (site = SITE): SiteCredentials => {
    const config = JSON.parse(readFileSync(join(bench.sitesDirectory, site, 'site_config.json'), 'utf8'))
    return { database: config.db_name, user: config.db_user ?? config.db_name, password: config.db_password }
  }
  const digestOf = (credentials: SiteCredentials) => digest(mariadb, credentials)
  const list = async (statement: string) => (await mariadb.sql(statement)).split('\n').filter((line) => line !== '')
  const databases = () => list("SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE '\\_%'")
  return {
    ...stage,
    ...{ backup, administrator, present, digestOf, databases },
    accounts: () => list("SELECT CONCAT(user, '@', host) FROM mysql.user WHERE user LIKE '\\_%' ORDER BY 1"),
    restore: (...more) =>
      stage.migrate(
        'restore-site',
        ...['--backup-dir', backup, '--admin-option-file', administrator, '--no-interactive', ...more],
      ),
    state: async () => {
      const names = await databases()
      return [...names, ...stage.tree(), (await digestOf(present())).sha256].join('\n')
    },
  }
}

export const optionFile = (user: string, password: string, socket: string): string =>
  `[client]\nuser=${user}\npassword="${password}"\nsocket=${socket}\n`

async function digest(mariadb: MariadbServer, credentials: SiteCredentials): Promise<DatabaseDigest> {
  const { host, port } = mariadb
  const database = await openSiteDatabase({ kind: 'mariadb', host, port, socket: null, ...credentials })
  try {
    return await database.digest()
  } finally {
    await database.close()
  }
}

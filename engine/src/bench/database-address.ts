import type { DatabaseAddress } from '../database/site-database.ts'
import type { SiteFacts } from './bench-facts.ts'
import { numberAt, textAt } from './config-keys.ts'
import type { Finding } from './finding.ts'
import type { Reading } from './reading.ts'

type SiteDatabaseFacts = Pick<SiteFacts, 'database' | 'databaseKind' | 'databaseName'>

function kindOf(type: string): SiteFacts['databaseKind'] {
  if (type === 'mariadb' || type === 'sqlite' || type === 'postgres') return type
  return 'unknown'
}

/**
 * Where a site's database is, as Frappe finds it (frappe/config.py get_site_config): the site's keys over the bench's,
 * `mariadb` at 127.0.0.1:3306 by default, user = `db_user` or the database's name; a socket wins over host and port
 * (frappe/database/mariadb/mysqlclient.py get_connection_settings); an SQLite file lies in the site's `db/`.
 */
export function databaseOf(
  site: { name: string; path: string; configPath: string },
  siteConfig: Record<string, unknown> | null,
  commonConfig: Record<string, unknown> | null,
): Reading<SiteDatabaseFacts> {
  if (siteConfig === null)
    return { value: { database: null, databaseKind: 'unknown', databaseName: null }, findings: [] }
  const config = { ...commonConfig, ...siteConfig }
  const type = textAt(config, 'db_type') ?? 'mariadb'
  const kind = kindOf(type)
  const name = textAt(config, 'db_name') ?? textAt(config, 'db_user')
  const facts = (database: DatabaseAddress | null): SiteDatabaseFacts => ({
    database,
    databaseKind: kind,
    databaseName: name,
  })
  const without = (id: string, title: string, evidence: string, remedy: string): Reading<SiteDatabaseFacts> => {
    const finding: Finding = { id, severity: 'critical', title, evidence, remedies: [remedy], subject: site.name }
    return { value: facts(null), findings: [finding] }
  }
  if (kind === 'unknown') {
    return without(
      'database-type-unknown',
      `Site ${site.name} has a database of unknown type.`,
      `${site.configPath}: "db_type" is none of mariadb, sqlite, postgres`,
      'Correct "db_type" in the site\'s configuration.',
    )
  }
  if (name === null) {
    return without(
      'database-name-missing',
      `Site ${site.name} names no database.`,
      `${site.configPath}: "db_name" is missing or empty`,
      'Put the name of the site\'s database into "db_name".',
    )
  }
  if (kind === 'sqlite') return { value: facts({ kind, path: `${site.path}/db/${name}.db` }), findings: [] }
  if (kind === 'postgres') return { value: facts(null), findings: [] }
  const password = textAt(config, 'db_password')
  if (password === null) {
    return without(
      'database-password-missing',
      `Site ${site.name} has no password for its database.`,
      `${site.configPath}: "db_password" is missing or empty`,
      'Put the password of the site\'s database user into "db_password"; a backup\'s site_config_backup.json may still hold it.',
    )
  }
  const socket = textAt(config, 'db_socket')
  return {
    value: facts({
      kind,
      host: socket === null ? (textAt(config, 'db_host') ?? '127.0.0.1') : null,
      port: socket === null ? (numberAt(config, 'db_port') ?? 3306) : null,
      socket,
      user: textAt(config, 'db_user') ?? name,
      password,
      database: name,
    }),
    findings: [],
  }
}

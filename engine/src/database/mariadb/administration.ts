import type { Connection } from 'mariadb'
import { MigratorError } from '../../host/errors.ts'
import type { AdministratorAccount, ServerPlace } from '../server-place.ts'
import type { Row } from '../site-database.ts'
import { connect } from './connection.ts'
import { quoteName } from './identifiers.ts'

/** A database with the account that alone may use it; Frappe expects both to have one name. */
export interface NewDatabase {
  database: string
  user: string
  password: string
  /** Hosts the account may come from: `localhost`, `%`. */
  hosts: string[]
  characterSet: string
  collation: string
}

/** Lends a connection of the administrator's, to no database. @throws MigratorError as connect does */
export async function withAdministrator<Result>(
  place: ServerPlace,
  account: AdministratorAccount,
  use: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const address = { kind: 'mariadb' as const, ...place, ...account.place, database: '' }
  const connection = await connect({ ...address, user: account.user, password: account.password }, 'write')
  try {
    return await use(connection)
  } finally {
    await connection.end().catch(() => connection.destroy())
  }
}

/** Whether the server has a database of this name, as far as the account may see. */
export async function hasDatabase(connection: Connection, name: string): Promise<boolean> {
  const rows = await connection.query<Row[]>('SELECT 1 FROM information_schema.schemata WHERE schema_name = ?', [name])
  return rows.length > 0
}

/** Whether nothing was ever put into it, or all was taken out: tables and views, as far as the account may see. */
export async function isEmptyDatabase(connection: Connection, name: string): Promise<boolean> {
  const rows = await connection.query<Row[]>('SELECT 1 FROM information_schema.tables WHERE table_schema = ? LIMIT 1', [
    name,
  ])
  return rows.length === 0
}

/** Makes database and account as they shall be, whatever a process that was killed here has made of them already. */
export async function makeDatabase(connection: Connection, wanted: NewDatabase): Promise<void> {
  const { database, user, password, hosts, characterSet, collation } = wanted
  await connection.query(
    `CREATE DATABASE IF NOT EXISTS ${quoteName(database)} CHARACTER SET ${characterSet} COLLATE ${collation}`,
  )
  for (const host of hosts) {
    await connection.query('CREATE USER IF NOT EXISTS ?@? IDENTIFIED BY ?', [user, host, password])
    await connection.query('ALTER USER ?@? IDENTIFIED BY ?', [user, host, password])
    await connection.query(`GRANT ALL PRIVILEGES ON ${grantedName(database)}.* TO ?@?`, [user, host])
  }
}

export async function dropAccount(connection: Connection, user: string, hosts: string[]): Promise<void> {
  for (const host of hosts) await connection.query('DROP USER IF EXISTS ?@?', [user, host])
}

/** In a grant `_` and `%` stand for other characters unless they are escaped: without that, `_ab` is granted with `xab`. */
const grantedName = (database: string): string => quoteName(database.replace(/[_%\\]/g, '\\$&'))

/** The statements an administrator types who wants to see, or do, the same by hand; the password is left to them. */
export const creationStatements = ({
  database,
  user,
  hosts,
  characterSet,
  collation,
}: Omit<NewDatabase, 'password'>) => [
  `CREATE DATABASE ${quoteName(database)} CHARACTER SET ${characterSet} COLLATE ${collation};`,
  ...hosts.flatMap((host) => [
    `CREATE USER '${user}'@'${host}' IDENTIFIED BY '…';`,
    `GRANT ALL PRIVILEGES ON ${grantedName(database)}.* TO '${user}'@'${host}';`,
  ]),
]

/** What an account needs that is not root's, to make this database and its user. */
export const sufficientGrants = (database: string): string[] => [
  "GRANT CREATE USER ON *.* TO 'ADMIN'@'HOST';",
  `GRANT ALL PRIVILEGES ON ${grantedName(database)}.* TO 'ADMIN'@'HOST' WITH GRANT OPTION;`,
]

/**
 * What the account lacks to make a database and its user; empty when nothing.
 * @param grants the lines of SHOW GRANTS
 */
export function missingRights(grants: string[], database: string): string[] {
  const held = grants.flatMap((line) => {
    const [, rights = '', scope = ''] = /^GRANT (.+?) ON (\S+|`(?:[^`]|``)+`\.\*) TO /.exec(line) ?? []
    return rights === '' ? [] : [{ rights, scope, grants: / WITH GRANT OPTION/.test(line) }]
  })
  const everywhere = held.filter(({ scope }) => scope === '*.*')
  const here = held.filter(({ scope }) => scope === '*.*' || covers(scope, database))
  const has = (list: typeof held, right: string) =>
    list.some(({ rights }) => /^ALL PRIVILEGES\b/.test(rights) || rights.split(', ').includes(right))
  return [
    ...(has(everywhere, 'CREATE USER') ? [] : ['CREATE USER']),
    ...(has(here, 'CREATE') ? [] : ['CREATE']),
    ...(here.some((one) => one.grants && has([one], 'CREATE')) ? [] : ['GRANT OPTION']),
  ]
}

/** A grant's scope names databases as LIKE does. */
function covers(scope: string, database: string): boolean {
  const pattern = /^`((?:[^`]|``)+)`\.\*$/.exec(scope)?.[1]
  if (pattern === undefined) return false
  let expression = ''
  for (let at = 0; at < pattern.length; at++) {
    const letter = pattern[at] ?? ''
    if (letter === '\\') expression += literal(pattern[++at] ?? '')
    else expression += letter === '%' ? '.*' : letter === '_' ? '.' : literal(letter)
  }
  return new RegExp(`^${expression}$`, 's').test(database)
}

const literal = (letter: string): string => letter.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

export const readGrants = async (connection: Connection): Promise<string[]> =>
  (await connection.query<Row[]>('SHOW GRANTS')).flatMap((row) => Object.values(row).map(String))

/** Said wherever an administrator is needed and there is none. */
export const administratorMissing = (doing: string, untouched: string): MigratorError =>
  new MigratorError({
    code: 'administrator-missing',
    kind: 'refused',
    message: `${doing} needs an account that may make databases and users, and none was given.`,
    untouched,
    hint: 'Name a file of mode 0600 with [client], user and password: --admin-option-file FILE. At a terminal you are asked for them. Root of the database is not needed: see the plan for the grants that suffice.',
    failureClass: 'permission',
  })

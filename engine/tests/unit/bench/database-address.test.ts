import assert from 'node:assert/strict'
import { test } from 'node:test'
import { databaseOf } from '../../../src/bench/database-address.ts'

const SITE = { name: 'old.cloud', path: '/b/sites/old.cloud', configPath: '/b/sites/old.cloud/site_config.json' }
const read = (site: Record<string, unknown>, common: Record<string, unknown> | null = null) =>
  databaseOf(SITE, site, common)

test('a MariaDB site is at 127.0.0.1:3306 as the user of its database, unless told otherwise', () => {
  assert.deepEqual(read({ db_name: '_a', db_password: 'p' }).value, {
    databaseKind: 'mariadb',
    databaseName: '_a',
    database: {
      kind: 'mariadb',
      host: '127.0.0.1',
      port: 3306,
      socket: null,
      user: '_a',
      password: 'p',
      database: '_a',
    },
  })
})

test('the bench gives host, port and type, the site has the last word', () => {
  const common = { db_host: 'db', db_port: '3307', db_type: 'mariadb' }
  const { database } = read({ db_name: '_a', db_password: 'p', db_user: 'u', db_host: 'own' }, common).value
  assert.ok(database?.kind === 'mariadb')
  assert.deepEqual([database.host, database.port, database.user], ['own', 3307, 'u'])
})

test('a socket wins over host and port', () => {
  const { database } = read({ db_name: '_a', db_password: 'p', db_host: 'db', db_socket: '/run/my.sock' }).value
  assert.ok(database?.kind === 'mariadb')
  assert.deepEqual([database.host, database.port, database.socket], [null, null, '/run/my.sock'])
})

test('an SQLite site has a file and needs no password', () => {
  const { value, findings } = read({ db_name: 'old_cloud', db_type: 'sqlite' })
  assert.deepEqual(value.database, { kind: 'sqlite', path: '/b/sites/old.cloud/db/old_cloud.db' })
  assert.deepEqual(findings, [])
})

test('PostgreSQL is told, not reached', () => {
  const { value, findings } = read({ db_name: 'x', db_password: 'p', db_type: 'postgres' })
  assert.deepEqual([value.databaseKind, value.database, findings.length], ['postgres', null, 0])
})

test('what is missing or unknown is said and leaves no address', () => {
  const cases: [Record<string, unknown>, string][] = [
    [{ db_name: '_a' }, 'database-password-missing'],
    [{ db_name: '_a', db_password: '' }, 'database-password-missing'],
    [{ db_password: 'p' }, 'database-name-missing'],
    [{ db_name: '_a', db_password: 'p', db_type: 'oracle' }, 'database-type-unknown'],
  ]
  for (const [config, id] of cases) {
    const { value, findings } = read(config)
    assert.equal(value.database, null)
    assert.deepEqual(
      findings.map((finding) => [finding.id, finding.severity, finding.subject]),
      [[id, 'critical', 'old.cloud']],
    )
  }
})

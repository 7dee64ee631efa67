/** What loading a dump must not pass over, and what dropping a database must be sure of, on a real server. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { LoadStatements } from '../../../src/changes/load-statements.ts'
import type { MariadbKept } from '../../../src/database/kept-address.ts'
import { dropDatabase } from '../../../src/database/mariadb/drop-database.ts'
import { type LoadStatement, loadDump } from '../../../src/database/mariadb/load-dump.ts'
import { type MariadbServer, startMariadb } from '../../servers/mariadb.ts'

let server: MariadbServer
before(async () => {
  server = await startMariadb()
})
after(() => server.stop())

const HEAD = "/*!40101 SET NAMES utf8mb4 */;\n/*!40101 SET SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;\n"

async function made(database: string): Promise<MariadbKept> {
  const { host, port } = server
  const credentials = { database, user: database, password: 'made' }
  await server.createDatabase(credentials)
  return { kind: 'mariadb', host, port, socket: null, ...credentials }
}

async function load(address: MariadbKept, dump: string): Promise<void> {
  const statements = new LoadStatements({})
  const read = async (take: (statement: LoadStatement) => Promise<void>) => {
    for (const one of [...statements.push(Buffer.from(dump)), ...statements.end()]) await take(one)
  }
  const nothing = async () => undefined
  await loadDump(address, read, { connections: 2, done: new Set(), onTable: nothing, onAlterations: nothing })
}

const administrator = async () => ({ user: 'root', password: server.rootPassword, place: {} })
const databases = async () => (await server.sql('SHOW DATABASES')).split('\n')
const accounts = async (user: string) => (await server.sql(`SELECT host FROM mysql.user WHERE user = '${user}'`)).trim()

test('a value that the server would cut is a failure that tells table and column, never the value', async () => {
  const address = await made('_cut')
  const dump = `${HEAD.replace('utf8mb4', 'utf8mb3')}CREATE TABLE note (a int, b text CHARACTER SET utf8mb4);
INSERT INTO note VALUES (1,'whole');
INSERT INTO note VALUES (2,'before 😀 the secret after');
`
  await assert.rejects(load(address, dump), (error: Error & { evidence?: string; hint?: string }) => {
    assert.match(error.message, /would have changed values of the dump/)
    assert.match(error.evidence ?? '', /table note: column b \(1366\)/)
    assert.doesNotMatch(JSON.stringify(error) + error.stack, /xF0|before|secret/)
    return true
  })
})

test('zero dates, rounded numbers and long texts of a dump are no changed values', async () => {
  const address = await made('_same')
  await load(
    address,
    `${HEAD}CREATE TABLE kept (a datetime(6) NOT NULL, b decimal(21,9), c double, d float, e longtext, f date);
INSERT INTO kept VALUES ('0000-00-00 00:00:00.000000',1.123456789,1.2345678901234567e300,0.1,'😀','2024-00-00');
`,
  )
  assert.equal((await server.sql('SELECT COUNT(*) FROM kept', '_same')).trim(), '1')
})

test('statements between the rows act on the rows', async () => {
  const address = await made('_between')
  await load(
    address,
    `${HEAD}CREATE TABLE one (a int);
INSERT INTO one VALUES (1),(2);
UPDATE one SET a = a + 10;
CREATE INDEX late ON one (a);
CREATE TABLE two (a int);
INSERT INTO two VALUES (1);
`,
  )
  assert.equal((await server.sql('SELECT GROUP_CONCAT(a ORDER BY a) FROM one', '_between')).trim(), '11,12')
})

test('a database of the same name that the account cannot open is not dropped, nor its account', async () => {
  const address = await made('_ours')
  await server.sql('CREATE TABLE live (a int); INSERT INTO live VALUES (1)', '_ours')
  const other = { ...address, password: 'another' }
  assert.deepEqual(await dropDatabase(other, ['localhost', '%'], administrator), { database: 'left', account: 'left' })
  assert.ok((await databases()).includes('_ours'))
  assert.notEqual(await accounts('_ours'), '')
})

test('what a killed process has begun to make goes as the administrator', async () => {
  await server.sql('CREATE DATABASE _begun')
  const { host, port } = server
  const address = {
    kind: 'mariadb' as const,
    host,
    port,
    socket: null,
    user: '_begun',
    password: 'x',
    database: '_begun',
  }
  assert.deepEqual(await dropDatabase(address, ['localhost'], administrator), {
    database: 'dropped',
    account: 'dropped',
  })
  assert.ok(!(await databases()).includes('_begun'))
})

test('an administrator that is refused, or whose file is gone, leaves the account and keeps nobody from going on', async () => {
  for (const [name, asked] of [
    ['_refused', async () => ({ user: 'root', password: 'changed since', place: {} })],
    ['_none', async () => null],
  ] as const) {
    const address = await made(name)
    assert.deepEqual(await dropDatabase(address, ['localhost'], asked), { database: 'dropped', account: 'left' })
    assert.ok(!(await databases()).includes(name))
  }
})

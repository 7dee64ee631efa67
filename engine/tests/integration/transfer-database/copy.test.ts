/** A database copied from one server to another is the same database there, and nothing is done to its source. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { compareDatabases } from '../../../src/database/mariadb/compare-databases.ts'
import { connect } from '../../../src/database/mariadb/connection.ts'
import { type MariadbServer, startMariadb } from '../../servers/mariadb.ts'
import { sharedData } from '../../servers/site.ts'
import { copying, digestOf, fillNasty, sideOn } from './stage.ts'

let source: MariadbServer
let target: MariadbServer
before(async () => {
  ;[source, target] = await Promise.all([startMariadb(), startMariadb()])
})
after(() => Promise.all([source.stop(), target.stop()]))

test('nasty rows arrive byte for byte, and whatever differs afterwards is told by table', async () => {
  const [from, to] = [await sideOn(source, 'nasty'), await sideOn(target, 'nasty')]
  await fillNasty(from)
  const ours = ['__migrator_changes']
  const start = await digestOf(from.address, ours)
  const copy = copying(from.address, to.address)
  const { tables, events } = await copy.run()
  assert.deepEqual(events, ['nightly'])
  assert.equal(tables.length, 19)
  const end = await digestOf(to.address)
  assert.deepEqual(end.tables, start.tables)
  assert.deepEqual(await digestOf(from.address, ours), start, 'the source is as it was')
  const shown = async (sql: string) => [await source.sql(sql, 'nasty'), await target.sql(sql, 'nasty')]
  for (const sql of [
    "SELECT trigger_name, action_statement FROM information_schema.triggers WHERE trigger_schema = 'nasty' AND trigger_name NOT LIKE '\\_\\_migrator%' ORDER BY 1",
    "SELECT routine_name, routine_definition FROM information_schema.routines WHERE routine_schema = 'nasty'",
    'SELECT a, hidden, HEX(place), single + 0e0 FROM tabKinds ORDER BY a',
    'SHOW CREATE TABLE tabCounted',
    'SHOW CREATE TABLE tabKinds',
    'SHOW CREATE TABLE `tabA child`',
    'SHOW CREATE TABLE tabParted',
    'SELECT NEXTVAL(note_id_seq)',
  ]) {
    const [here, there] = await shown(sql)
    assert.equal(there, here, sql)
  }
  const status = "SELECT status FROM information_schema.events WHERE event_schema = 'nasty'"
  assert.equal((await target.sql(status)).trim(), 'DISABLED')

  const compare = async () =>
    (await compareDatabases(from.address, to.address, { parallel: 2 })).differences.map(
      ({ table, how }) => `${table}: ${how}`,
    )
  assert.deepEqual(await compare(), [])
  await target.sql(
    "UPDATE tabNote SET title = CONCAT(title, ' ') WHERE name = 'trailing'; DELETE FROM tabTwice LIMIT 1; DROP VIEW aview; ALTER TABLE tabEmpty ADD COLUMN more int; CREATE TABLE later (a int); DO NEXTVAL(note_id_seq); UPDATE tabRaw SET body = NULL, note = ''",
    'nasty',
  )
  assert.deepEqual(await compare(), [
    'later: new',
    'sequence note_id_seq: at 11, the source at 10',
    'tabEmpty: other columns: more int(11)',
    'tabNote: values of title',
    'tabRaw: values of body, note',
    'tabTwice: 1 row fewer',
    'view aview: missing',
  ])
})

test('any bytes in any column are the same bytes at the other side', async () => {
  const [from, to] = [await sideOn(source, 'anything'), await sideOn(target, 'anything')]
  await source.sql(
    'CREATE TABLE t (id int NOT NULL PRIMARY KEY, a varbinary(400), b longblob, c varchar(400) CHARACTER SET utf8mb4, d blob)',
    'anything',
  )
  const value = fc.option(fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)))
  const text = fc.option(fc.string({ unit: 'grapheme', maxLength: 100 }))
  const row = fc.tuple(value, value, text, value)
  const connection = await connect(from.address, 'write')
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 300 }), async (rows) => {
        await connection.query('DELETE FROM t')
        await connection.batch(
          'INSERT INTO t VALUES (?, ?, ?, ?, ?)',
          rows.map((values, id) => [id, ...values]),
        )
        await copying(from.address, to.address).run()
        const [here, there] = [await digestOf(from.address), await digestOf(to.address)]
        assert.deepEqual(there, here)
      }),
      { numRuns: 8 },
    )
  } finally {
    await connection.end()
  }
})

const site = sharedData('site-v15')
const absent = site === null ? 'the shared data set site-v15 is absent' : false
test('a real site arrives whole', { skip: absent }, async () => {
  const from = { database: 'site', user: 'site', password: 'copied' }
  await source.importDump(path.join(site ?? '', 'database.sql.gz'), from)
  const address = { kind: 'mariadb' as const, host: null, port: null, socket: source.socket, ...from }
  const to = await sideOn(target, 'site')
  await copying(address, to.address).run()
  assert.deepEqual(await digestOf(to.address), await digestOf(address))
  const { tables, rows, differences } = await compareDatabases(address, to.address, { parallel: 2 })
  assert.deepEqual(differences, [])
  assert.ok(tables > 200 && rows > 5000, `${tables} tables, ${rows} rows`)
})

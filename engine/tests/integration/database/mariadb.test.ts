/** What only a server can do to us: long statements that outlive us, lost connections, locks, packets, rights. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { connect } from '../../../src/database/mariadb/connection.ts'
import { ReadConnections } from '../../../src/database/mariadb/connections.ts'
import { keyRanges, rangeCondition } from '../../../src/database/mariadb/key-ranges.ts'
import { readTables } from '../../../src/database/mariadb/tables.ts'
import { openMariadbWriter } from '../../../src/database/mariadb/writer.ts'
import { openSiteDatabase } from '../../../src/database/open.ts'
import type { ScanHit } from '../../../src/database/site-database.ts'
import { type MariadbServer, startMariadb } from '../../servers/mariadb.ts'
import { HOST } from './nasty-rows.ts'
import { type Stage, stageMariadb } from './stage.ts'

let server: MariadbServer
let stage: Stage

before(async () => {
  server = await startMariadb()
  stage = await stageMariadb(server)
})
after(async () => {
  await stage.end()
  await server.stop()
})

const mariadbAddress = () => {
  assert.equal(stage.address.kind, 'mariadb')
  return stage.address.kind === 'mariadb' ? stage.address : assert.fail()
}

test('the statement of a killed writer is waited for by the next one', async () => {
  await stage.execute(
    "CREATE TABLE tabSlow (name varchar(140) PRIMARY KEY, value int); INSERT INTO tabSlow VALUES ('a', 0), ('b', 0), ('c', 0)",
  )
  const child = holdWriter(JSON.stringify(stage.address), 'UPDATE tabSlow SET value = 1 WHERE SLEEP(0.7) = 0')
  await once(child.stdout, 'data')
  await delay(200)
  child.kill('SIGKILL')
  await once(child, 'exit')
  await assert.rejects(stage.database.openWriter(100), (error: { code: string; evidence: string }) => {
    assert.equal(error.code, 'database-locked')
    assert.match(error.evidence, /held by connection \d+ of _nasty/)
    return true
  })
  const writer = await stage.database.openWriter(10_000)
  await writer.close()
  const rows = await stage.database.read('SELECT SUM(value) AS total FROM tabSlow')
  assert.equal(rows[0]?.['total'], '3', 'the orphaned statement was over before the lock was given')
})

test('a database name too long for a lock name still locks', async () => {
  const { lockName } = await import('../../../src/database/mariadb/named-lock.ts')
  const long = `_${'a'.repeat(63)}`
  assert.equal(lockName('_short'), 'migrator:_short')
  assert.ok(lockName(long).length <= 64)
  assert.notEqual(lockName(long), lockName(`_${'a'.repeat(62)}b`))
})

test('rows locked by the site are reported with the table after a short wait', async () => {
  const blocker = server.sql(
    "START TRANSACTION; UPDATE tabNote SET title = 'locked' WHERE name = 'plain'; DO SLEEP(2.5); ROLLBACK",
    mariadbAddress().database,
  )
  await delay(300)
  const writer = await openMariadbWriter(mariadbAddress(), 1000, 1)
  const cell = {
    table: 'tabNote',
    column: 'content',
    match: { name: 'plain' },
    before: `see https://${HOST}/app`,
    after: 'x',
  }
  try {
    await assert.rejects(writer.updateCells([cell]), (error: { code: string; message: string }) => {
      assert.equal(error.code, 'database-write-failed')
      assert.match(error.message, /tabNote/)
      return true
    })
    await blocker
    assert.deepEqual(await writer.readCells([cell]), [{ value: cell.before }])
  } finally {
    await writer.close()
  }
})

test('an overflow is an error, not a cut', async () => {
  const writer = await stage.database.openWriter(1000)
  const cell = { table: 'tabNote', column: 'title', match: { name: 'plain' }, before: 'Title', after: 'x'.repeat(61) }
  try {
    await assert.rejects(writer.updateCells([cell]), {
      code: 'database-write-failed',
      message: /longer than its column.*tabNote|tabNote/,
    })
    assert.deepEqual(await writer.readCells([cell]), [{ value: 'Title' }])
  } finally {
    await writer.close()
  }
})

test('text of another character set is compared and written right, and its ON UPDATE stamp stays', async () => {
  const writer = await stage.database.openWriter(1000)
  const cell = { table: 'tabLatin', column: 'content', match: { name: 'é' }, before: `höst ${HOST}`, after: 'höst neu' }
  try {
    assert.deepEqual(await writer.updateCells([cell]), [{ outcome: 'changed', rows: 1 }])
    const [row] = await stage.database.read('SELECT stamp, content FROM tabLatin')
    assert.match(String(row?.['stamp']), /^2020-01-01/)
    assert.equal(row?.['content'], 'höst neu')
  } finally {
    await writer.close()
  }
})

test('updates go through the primary key', async () => {
  const { updateStatement } = await import('../../../src/database/mariadb/cell-statement.ts')
  const connection = await connect(mariadbAddress(), 'write')
  const table = (await readTables(connection)).find(({ name }) => name === 'tabNote')
  assert.ok(table)
  const cell = { table: 'tabNote', column: 'content', match: { name: 'plain' }, before: 'a', after: 'b' }
  const { sql, values } = updateStatement(table, cell)
  const [plan] = await connection.query(`EXPLAIN ${sql}`, values)
  await connection.end()
  assert.equal(plan.key, 'PRIMARY')
  assert.equal(String(plan.rows), '1')
})

test('errors never quote values', async () => {
  const writer = await stage.database.openWriter(1000)
  const cell = {
    table: 'tabNote',
    column: 'missing',
    match: { name: 'plain' },
    before: 'secret-one',
    after: 'secret-two',
  }
  const error: unknown = await writer.updateCells([cell]).catch((caught: unknown) => caught)
  await writer.close()
  assert.ok(error instanceof Error)
  assert.doesNotMatch(inspect(error, { depth: 10 }), /secret-/)
})

test('values beyond max_allowed_packet are found, read whole and can be told apart', async () => {
  await stage.execute(`CREATE TABLE tabLong (name varchar(140) PRIMARY KEY, one longtext, two longtext);
    INSERT INTO tabLong VALUES ('hit', CONCAT(REPEAT('ä', 5000000), ' ${HOST} '), CONCAT('x', REPEAT('y', 10000000))), ('none', REPEAT('z', 20000000), 'no');
    SET GLOBAL max_allowed_packet = 16777216`)
  const database = await openSiteDatabase(stage.address)
  const hits: ScanHit[] = []
  for await (const hit of database.scan({
    targets: [{ table: 'tabLong', columns: ['one', 'two'], alsoReturn: [] }],
    needles: [HOST],
    parallel: 2,
  }))
    hits.push(hit)
  assert.deepEqual(
    hits.map(({ key }) => key),
    [['hit']],
  )
  assert.equal(hits[0]?.row['one'], `${'ä'.repeat(5_000_000)} ${HOST} `)
  const start = await database.digest()
  const before = String(hits[0]?.row['one'])
  const writer = await database.openWriter(1000)
  try {
    const cell = {
      table: 'tabLong',
      column: 'one',
      match: { name: 'hit' },
      before,
      after: before.replace(HOST, 'new.example.org'),
    }
    assert.deepEqual(await writer.updateCells([cell]), [{ outcome: 'changed', rows: 1 }])
    assert.notEqual((await database.digest()).sha256, start.sha256)
    assert.deepEqual(await writer.updateCells([{ ...cell, before: cell.after, after: before }]), [
      { outcome: 'changed', rows: 1 },
    ])
  } finally {
    await writer.close()
  }
  assert.deepEqual(await database.digest(), start)
  await database.close()
  await stage.execute('DROP TABLE tabLong; SET GLOBAL max_allowed_packet = 67108864')
})

test('key ranges cover every row once: skewed, mixed-case and numeric keys', async () => {
  await stage.execute(`CREATE TABLE tabSkewed (name varchar(140) PRIMARY KEY, filler varchar(255)) COLLATE utf8mb4_unicode_ci;
    INSERT INTO tabSkewed SELECT CONCAT(IF(seq % 2, 'SINV-2024-', 'sinv-2024-'), LPAD(seq, 6, '0')), REPEAT('x', 200) FROM seq_1_to_12000;
    INSERT INTO tabSkewed VALUES ('', 'x'), ('~', 'x'), ('ünïcode', 'x'), ('_under', 'x'), ('Ähnlich', 'x'), ('%', 'x');
    CREATE TABLE tabNumbered (name bigint PRIMARY KEY, filler varchar(255));
    INSERT INTO tabNumbered SELECT CAST(seq AS SIGNED) * 3000000000000 - 9007199254740993, REPEAT('x', 200) FROM seq_1_to_6000;
    ANALYZE TABLE tabSkewed, tabNumbered`)
  const connections = new ReadConnections(mariadbAddress())
  await connections.withConnection('checking ranges', async (connection) => {
    for (const table of (await readTables(connection)).filter(({ name }) =>
      ['tabSkewed', 'tabNumbered'].includes(name),
    )) {
      const ranges = await keyRanges(connection, table, 100_000)
      assert.ok(ranges.length > 5, `${table.name}: ${ranges.length} ranges`)
      let total = 0
      for (const range of ranges) {
        const where = rangeCondition('name', range)
        const [row] = await connection.query(`SELECT COUNT(*) AS n FROM ${table.name} WHERE ${where.sql}`, where.values)
        total += Number(row.n)
        assert.ok(Number(row.n) < 6000, `one range of ${table.name} holds ${row.n} rows`)
      }
      assert.equal(total, table.name === 'tabSkewed' ? 12_006 : 6000)
    }
  })
  await connections.close()
  await stage.execute('DROP TABLE tabSkewed, tabNumbered')
})

test('memory stays flat when every row of a large table is a hit', async () => {
  await stage.execute(`SET unique_checks = 0, foreign_key_checks = 0;
    CREATE TABLE tabMany (name bigint PRIMARY KEY, content longtext);
    INSERT INTO tabMany SELECT seq, CONCAT(REPEAT(CHAR(65 + seq % 26), 8000), 'hit') FROM seq_1_to_30000;
    ANALYZE TABLE tabMany`)
  const program = fileURLToPath(new URL('scan-slowly.ts', import.meta.url))
  const child = spawn(process.execPath, [program, JSON.stringify(stage.address)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [answer] = await once(child.stdout, 'data')
  const { hits, grownMegabytes } = JSON.parse(String(answer))
  assert.equal(hits, 30_000)
  assert.ok(grownMegabytes < 90, `grew by ${grownMegabytes} MB for 240 MB of hits`)
  await stage.execute('DROP TABLE tabMany')
})

test('connection errors say what is wrong, where, and what to do; never the password', async () => {
  const address = mariadbAddress()
  const expect = (wrong: Partial<typeof address>, code: string, message: RegExp) =>
    assert.rejects(
      openSiteDatabase({ ...address, ...wrong }),
      (error: { code: string; message: string; hint: string; evidence: string }) => {
        assert.equal(error.code, code)
        assert.match(error.message, message)
        assert.ok(error.hint)
        assert.ok(!JSON.stringify({ ...error, message: error.message }).includes('secret-password'))
        return true
      },
    )
  await expect({ port: 1 }, 'database-unreachable', /127\.0\.0\.1:1/)
  await expect({ socket: '/nonexistent.sock' }, 'database-unreachable', /nonexistent/)
  await expect({ password: 'secret-password' }, 'database-access-denied', new RegExp(address.user))
  await server.sql(`GRANT ALL ON *.* TO wide@localhost IDENTIFIED BY 'secret-password'`)
  await expect({ user: 'wide', password: 'secret-password', database: 'absent' }, 'database-unknown', /absent/)
})

test('a connection lost in the middle of a chunk is reported as gone, and the chunk did not happen', async () => {
  const writer = await stage.database.openWriter(1000)
  const [lock] = await stage.database.read('SELECT IS_USED_LOCK(?) AS id', [`migrator:${mariadbAddress().database}`])
  await server.sql(`KILL ${lock?.['id']}`)
  const cell = { table: 'tabNote', column: 'title', match: { name: 'plain' }, before: 'Title', after: 'Changed' }
  await assert.rejects(writer.updateCells([cell]), { code: 'database-gone' })
  await writer.close()
  const next = await stage.database.openWriter(2000)
  assert.deepEqual(await next.readCells([cell]), [{ value: 'Title' }])
  await next.close()
})

test('reading sessions cannot write', async () => {
  await assert.rejects(stage.database.read("UPDATE tabNote SET title = 'x'"), { code: 'database-failed' })
})

test('the dump starts only after its pid is known, shows no password, and runs in its own group', async () => {
  const file = path.join(stage.directory, 'watched.zst')
  let seen = ''
  const onChild = async (pid: number) => {
    await delay(150)
    const group = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[2]
    assert.equal(Number(group), pid)
    seen = readFileSync(`/proc/${pid}/cmdline`, 'utf8') + readFileSync(`/proc/${pid}/environ`, 'utf8')
    assert.match(seen, /^\/bin\/sh/, 'still the shell that waits for its options')
  }
  await stage.database.backup(file, { onChild })
  assert.ok(seen.includes('--defaults-file=/dev/fd/3'))
  assert.ok(!seen.includes(mariadbAddress().password))
})

function holdWriter(...given: string[]) {
  const program = fileURLToPath(new URL('hold-writer.ts', import.meta.url))
  return spawn(process.execPath, [program, ...given], { stdio: ['ignore', 'pipe', 'inherit'] })
}

/** A copy that is broken off, whatever breaks it, goes on with what is not whole and ends at the same database. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { CopyRecord } from '../../../src/database/mariadb/copy/copy-journal.ts'
import type { TableDigest } from '../../../src/database/site-database.ts'
import { MigratorError } from '../../../src/host/errors.ts'
import { type MariadbServer, startMariadb } from '../../servers/mariadb.ts'
import { copying, digestOf, type Side, sideOn } from './stage.ts'

/** Cut into parts by its text key, which is compared in a collation; keys built afterwards; one table in a single part beside it. */
const ROWS = [
  'CREATE TABLE tabLog (name varchar(140) NOT NULL PRIMARY KEY, title varchar(140), content longtext, KEY title (title), KEY both_of_them (content(20), title))',
  "INSERT INTO tabLog SELECT CONCAT(LEFT(MD5(seq), 10), IF(seq % 7 = 0, ' Ü', '')), CONCAT('title ', seq), REPEAT(MD5(seq + 1), 40) FROM seq_1_to_8000",
  'CREATE TABLE tabNumbered (id bigint NOT NULL PRIMARY KEY, content longtext, KEY content (content(10)))',
  'INSERT INTO tabNumbered SELECT CAST(seq AS SIGNED) * 3 - 1000, REPEAT(MD5(seq), 60) FROM seq_1_to_5000',
  'CREATE TABLE tabOnce (id int NOT NULL PRIMARY KEY, word varchar(140), content text, UNIQUE KEY word (word))',
  'INSERT INTO tabOnce SELECT seq, MD5(seq), REPEAT(MD5(seq), 30) FROM seq_1_to_3000',
  'CREATE TABLE tabOld (id int NOT NULL, content text) ENGINE=MyISAM',
  "INSERT INTO tabOld SELECT seq, REPEAT('m', 3000) FROM seq_1_to_2000",
  'CREATE TABLE tabSmall (name varchar(140))',
  "INSERT INTO tabSmall VALUES ('one')",
  'CREATE VIEW shown AS SELECT name FROM tabSmall',
  'ANALYZE TABLE tabLog, tabNumbered, tabOnce',
]

let [source, target]: MariadbServer[] = []
let from: Side
let start: TableDigest[]
before(async () => {
  ;[source, target] = await Promise.all([startMariadb(), startMariadb()])
  from = await sideOn(server(source), 'long')
  await from.server.sql(ROWS.join(';\n'), 'long')
  start = (await digestOf(from.address)).tables
})
after(() => Promise.all([source?.stop(), target?.stop()]))

function server(one: MariadbServer | undefined): MariadbServer {
  assert.ok(one)
  return one
}

/** Each boundary is a copy of its own. */
const FEW_PARTS = 4 << 20

test('broken off before and after every record of its journal, it copies nothing twice and ends whole', async () => {
  const to = await sideOn(server(target), 'records')
  const seen: CopyRecord[] = []
  await copying(from.address, to.address, FEW_PARTS).run((record) => void seen.push(record))
  assert.deepEqual((await digestOf(to.address)).tables, start)
  const parts = seen.filter(({ event }) => event === 'part').length
  assert.ok(parts >= 4 && seen.some(({ event }) => event === 'cut'), `${parts} parts`)
  const copy = copying(from.address, to.address, FEW_PARTS)
  // Each process gets one record further; every second dies with a record unwritten, the others with it written.
  for (let process = 1; ; process++) {
    const unwritten = process % 2 === 0
    let records = 0
    const run = copy.run(() => {
      if (++records > (unwritten ? 0 : 1)) throw new Error('broken off')
    })
    if (await run.then(() => true, isBrokenOff)) break
    assert.ok(process < 80, 'it comes no further')
  }
  assert.deepEqual((await digestOf(to.address)).tables, start)
  const copiedParts = copy.records.filter(({ event }) => event === 'part')
  assert.equal(new Set(copiedParts.map((record) => JSON.stringify(record))).size, copiedParts.length)
  assert.equal(copiedParts.length, parts)
})

test('killed, or cut off by either server, it goes on and ends whole', async () => {
  const to = await sideOn(server(target), 'killed')
  const directory = mkdtempSync(path.join(tmpdir(), 'migrator-copy-'))
  const task = path.join(directory, 'task.json')
  const journal = path.join(directory, 'journal')
  writeFileSync(task, JSON.stringify({ from: from.address, to: to.address, journal }))
  const lines = () => (existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length : 0)
  try {
    const first = drive(task)
    while (lines() < 4 && first.exitCode === null) await delay(5)
    first.kill('SIGKILL')
    await ended(first)
    for (const side of [from, to]) {
      const cut = drive(task)
      const wanted = lines() + 1
      while (lines() < wanted && cut.exitCode === null) await delay(5)
      await endSessions(side)
      const { code, said } = await ended(cut)
      assert.notEqual(code, 0, said)
      assert.match(said, /closed the connection while copying/)
    }
    const { code, said } = await ended(drive(task))
    assert.equal(code, 0, said)
    assert.deepEqual((await digestOf(to.address)).tables, start)
  } finally {
    rmSync(directory, { recursive: true })
  }
})

test('a target that cannot take a row says which table, and what to raise', async () => {
  const narrow = await startMariadb({ serverArguments: ['--max-allowed-packet=1M'] })
  try {
    const wide = await sideOn(server(source), 'wide')
    await wide.server.sql(
      "CREATE TABLE tabWide (a int, b longtext); INSERT INTO tabWide VALUES (1, REPEAT('w', 3000000))",
      'wide',
    )
    const to = await sideOn(narrow, 'wide')
    await assert.rejects(copying(wide.address, to.address).run(), (error: unknown) => {
      assert.ok(error instanceof MigratorError)
      assert.equal(error.code, 'row-too-large')
      assert.match(`${error.message} ${error.hint}`, /tabWide.*max_allowed_packet/)
      return true
    })
    await narrow.sql('SET GLOBAL max_allowed_packet = 67108864')
    await copying(wide.address, to.address).run()
    assert.deepEqual((await digestOf(to.address)).tables, (await digestOf(wide.address)).tables)
  } finally {
    await narrow.stop()
  }
})

test('tables whose history would be lost are refused by name, before anything is made', async () => {
  const versioned = await sideOn(server(source), 'versioned')
  await versioned.server.sql(
    'CREATE TABLE tabKept (a int) WITH SYSTEM VERSIONING; CREATE TABLE tabOther (a int)',
    'versioned',
  )
  const to = await sideOn(server(target), 'versioned')
  await assert.rejects(copying(versioned.address, to.address).run(), /versioning.*tabKept/)
  assert.equal((await to.server.sql('SHOW TABLES', 'versioned')).trim(), '')
})

function isBrokenOff(error: unknown): false {
  assert.match(String(error), /broken off/)
  return false
}

const drivers = new WeakMap<ChildProcess, { said: string }>()

function drive(task: string): ChildProcess {
  const driver = fileURLToPath(new URL('copy-driver.ts', import.meta.url))
  const child = spawn(process.execPath, [driver, task], { stdio: ['ignore', 'ignore', 'pipe'] })
  const heard = { said: '' }
  child.stderr?.on('data', (text) => {
    heard.said += text
  })
  drivers.set(child, heard)
  return child
}

async function ended(child: ChildProcess): Promise<{ code: number | null; said: string }> {
  if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once('close', resolve))
  return { code: child.exitCode, said: drivers.get(child)?.said ?? '' }
}

/** As an administrator, or a network, would. */
async function endSessions({ server: at, address }: Side): Promise<void> {
  const ids = await at.sql(`SELECT id FROM information_schema.processlist WHERE user = '${address.user}'`)
  for (const id of ids.split('\n').filter(Boolean)) await at.sql(`KILL CONNECTION ${id}`).catch(() => undefined)
}

/** What only a file shared between processes can do to us. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { zstdDecompressSync } from 'node:zlib'
import { openSiteDatabase } from '../../../src/database/open.ts'
import { openSqliteWriter } from '../../../src/database/sqlite/writer.ts'
import { HOST } from './nasty-rows.ts'
import { type Stage, stageSqlite } from './stage.ts'

let stage: Stage
let file = ''

before(async () => {
  stage = await stageSqlite()
  file = stage.address.kind === 'sqlite' ? stage.address.path : ''
})
after(() => stage.end())

const CELL = {
  table: 'tabNote',
  column: 'content',
  match: { name: 'plain' },
  before: `see https://${HOST}/app`,
  after: 'changed',
}

test('a transaction of the site delays us; one that does not end is reported and nothing is written', async () => {
  const writer = await openSqliteWriter(file, 1000, 400)
  await stage.execute("BEGIN IMMEDIATE; UPDATE tabNote SET title = 'theirs' WHERE name = 'plain'")
  await assert.rejects(writer.updateCells([CELL]), (error: { code: string; message: string; hint: string }) => {
    assert.equal(error.code, 'database-write-failed')
    assert.match(error.message, /locked for writing/)
    assert.ok(error.hint)
    return true
  })
  setTimeout(() => void stage.execute('ROLLBACK'), 150)
  assert.deepEqual(await writer.updateCells([CELL]), [{ outcome: 'changed', rows: 1 }])
  assert.deepEqual(await writer.updateCells([{ ...CELL, before: CELL.after, after: CELL.before }]), [
    { outcome: 'changed', rows: 1 },
  ])
  await writer.close()
})

test('a reader in a long transaction does not stop a chunk', async () => {
  await stage.execute('BEGIN; SELECT COUNT(*) FROM tabNote')
  const writer = await stage.database.openWriter(1000)
  assert.deepEqual(await writer.updateCells([CELL]), [{ outcome: 'changed', rows: 1 }])
  await stage.execute('COMMIT')
  await writer.updateCells([{ ...CELL, before: CELL.after, after: CELL.before }])
  await writer.close()
})

test('the lock of a killed migrator is free at once, and its file goes with the next one', async () => {
  const program = fileURLToPath(new URL('hold-writer.ts', import.meta.url))
  const child = spawn(process.execPath, [program, JSON.stringify(stage.address)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  await assert.rejects(stage.database.openWriter(200), { code: 'database-locked' })
  child.kill('SIGKILL')
  await once(child, 'exit')
  const writer = await stage.database.openWriter(200)
  await writer.close()
  assert.ok(!existsSync(`${file}.migrator-lock`))
})

test('a search index kept by triggers follows the rewritten rows', async () => {
  await stage.execute(`CREATE TRIGGER note_search AFTER UPDATE ON tabNote BEGIN
    INSERT INTO search_fts VALUES (new.name, new.content); END`)
  const writer = await stage.database.openWriter(1000)
  await writer.updateCells([{ ...CELL, after: 'freshword' }])
  await writer.updateCells([{ ...CELL, before: 'freshword', after: CELL.before }])
  await writer.close()
  const rows = await stage.database.read("SELECT name FROM search_fts WHERE search_fts MATCH 'freshword'")
  assert.deepEqual(
    rows.map(({ name }) => name),
    ['plain'],
  )
})

test('a backup made while somebody writes opens with the same digest', async () => {
  const target = path.join(stage.directory, 'copy.zst')
  const start = await stage.database.digest()
  await stage.execute('BEGIN IMMEDIATE; DELETE FROM tabSingles')
  await stage.database.backup(target, {})
  await stage.execute('ROLLBACK')
  const restored = path.join(stage.directory, 'restored.db')
  writeFileSync(restored, zstdDecompressSync(readFileSync(target)))
  const database = await openSiteDatabase({ kind: 'sqlite', path: restored })
  assert.deepEqual(await database.digest(), start)
  await database.close()
  assert.ok(!existsSync(`${target}.copy`))
})

test('text that is not valid UTF-8 and text with a zero byte are told apart by the digest', async () => {
  const set = (hex: string) => stage.execute(`UPDATE tabNote SET title = CAST(X'${hex}' AS TEXT) WHERE name = 'plain'`)
  const digests = new Set<string>()
  for (const hex of ['61ff62', '61fe62', '6100ff', '6100fe', '61']) {
    await set(hex)
    digests.add((await stage.database.digest()).sha256)
  }
  assert.equal(digests.size, 5)
})

test('a file that is no database is refused by name', async () => {
  const wrong = path.join(stage.directory, 'wrong.db')
  writeFileSync(wrong, 'not a database, only some text that is long enough to be looked at as a header of one page')
  await assert.rejects(openSiteDatabase({ kind: 'sqlite', path: wrong }), {
    code: 'database-failed',
    message: /wrong\.db/,
  })
})

/** What every kind of database promises, asked of each kind with the same rows. */
import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { zstdDecompressSync } from 'node:zlib'
import { openSiteDatabase } from '../../../src/database/open.ts'
import type { CellUpdate, ScanHit, ScanRequest, SiteDatabase } from '../../../src/database/site-database.ts'
import { type MariadbServer, startMariadb } from '../../servers/mariadb.ts'
import { HOST, ODD_COLUMN, ODD_TABLE } from './nasty-rows.ts'
import { type Stage, stageMariadb, stageSqlite } from './stage.ts'

let server: MariadbServer

before(async () => {
  server = await startMariadb()
})
after(() => server.stop())

for (const kind of ['mariadb', 'sqlite'] as const) {
  describe(kind, () => {
    let stage: Stage
    before(async () => {
      stage = await (kind === 'mariadb' ? stageMariadb(server) : stageSqlite())
    })
    after(() => stage.end())

    test('tables are told with keys in order, types, and without views, sequences and search indexes', async () => {
      const tables = await stage.database.tables()
      const names = tables.map(({ name }) => name)
      const expected = ['tabJson', 'tabNote', 'tabNumbers', 'tabOldEngine', 'tabRaw', 'tabSingles', ODD_TABLE]
      assert.deepEqual([...names].sort(), [...expected, ...(kind === 'mariadb' ? ['tabLatin'] : [])].sort())
      const odd = tables.find(({ name }) => name === ODD_TABLE)
      assert.deepEqual(odd?.primaryKey, ['b', 'a'])
      assert.deepEqual(tables.find(({ name }) => name === 'tabSingles')?.primaryKey, [])
      const title = tables.find(({ name }) => name === 'tabNote')?.columns.find(({ name }) => name === 'title')
      assert.equal(title?.maximumCharacters, 60)
      assert.equal(title?.dataType, 'varchar')
      const doubled = tables.find(({ name }) => name === 'tabJson')?.columns.find(({ name }) => name === 'doubled')
      assert.equal(doubled?.generated, true)
      assert.ok((await stage.database.totalBytes()) > 0)
    })

    test('a scan finds every row that holds the host, and no other', async () => {
      const hits = await scanAll(stage.database)
      assert.deepEqual(
        labels(hits),
        [
          'tabJson j',
          'tabNote emoji',
          `tabNote it's "quoted" \\ \`key\``,
          'tabNote plain',
          'tabNote trailing',
          'tabNote upper',
          'tabNumbers 9007199254740993',
          `tabOdd 9007199254740993/one`,
          'tabOldEngine m',
          'tabRaw 1',
          ...(kind === 'sqlite' ? ['tabRaw 2'] : ['tabLatin é']),
          ...Array.from({ length: 4 }, () => 'tabSingles '),
        ].sort(),
      )
      const trailing = hits.find(({ key }) => key[0] === 'trailing')
      assert.equal(trailing?.row['content'], `https://${HOST}   `)
      assert.equal(trailing?.row['title'], 'spaces  ')
      const json = hits.find(({ table }) => table === 'tabJson')
      assert.equal(json?.row['data'], `{"id": 12345678901234567890, "u": "https:\\/\\/${HOST}\\/x", "u": 1.0}`)
    })

    test('letters beyond ASCII match regardless of case, a dot matches only a dot', async () => {
      const targets = [{ table: 'tabNote', columns: ['content'], alsoReturn: [] }]
      const umlaut = await collect(stage.database.scan({ targets, needles: ['/Ü'], parallel: 1 }))
      assert.deepEqual(labels(umlaut), ['tabNote emoji'])
      const needles = ['oldXexample', 'see http']
      const several = await collect(stage.database.scan({ targets, needles, parallel: 2 }))
      assert.deepEqual(labels(several), ['tabNote look-alike', 'tabNote plain'])
    })

    test('a reader that leaves early leaves nothing behind', async () => {
      for await (const hit of stage.database.scan(everything(await stage.database.tables()))) {
        assert.ok(hit.table)
        break
      }
      assert.equal((await stage.database.read('SELECT COUNT(*) AS n FROM tabNote'))[0]?.['n']?.toString(), '8')
    })

    test('big numbers are read exactly, parameters are bound', async () => {
      const [row] = await stage.database.read('SELECT name, big FROM tabNumbers WHERE link = ?', [`https://${HOST}`])
      assert.deepEqual({ ...row }, { name: '9007199254740993', big: '9223372036854775807' })
    })

    test('cells change once, tell what they meet, and change back to the same digest', async () => {
      const start = await stage.database.digest()
      const cells = cellsToChange()
      const writer = await stage.database.openWriter(1000)
      try {
        assert.deepEqual(
          await writer.readCells(cells),
          cells.map(({ before }) => ({ value: before })),
        )
        assert.deepEqual(
          await writer.updateCells(cells),
          cells.map(() => ({ outcome: 'changed', rows: 1 })),
        )
        assert.deepEqual(
          await writer.readCells(cells),
          cells.map(({ after }) => ({ value: after })),
        )
        const again = await writer.updateCells(cells)
        assert.deepEqual(
          again.map(({ outcome }) => outcome),
          cells.map(() => 'already'),
        )
        assert.notEqual((await stage.database.digest()).sha256, start.sha256)
        const back = cells.map((cell) => ({ ...cell, before: cell.after, after: cell.before }))
        assert.deepEqual(
          (await writer.updateCells(back)).map(({ outcome }) => outcome),
          cells.map(() => 'changed'),
        )
      } finally {
        await writer.close()
      }
      assert.deepEqual(await stage.database.digest(), start)
    })

    test('what differs only in case, spaces or key spelling has moved and stays', async () => {
      const start = await stage.database.digest()
      const writer = await stage.database.openWriter(1000)
      const near: CellUpdate[] = [
        { table: 'tabNote', column: 'content', match: { name: 'upper' }, before: `https://${HOST}/x`, after: 'wrong' },
        { table: 'tabNote', column: 'content', match: { name: 'trailing' }, before: `https://${HOST}`, after: 'wrong' },
        {
          table: 'tabNote',
          column: 'content',
          match: { name: 'PLAIN' },
          before: `see https://${HOST}/app`,
          after: 'wrong',
        },
        { table: 'tabNote', column: 'content', match: { name: 'gone' }, before: 'x', after: 'wrong' },
        { table: 'tabNote', column: 'content', match: { name: 'null' }, before: '', after: 'wrong' },
        {
          table: 'tabNumbers',
          column: 'link',
          match: { name: '9007199254740992' },
          before: `https://${HOST}`,
          after: 'wrong',
        },
        {
          table: 'tabSingles',
          column: 'value',
          match: { doctype: 'S', field: 'case' },
          before: `https://${HOST}`,
          after: 'wrong',
        },
      ]
      try {
        assert.deepEqual(
          await writer.updateCells(near),
          near.map(() => ({ outcome: 'moved', rows: 0 })),
        )
        const now = await writer.readCells(near)
        assert.deepEqual([now[3], now[4]], [null, { value: null }])
      } finally {
        await writer.close()
      }
      assert.deepEqual(await stage.database.digest(), start)
    })

    test('a failing cell rolls its whole chunk back', async () => {
      const start = await stage.database.digest()
      const writer = await stage.database.openWriter(1000)
      const cells: CellUpdate[] = [
        {
          table: 'tabNote',
          column: 'content',
          match: { name: 'plain' },
          before: `see https://${HOST}/app`,
          after: 'changed',
        },
        { table: 'tabNote', column: 'missing', match: { name: 'plain' }, before: 'x', after: 'y' },
      ]
      try {
        await assert.rejects(writer.updateCells(cells), { code: 'database-write-failed' })
      } finally {
        await writer.close()
      }
      assert.deepEqual(await stage.database.digest(), start)
    })

    test('one byte, NULL for empty, a schema change: each changes the digest; undone, it returns', async () => {
      const start = await stage.database.digest()
      const changes = [
        [
          "UPDATE tabNote SET title = 'TITLE' WHERE name = 'plain'",
          "UPDATE tabNote SET title = 'Title' WHERE name = 'plain'",
        ],
        ["UPDATE tabNote SET title = NULL WHERE name = 'empty'", "UPDATE tabNote SET title = '' WHERE name = 'empty'"],
        [
          "UPDATE tabNote SET title = 'spaces ' WHERE name = 'trailing'",
          "UPDATE tabNote SET title = 'spaces  ' WHERE name = 'trailing'",
        ],
        [
          'UPDATE tabNumbers SET ratio = 0.10000000000000002 WHERE ratio = 0.1',
          'UPDATE tabNumbers SET ratio = 0.1 WHERE name > 0',
        ],
        ["INSERT INTO tabSingles VALUES ('D', 'd', 'once')", "DELETE FROM tabSingles WHERE doctype = 'D'"],
        [
          "INSERT INTO tabSingles VALUES ('D', 'd', 'twice'), ('D', 'd', 'twice')",
          "DELETE FROM tabSingles WHERE doctype = 'D'",
        ],
        ['CREATE TABLE tabExtra (a int)', 'DROP TABLE tabExtra'],
      ] as const
      for (const [change, undo] of changes) {
        await stage.execute(change)
        const changed = await stage.database.digest()
        assert.notEqual(changed.sha256, start.sha256, change)
        await stage.execute(undo)
        assert.deepEqual(await stage.database.digest(), start, undo)
      }
    })

    test('tables can be left out of the digest', async () => {
      const start = await stage.database.digest({ exclude: ['tabNote'] })
      await stage.execute("UPDATE tabNote SET modified = 'x' WHERE name = 'plain'")
      assert.deepEqual(await stage.database.digest({ exclude: ['tabNote'] }), start)
      assert.ok(!start.tables.some(({ table }) => table === 'tabNote'))
      await stage.execute("UPDATE tabNote SET modified = '2024-01-01' WHERE name = 'plain'")
    })

    test('a second writer is refused in time, and let in when the first has closed', async () => {
      const first = await stage.database.openWriter(1000)
      const started = Date.now()
      await assert.rejects(stage.database.openWriter(300), { code: 'database-locked' })
      assert.ok(Date.now() - started < 3000)
      const waiting = stage.database.openWriter(5000)
      setTimeout(() => void first.close(), 200)
      await (await waiting).close()
    })

    test('a backup is private, verified, and holds everything', async () => {
      const file = path.join(stage.directory, `${kind}.zst`)
      const result = await stage.database.backup(file, {})
      assert.equal(statSync(file).mode & 0o777, 0o600)
      assert.equal(result.bytes, statSync(file).size)
      assert.equal(result.tables, kind === 'mariadb' ? 8 : 7)
      assert.ok(result.verified.length >= 3)
      const content = zstdDecompressSync(readFileSync(file))
      assert.ok(content.includes(HOST))
    })

    test('an aborted backup leaves no file', async () => {
      const file = path.join(stage.directory, 'aborted.zst')
      await assert.rejects(stage.database.backup(file, { signal: AbortSignal.abort() }))
      assert.throws(() => statSync(file), { code: 'ENOENT' })
      assert.throws(() => statSync(`${file}.partial`), { code: 'ENOENT' })
    })

    test('a missing database is named', async () => {
      const wrong =
        stage.address.kind === 'mariadb'
          ? { ...stage.address, database: 'absent' }
          : { ...stage.address, path: '/nonexistent/x.db' }
      await assert.rejects(openSiteDatabase(wrong), (error: { code?: string; message: string }) => {
        assert.match(error.code ?? '', /database-(unknown|access-denied)/)
        assert.match(error.message, /absent|nonexistent/)
        return true
      })
    })
  })
}

function cellsToChange(): (CellUpdate & { before: string })[] {
  const change = (table: string, column: string, match: CellUpdate['match'], value: string) => ({
    table,
    column,
    match,
    before: value,
    after: value.replaceAll(HOST, 'new-name.example.org'),
  })
  return [
    change('tabNote', 'content', { name: 'plain' }, `see https://${HOST}/app`),
    change('tabNote', 'content', { name: 'emoji' }, `😀 https://${HOST}/ü 👩‍👩‍👧`),
    change('tabNote', 'content', { name: 'trailing' }, `https://${HOST}   `),
    change('tabNote', 'content', { name: `it's "quoted" \\ \`key\`` }, `//${HOST}\\n`),
    change(ODD_TABLE, ODD_COLUMN, { a: 'one', b: '9007199254740993' }, `x ${HOST} y`),
    change('tabNumbers', 'link', { name: '9007199254740993' }, `https://${HOST}`),
    change('tabJson', 'data', { name: 'j' }, `{"id": 12345678901234567890, "u": "https:\\/\\/${HOST}\\/x", "u": 1.0}`),
    change('tabOldEngine', 'content', { name: 'm' }, `https://${HOST}/myisam`),
    // Two rows that nothing tells apart: a cell each.
    change('tabSingles', 'value', { doctype: 'S', field: 'url' }, `https://${HOST}`),
    change('tabSingles', 'value', { doctype: 'S', field: 'url' }, `https://${HOST}`),
    change('tabSingles', 'value', { doctype: 'S', field: 'Case' }, `https://${HOST}`),
  ]
}

function everything(tables: Awaited<ReturnType<SiteDatabase['tables']>>): ScanRequest {
  const targets = tables.map((table) => ({
    table: table.name,
    columns: table.columns
      .filter(({ dataType, generated }) => /char|text|json|blob/.test(dataType) && !generated)
      .map(({ name }) => name),
    alsoReturn: table.primaryKey,
  }))
  return { targets, needles: [HOST], parallel: 2 }
}

async function scanAll(database: SiteDatabase): Promise<ScanHit[]> {
  return collect(database.scan(everything(await database.tables())))
}

async function collect(hits: AsyncIterable<ScanHit>): Promise<ScanHit[]> {
  const all: ScanHit[] = []
  for await (const hit of hits) all.push(hit)
  return all
}

const labels = (hits: ScanHit[]) =>
  hits.map(({ table, key }) => `${table === ODD_TABLE ? 'tabOdd' : table} ${key.join('/')}`).sort()

/** Rows are found again by their key, whatever it is made of, and only while they are rows of the rule. */
import assert from 'node:assert/strict'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import type { CellUpdate, SiteDatabase } from '../../../src/database/site-database.ts'
import { collectCells, type FoundCell } from '../../../src/rewriting/collect-cells.ts'
import { targetsOf } from '../../../src/rewriting/rule-targets.ts'
import { markTaken } from '../../../src/rewriting/taken-values.ts'
import type { RewriteTarget } from '../../../src/rewriting/targets.ts'
import { type MariadbServer, startMariadb } from '../../servers/mariadb.ts'
import { type Stage, stageMariadb, stageSqlite } from './stage.ts'

let server: MariadbServer

before(async () => {
  server = await startMariadb({ serverArguments: ['--default-time-zone=+05:30'] })
})
after(() => server.stop())

for (const kind of ['mariadb', 'sqlite'] as const) {
  describe(kind, () => {
    let stage: Stage
    before(async () => {
      stage = await (kind === 'mariadb' ? stageMariadb(server) : stageSqlite())
    })
    after(() => stage.end())

    test('rows with keys of every type change and change back to the same digest', async () => {
      const keys = kind === 'mariadb' ? MARIADB_KEYS : SQLITE_KEYS
      for (const [type, values] of Object.entries(keys)) {
        await stage.execute(`CREATE TABLE tabKey (k ${type} PRIMARY KEY, c varchar(140));
          INSERT INTO tabKey VALUES ${values.map((value, index) => `(${value}, 'https://old.cloud/${index % 2}')`).join(', ')}`)
        const start = await stage.database.digest()
        const cells = await found(stage.database, target('tabKey', ['c']))
        assert.equal(cells.length, values.length, type)
        await changeAndBack(stage.database, cells.map(update))
        assert.deepEqual(await stage.database.digest(), start, type)
        await stage.execute('DROP TABLE tabKey')
      }
    })

    test('a table whose key does not find a row again is named, not searched', async () => {
      await stage.execute('CREATE TABLE tabFloat (k float NOT NULL PRIMARY KEY, c varchar(140))')
      const rule = { table: 'tabFloat', column: 'c', doctype: null, form: 'url', action: 'rewrite' } as const
      const rules = [{ ...rule, json: false, code: false, where: [], maximumCharacters: 140, reason: '' }]
      const { targets, withoutKey } = targetsOf(rules, await stage.database.tables())
      assert.deepEqual([targets, withoutKey], [[], ['tabFloat']])
    })

    test('a value is set only while its row is one of the rule; NULL counts as none of the values', async () => {
      await stage.execute(`CREATE TABLE tabDraft (name varchar(140) NOT NULL PRIMARY KEY, c varchar(140), docstatus int);
        INSERT INTO tabDraft VALUES ('draft', 'https://old.cloud', 0), ('submitted', 'https://old.cloud', 0),
          ('without', 'https://old.cloud', NULL)`)
      const where = [{ column: 'docstatus', test: 'is-not' as const, values: ['1', '2'] }]
      const cells = (await found(stage.database, target('tabDraft', ['c'], { where }))).map(update)
      await stage.execute("UPDATE tabDraft SET docstatus = 1 WHERE name = 'submitted'")
      const writer = await stage.database.openWriter(1000)
      try {
        const outcomes = await writer.updateCells(cells)
        const byName = new Map(cells.map(({ match }, index) => [match['name'], outcomes[index]?.outcome]))
        assert.deepEqual(Object.fromEntries(byName), { draft: 'changed', submitted: 'moved', without: 'changed' })
        const only = cells.map((cell) => ({
          ...cell,
          where: where.map((condition) => ({ ...condition, test: 'is' as const })),
        }))
        assert.deepEqual(
          (await writer.readCells(only)).filter((now) => now !== null),
          [{ value: 'https://old.cloud' }],
        )
      } finally {
        await writer.close()
      }
    })

    test('of two rows that nothing tells apart, as many change back as had changed', async () => {
      await stage.execute(
        "INSERT INTO tabSingles VALUES ('D', 'u', 'https://old.cloud/'), ('D', 'u', 'https://new.domain/')",
      )
      const start = await stage.database.digest()
      const single = { doctype: 'D', field: 'u', ...RULE }
      const cells = await found(stage.database, { table: 'tabSingles', columns: [], singles: [single] })
      assert.equal(cells.length, 1)
      await changeAndBack(stage.database, cells.map(update))
      assert.deepEqual(await stage.database.digest(), start)
    })

    test('a new value that a unique column already holds, or is given twice, is known before anything is written', async () => {
      await stage.execute(`CREATE TABLE tabUnique (name varchar(140) NOT NULL PRIMARY KEY, c varchar(140) UNIQUE);
        INSERT INTO tabUnique VALUES ('a', 'https://old.cloud/'), ('b', 'https://new.domain/'), ('c', 'https://old.cloud/free'),
          ('d', 'https://www.old.cloud/free')`)
      const hosts = [...HOSTS, { from: 'www.old.cloud', to: 'new.domain' }]
      const cells = collectCells(stage.database, [target('tabUnique', ['c'])], hosts, { parallel: 1 })
      const taken: string[] = []
      for await (const cell of markTaken(stage.database, cells)) if (cell.taken) taken.push(String(cell.match['name']))
      assert.deepEqual(taken, ['a', 'd'])
      const writer = await stage.database.openWriter(1000)
      const clash = { table: 'tabUnique', column: 'c', match: { name: 'a' }, before: 'https://old.cloud/' }
      try {
        await assert.rejects(writer.updateCells([{ ...clash, after: 'https://new.domain/' }]), {
          code: 'database-write-failed',
          failureClass: 'configuration',
          message: /tabUnique.*already taken by another row/,
        })
      } finally {
        await writer.close()
      }
    })

    test('a search for forty spellings in two hundred columns finds its row', async () => {
      const columns = Array.from({ length: 200 }, (_, index) => `c${index}`)
      await stage.execute(`CREATE TABLE tabWide (name int NOT NULL PRIMARY KEY, ${columns.map((name) => `${name} ${kind === 'mariadb' ? 'text' : 'varchar(140)'}`).join(', ')});
        INSERT INTO tabWide (name, c199) VALUES (1, 'https://bücher.example/'), (2, 'nothing')`)
      const hosts = [{ from: 'xn--bcher-kva.example', to: 'new.domain' }]
      const cells = await found(stage.database, target('tabWide', columns), hosts)
      assert.deepEqual(
        cells.map(({ column, rewritten }) => [column, rewritten.value]),
        [['c199', 'https://new.domain/']],
      )
    })

    if (kind === 'sqlite') {
      test('bytes that are no UTF-8 are told and left alone', async () => {
        await stage.execute(`CREATE TABLE tabBytes (name varchar(140) NOT NULL PRIMARY KEY, c text);
          INSERT INTO tabBytes VALUES ('text', CAST(X'ff' || 'https://old.cloud/' AS TEXT)), ('bytes', CAST('https://old.cloud/' AS BLOB)),
            ('replacement', 'https://old.cloud/' || char(65533))`)
        const cells = await found(stage.database, target('tabBytes', ['c']))
        assert.deepEqual(
          cells.map(({ match, rewritten }) => [match['name'], rewritten.changed.length, rewritten.refused]),
          [
            ['text', 0, 'not valid UTF-8'],
            ['bytes', 0, 'bytes, not text'],
            ['replacement', 1, undefined],
          ],
        )
      })
    } else {
      test('a versioned table is searched, changed and digested like any other', async () => {
        await stage.execute(`CREATE TABLE tabVersioned (name varchar(140) PRIMARY KEY, c text) WITH SYSTEM VERSIONING;
          CREATE TABLE tabPeriods (name varchar(140) PRIMARY KEY, c text, s timestamp(6) GENERATED ALWAYS AS ROW START,
            e timestamp(6) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (s, e)) WITH SYSTEM VERSIONING;
          INSERT INTO tabVersioned VALUES ('a', 'https://old.cloud'); INSERT INTO tabPeriods (name, c) VALUES ('a', 'https://old.cloud')`)
        const start = await stage.database.digest()
        assert.ok(start.tables.some(({ table, rows }) => table === 'tabPeriods' && rows === 1))
        const { tables } = await stage.database.backup(path.join(stage.directory, 'versioned.zst'), {})
        assert.equal(tables, (await stage.database.tables()).length)
        for (const table of ['tabVersioned', 'tabPeriods']) {
          const cells = await found(stage.database, target(table, ['c']))
          assert.equal(cells.length, 1, table)
          await changeAndBack(stage.database, cells.map(update))
        }
        assert.deepEqual(await stage.database.digest(), start)
      })

      test('a text column is limited in bytes, and the plan knows it', async () => {
        await stage.execute(`CREATE TABLE tabSmall (name varchar(140) PRIMARY KEY, c tinytext);
          INSERT INTO tabSmall VALUES ('full', CONCAT('https://old.cloud/', REPEAT('é', 118), 'x'))`)
        const table = (await stage.database.tables()).find(({ name }) => name === 'tabSmall')
        const column = table?.columns.find(({ name }) => name === 'c')
        assert.deepEqual([column?.maximumCharacters, column?.maximumBytes], [null, 255])
        const byteLimit = { bytes: 255, characterSet: column?.characterSet ?? null }
        const cells = await found(stage.database, target('tabSmall', ['c'], { byteLimit }))
        assert.deepEqual(
          cells.map((cell) => cell.overflows),
          [true],
        )
        const writer = await stage.database.openWriter(1000)
        try {
          await assert.rejects(writer.updateCells(cells.map(update)), {
            failureClass: 'configuration',
            message: /longer/,
          })
        } finally {
          await writer.close()
        }
      })

      test('an engine without transactions is told from one that takes a chunk back', async () => {
        const writer = await stage.database.openWriter(1000)
        const cell = {
          table: 'tabOldEngine',
          column: 'content',
          match: { name: 'm' },
          before: 'https://old.example.com/myisam',
        }
        try {
          await assert.rejects(
            writer.updateCells([{ ...cell, after: 'x'.repeat(70_000) }]),
            (error: { untouched: string }) => {
              assert.match(error.untouched, /^tabOldEngine cannot take back/)
              return true
            },
          )
        } finally {
          await writer.close()
        }
      })
    }
  })
}

const HOSTS = [{ from: 'old.cloud', to: 'new.domain' }]
const RULE = { form: 'url' as const, json: false, maximumCharacters: null, where: [] }

const MARIADB_KEYS: Record<string, string[]> = {
  'varbinary(20)': ["X'61'", "X'ff00'", "X''"],
  'timestamp NOT NULL': ["'2024-06-01 12:00:00'", "'2020-01-01 00:00:00'"],
  'datetime(6) NOT NULL': ["'2024-06-01 12:00:00.123456'"],
  double: ['0.1', '1e300'],
  'decimal(30,9)': ['12345678901234567890.123456789'],
  'bigint unsigned': ['18446744073709551615', '9007199254740993'],
  'varchar(60) COLLATE utf8mb4_general_ci': ["'Key '", "'é'"],
}

const SQLITE_KEYS: Record<string, string[]> = {
  '': ['5', "'5'", '9007199254740993', "'9007199254740993'", '1.5', "X'61'", "X'ff'", "'null'", 'NULL', 'NULL'],
  'varchar(140)': ["'a'", 'NULL', "'null'"],
  'text COLLATE NOCASE': ["'A'", "'b '"],
  real: ['0.1', '1e300'],
}

type Rule = Partial<RewriteTarget['columns'][number]>

const target = (table: string, columns: string[], rule: Rule = {}): RewriteTarget => ({
  table,
  columns: columns.map((column) => ({ ...RULE, ...rule, column })),
  singles: [],
})

async function found(database: SiteDatabase, wanted: RewriteTarget, hosts = HOSTS): Promise<FoundCell[]> {
  const cells: FoundCell[] = []
  for await (const cell of collectCells(database, [wanted], hosts, { parallel: 1 })) cells.push(cell)
  return cells
}

const update = ({ table, column, match, before, rewritten, where }: FoundCell) => ({
  ...{ table, column, match, before, where },
  after: rewritten.value,
})

/** Through JSON, as before-images go. */
async function changeAndBack(database: SiteDatabase, cells: (CellUpdate & { before: string })[]): Promise<void> {
  const stored = JSON.parse(JSON.stringify(cells)) as typeof cells
  const writer = await database.openWriter(1000)
  try {
    for (const step of [stored, stored.map((cell) => ({ ...cell, before: cell.after, after: cell.before }))]) {
      const outcomes = await writer.updateCells(step)
      assert.deepEqual(
        outcomes,
        step.map(() => ({ outcome: 'changed', rows: 1 })),
      )
    }
  } finally {
    await writer.close()
  }
}

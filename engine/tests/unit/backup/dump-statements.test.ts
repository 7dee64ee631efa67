/** Cutting a dump into statements: whatever the bytes, wherever the chunks end. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type StatementPiece, StatementReader } from '../../../src/backup/dump-statements.ts'
import { insertedRows } from '../../../src/backup/insert-values.ts'

interface Statement {
  kind: string
  name: string | null
  text: string
  rows: number
  line: number
}

/** Whole statements, what stands between them left out; and all bytes. */
function cut(chunks: Buffer[]): { statements: Statement[]; bytes: Buffer; reader: StatementReader } {
  const reader = new StatementReader()
  const pieces: Buffer[] = []
  const statements: Statement[] = []
  let parts: Buffer[] = []
  const take = (piece: StatementPiece) => {
    pieces.push(Buffer.from(piece.bytes))
    if (piece.kind === 'blank') return
    parts = piece.first ? [piece.bytes] : [...parts, piece.bytes]
    if (!piece.last) return
    const { kind, name, rows, line } = piece
    statements.push({ kind, name, text: Buffer.concat(parts).toString('latin1'), rows, line })
  }
  for (const chunk of chunks) reader.push(chunk, take)
  reader.end(take)
  return { statements, bytes: Buffer.concat(pieces), reader }
}

const ESCAPED: Record<string, string> = {
  '\0': '\\0',
  '\n': '\\n',
  '\r': '\\r',
  '\u001a': '\\Z',
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
}
/** As mariadb-dump writes a value (mysql_real_escape_string). */
const quoted = (value: Buffer) =>
  Buffer.from(`'${[...value.toString('latin1')].map((byte) => ESCAPED[byte] ?? byte).join('')}'`, 'latin1')
const NASTY = [
  "'",
  "''",
  '\\',
  "\\'",
  ';',
  '\n',
  '\0',
  '--',
  '-- x',
  '#',
  '/*',
  '*/',
  '/*!',
  '(',
  ')',
  '`',
  '"',
  '),(',
  ';;',
  'DELIMITER ;;',
  '\u00ff\u0000',
  'é😀',
]
const value = fc.oneof(
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  fc.array(fc.constantFrom(...NASTY), { maxLength: 8 }).map((parts) => Buffer.from(parts.join(''))),
)
/** Strings as servers may also be given them: doubled quotes, raw newlines and zeros. */
const raw = (bytes: Buffer) =>
  Buffer.from(`'${bytes.toString('latin1').replace(/[\\']/g, (byte) => (byte === "'" ? "''" : '\\\\'))}'`, 'latin1')
const cell = fc.oneof(
  value.map(quoted),
  value.map(raw),
  value.map((bytes) => Buffer.concat([Buffer.from('_binary '), quoted(bytes)])),
  value.map((bytes) => Buffer.from(`0x${bytes.toString('hex') || '00'}`)),
  fc.constantFrom('NULL', '-1.5e-3', '0', "b'101'").map((text) => Buffer.from(text)),
)
const tuple = fc.array(cell, { minLength: 1, maxLength: 4 }).map((cells) => {
  const separated = cells.flatMap((part, index) => (index === 0 ? [part] : [Buffer.from(','), part]))
  return Buffer.concat([Buffer.from('('), ...separated, Buffer.from(')')])
})
const insert = fc
  .record({ rows: fc.array(tuple, { minLength: 1, maxLength: 5 }), list: fc.boolean() })
  .map(({ rows, list }) => {
    const head = Buffer.from(`INSERT INTO \`tab\`\`;'x\`${list ? ' (`a;`,`b`)' : ''} VALUES\n`)
    const separated = rows.flatMap((row, index) => (index === 0 ? [row] : [Buffer.from(',\n'), row]))
    return {
      kind: 'insert',
      name: "tab`;'x",
      rows: rows.length,
      bytes: Buffer.concat([head, ...separated, Buffer.from(';')]),
    }
  })
const FIXED: [string, string | null, string][] = [
  ['comment', null, "-- it's a comment; with everything"],
  ['comment', null, "/* it's; one\nof two lines */"],
  ['comment', null, '#; x'],
  ['set', null, '/*!40101 SET NAMES utf8mb4 */;'],
  [
    'create-table',
    'a b',
    "CREATE TABLE `a b` (\n  `x` int COMMENT 'it''s; \\'', -- y';\n  KEY `k` (`x`)\n) ENGINE=InnoDB;",
  ],
  [
    'create-view',
    'v',
    '/*!50001 CREATE ALGORITHM=UNDEFINED */\n/*!50013 DEFINER=`a;b`@`%` SQL SECURITY DEFINER */\n/*!50001 VIEW `v` AS select 1 */;',
  ],
  ['lock', 'x', 'LOCK TABLES `x` WRITE;'],
  ['set', null, "SET @a = 5--'1;' /* ' */ + 1; ".trim()],
  ['set', null, "SET @b = 1 # it's;\n + 2 -- it's;\n;"],
  ['set-sequence', 's', 'DO SETVAL(`s`, 1, 0);'],
]
const TRIGGER = `/*!50003 CREATE*/ /*!50017 DEFINER=\`r\`@\`%\`*/ /*!50003 TRIGGER \`t\` BEFORE INSERT ON \`x\` FOR EACH ROW BEGIN SET NEW.a = ';;'; SET @b = 1; END */;;`
const fixed = fc.constantFrom(...FIXED).map(([kind, name, text]) => ({ kind, name, rows: 0, bytes: Buffer.from(text) }))
const trigger = fc.constant([
  { kind: 'delimiter', name: null, rows: 0, bytes: Buffer.from('DELIMITER ;;') },
  { kind: 'create-trigger', name: 't', rows: 0, bytes: Buffer.from(TRIGGER) },
  { kind: 'delimiter', name: null, rows: 0, bytes: Buffer.from('DELIMITER ;') },
])
const dump = fc
  .array(
    fc.oneof({ weight: 5, arbitrary: fc.oneof(insert, fixed).map((one) => [one]) }, { weight: 1, arbitrary: trigger }),
    {
      maxLength: 12,
    },
  )
  .map((groups) => groups.flat())

const inChunks = (bytes: Buffer, cuts: number[]) => {
  const places = [...new Set(cuts.map((place) => place % (bytes.length + 1)))].sort((one, other) => one - other)
  return [...places, bytes.length].map((end, index) => bytes.subarray(places[index - 1] ?? 0, end))
}

test('whatever the values, and wherever the chunks end, the same statements are found and no byte is lost', () => {
  fc.assert(
    fc.property(dump, fc.array(fc.nat(), { maxLength: 30 }), (parts, cuts) => {
      const bytes = Buffer.concat(parts.flatMap((part) => [part.bytes, Buffer.from('\n')]))
      const found = cut(inChunks(bytes, cuts))
      assert.deepEqual(found.bytes, bytes)
      const wanted = parts.map(({ kind, name, rows, bytes }) => ({ kind, name, rows, text: bytes.toString('latin1') }))
      assert.deepEqual(
        found.statements.map(({ kind, name, rows, text }) => ({ kind, name, rows, text })),
        wanted,
      )
      assert.equal(found.reader.unfinished, null)
    }),
    { numRuns: 400 },
  )
})

test('a chunk may end at every byte', () => {
  // Longer than what is looked at to see what begins.
  const long = `SET @c = ${'1 + '.repeat(30)} 1 -- it's;\n # it's;\n /* it's; */ /*!40101 + 1 */ - -1 --1;`
  const parts = [
    long,
    ...FIXED.map(([, , text]) => text),
    'DELIMITER ;;',
    TRIGGER,
    `CREATE PROCEDURE \`p\`() BEGIN ${'SELECT 1; '.repeat(12)}END;;`,
    'DELIMITER ;',
    "INSERT INTO `t` VALUES ('\\\\\\'','''');",
  ]
  const bytes = Buffer.from(parts.map((text) => `${text}\n`).join(''))
  const whole = cut([bytes]).statements
  assert.deepEqual(
    whole.map(({ text }) => text),
    parts,
  )
  for (let at = 0; at <= bytes.length; at++)
    assert.deepEqual(cut([bytes.subarray(0, at), bytes.subarray(at)]).statements, whole, `cut at ${at}`)
  assert.deepEqual(cut(Array.from(bytes, (byte) => Buffer.from([byte]))).statements, whole)
})

test('rows are counted by their parentheses, whatever stands in them', () => {
  const text = "INSERT INTO `t` (`a`,`b`) VALUES (1,POINT(1,(2))),(')(',NULL),\n(NOW(),'(');"
  assert.deepEqual(
    cut([Buffer.from(text)]).statements.map(({ rows }) => rows),
    [3],
  )
})

test('of any bytes at all none is lost, and chunks do not matter', () => {
  const bytes = fc
    .array(
      fc.oneof(fc.constantFrom(...NASTY, 'DELIMITER x\n', '/*M!999999\\- enable the sandbox mode */\n'), fc.string()),
    )
    .map((parts) => Buffer.from(parts.join('')))
  fc.assert(
    fc.property(bytes, fc.array(fc.nat(), { maxLength: 10 }), (any, cuts) => {
      const found = cut(inChunks(any, cuts))
      assert.deepEqual(found.bytes, any)
      assert.deepEqual(found.statements, cut([any]).statements)
    }),
    { numRuns: 500 },
  )
})

test('the values of an INSERT are read as they were written', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.option(fc.string({ unit: 'binary' })), { minLength: 2, maxLength: 2 }), { minLength: 1 }),
      (rows) => {
        const text = rows.map(
          (row) =>
            `(${row.map((one) => (one === null ? 'NULL' : quoted(Buffer.from(one)).toString('latin1'))).join(',')})`,
        )
        const statement = Buffer.from(`INSERT INTO \`t\` VALUES\n${text.join(',\n')};`, 'latin1').toString('utf8')
        const wanted = rows.map(
          ([a = null, b = null]) =>
            new Map([
              ['a', a],
              ['b', b],
            ]),
        )
        assert.deepEqual([...insertedRows(statement, ['a', 'b'])], wanted)
      },
    ),
  )
})

test('a value of 64 MB passes in pieces, in memory that does not grow with it', () => {
  const reader = new StatementReader()
  let largest = 0
  let rows = 0
  const take = (piece: StatementPiece) => {
    largest = Math.max(largest, piece.bytes.length)
    if (piece.kind === 'insert' && piece.last) rows += piece.rows
  }
  const chunk = Buffer.alloc(256 << 10, "x;'' \\\\")
  reader.push(Buffer.from("INSERT INTO `t` VALUES (1,'"), take)
  for (let count = 0; count < 256; count++) reader.push(chunk, take)
  reader.push(Buffer.from("'),(2,'b');"), take)
  reader.end(take)
  assert.equal(reader.unfinished, null)
  assert.equal(rows, 2)
  assert.ok(largest <= 512 << 10, String(largest))
})

test('a backslash is no escape while sql_mode says so', () => {
  const text =
    "SET sql_mode='NO_BACKSLASH_ESCAPES';\nINSERT INTO `t` VALUES ('a\\');\nSET sql_mode='';\nINSERT INTO `t` VALUES ('a\\');');"
  assert.deepEqual(
    cut([Buffer.from(text)]).statements.map(({ kind }) => kind),
    ['set', 'insert', 'set', 'insert'],
  )
})

test('a statement that has no end is told with its line, without its values', () => {
  const { reader } = cut([Buffer.from("-- a\nSET x=1;\n\nINSERT INTO `t` VALUES\n(1,'broken")])
  assert.deepEqual(reader.unfinished, { line: 4, opening: 'INSERT INTO `t` ' })
})

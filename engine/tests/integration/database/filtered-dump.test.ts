/** A dump of everything a database can hold, by the real mariadb-dump: read, filtered, imported beside, and the same again. */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { collationMapping, isKnownCollation } from '../../../src/backup/collation-mapping.ts'
import { DumpFactsReader } from '../../../src/backup/dump-facts.ts'
import { DumpFilter } from '../../../src/backup/dump-filter.ts'
import { StatementReader } from '../../../src/backup/dump-statements.ts'
import { type MariadbServer, startMariadb } from '../../servers/mariadb.ts'

const SCHEMA = String.raw`
CREATE TABLE plain (id bigint AUTO_INCREMENT PRIMARY KEY, a text, b longblob, c datetime(6), d bit(9), e json, f double) AUTO_INCREMENT=41;
INSERT INTO plain (a, b, c, d, e, f) VALUES
 (NULL, NULL, NULL, NULL, NULL, NULL), ('', '', '0000-00-00 00:00:00', b'0', '{}', 0), ('NULL', x'00275c0a1a0d22', '2020-01-01 01:02:03.000004', b'101010101', '{"a":"\\"x\\n"}', -1.5e300),
 ('it''s "a" \\ ; -- x\n/* y */ # z', '/*!50013 DEFINER=''a''@''b'' SQL SECURITY DEFINER */', NULL, NULL, NULL, NULL),
 ('/*M!999999\\- enable the sandbox mode */', 'utf8mb4_uca1400_ai_ci', NULL, NULL, NULL, NULL), ('emoji 😀 é', REPEAT('x;''\n', 300000), NULL, NULL, NULL, NULL);
CREATE TABLE ${'`with "quotes" and ``ticks```'} (${'`a b`'} varchar(20) NOT NULL, ${'`c``d`'} int, e int AS (${'`c``d`'} + 1) STORED, f int AS (1) VIRTUAL, PRIMARY KEY (${'`a b`'}, ${'`c``d`'})) COMMENT 'it''s; DEFINER=x';
INSERT INTO ${'`with "quotes" and ``ticks```'} (${'`a b`'}, ${'`c``d`'}) VALUES ('x', 1), ('y', 2);
CREATE TABLE keyless (a int, b text) ENGINE=Aria; INSERT INTO keyless VALUES (1, 'x'), (1, 'x');
CREATE TABLE old (a int, FULLTEXT KEY (b), b text) ENGINE=MyISAM; INSERT INTO old VALUES (1, 'words');
CREATE TABLE trace (n int AUTO_INCREMENT PRIMARY KEY, t text); INSERT INTO trace (t) VALUES ('a'), ('b');
CREATE SEQUENCE numbers START WITH 7 INCREMENT BY 3 NOCACHE; SELECT NEXTVAL(numbers);
CREATE DEFINER=root@localhost VIEW seen AS SELECT id, a FROM plain WHERE a <> 'DEFINER=${'`x`@`y`'}';
DELIMITER //
CREATE DEFINER=root@localhost TRIGGER noted AFTER INSERT ON keyless FOR EACH ROW BEGIN INSERT INTO trace (t) VALUES (';//;;'); SET @x = 'it''s'; END//
CREATE DEFINER=root@localhost PROCEDURE said() BEGIN -- it's a comment;
 SELECT 'DEFINER=a@b'; END//
CREATE DEFINER=root@localhost FUNCTION one() RETURNS int DETERMINISTIC RETURN 1//
DELIMITER ;
`
const COMPARED = ['plain', '`with "quotes" and ``ticks```', 'keyless', 'old', 'trace', 'seen']

let server: MariadbServer
before(async () => {
  server = await startMariadb()
})
after(() => server.stop())

async function dumpOf(database: string): Promise<Buffer> {
  const parameters = [
    '--no-defaults',
    `--socket=${server.socket}`,
    '--user=root',
    '--routines',
    '--single-transaction',
    database,
  ]
  const { stdout } = await promisify(execFile)('mariadb-dump', parameters, {
    env: { ...process.env, MYSQL_PWD: server.rootPassword },
    encoding: 'buffer',
    maxBuffer: 64 << 20,
  })
  return stdout
}

/** Into a database, with its own user's rights, by the command line client. */
async function load(sql: Buffer, user: string, database: string): Promise<void> {
  const client = spawn('mariadb', ['--no-defaults', `--socket=${server.socket}`, `--user=${user}`, database], {
    env: { ...process.env, MYSQL_PWD: user === 'root' ? server.rootPassword : 'password' },
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  let complaint = ''
  client.stderr.on('data', (text: Buffer) => {
    complaint += text.toString()
  })
  client.stdin.end(sql)
  const [code] = (await once(client, 'close')) as [number]
  assert.equal(code, 0, complaint)
}

function filtered(sql: Buffer, collations: ReadonlyMap<string, string>): Buffer {
  const filter = new DumpFilter({ definer: 'strip', collations })
  const reader = new StatementReader()
  const kept: Buffer[] = []
  const take = (piece: Parameters<DumpFilter['apply']>[0]) => {
    const bytes = filter.apply(piece)
    if (bytes !== null) kept.push(bytes)
  }
  for (let at = 0; at < sql.length; at += 1000) reader.push(sql.subarray(at, at + 1000), take)
  reader.end(take)
  return Buffer.concat(kept)
}

test('everything comes back as it was, for a user who could not have been its definer', async () => {
  await server.createDatabase({ database: 'source', user: 'source', password: 'password' })
  await server.createDatabase({ database: 'target', user: 'target', password: 'password' })
  await load(Buffer.from(`SET sql_mode='';\n${SCHEMA}`), 'root', 'source')
  const sql = await dumpOf('source')

  const reader = new DumpFactsReader()
  reader.push(sql)
  const facts = reader.end()
  const rows = Object.fromEntries(facts.tables.map((table) => [table.name, table.rows]))
  assert.deepEqual(rows, { plain: 6, 'with "quotes" and `ticks`': 2, keyless: 2, old: 1, trace: 2 })
  assert.deepEqual([facts.views, facts.triggers, facts.sequences], [['seen'], ['noted'], ['numbers']])
  assert.deepEqual(facts.routines.sort(), ['one', 'said'])
  assert.deepEqual(
    facts.definers.map(({ definer }) => definer),
    ['`root`@`localhost`'],
  )
  assert.deepEqual([facts.unfinished, facts.unexpected, facts.beyond, facts.databases], [null, [], [], []])
  assert.match(facts.completed ?? '', /^Dump completed/)
  const quotes = facts.tables.find((table) => table.name.startsWith('with'))
  assert.deepEqual(
    quotes?.columns.map(({ name, generated }) => [name, generated]),
    [
      ['a b', false],
      ['c`d', false],
      ['e', true],
      ['f', true],
    ],
  )
  assert.deepEqual(quotes?.primaryKey, ['a b', 'c`d'])
  const plain = facts.tables.find((table) => table.name === 'plain')
  assert.deepEqual([plain?.autoIncrement, plain?.engine, plain?.columns[0]?.autoIncrement], [47, 'InnoDB', true])

  const asWas = filtered(sql, new Map())
  await load(asWas, 'target', 'target')
  for (const table of COMPARED) {
    const ask = `SELECT SHA2(GROUP_CONCAT(CONCAT_WS('|', ${table === 'plain' ? 'id, HEX(a), HEX(b), c, d+0, e, f, ISNULL(a)' : '1'}) ORDER BY 1), 256), COUNT(*) FROM ${table}`
    assert.equal(await server.sql(ask, 'target'), await server.sql(ask, 'source'), table)
  }
  assert.equal(
    (await server.sql('SELECT NEXTVAL(numbers)', 'target')).trim(),
    (await server.sql('SELECT NEXTVAL(numbers)', 'source')).trim(),
  )
  const definers = await server.sql(
    "SELECT DISTINCT definer FROM information_schema.triggers WHERE trigger_schema='target' UNION SELECT definer FROM information_schema.views WHERE table_schema='target' UNION SELECT definer FROM information_schema.routines WHERE routine_schema='target'",
  )
  assert.match(definers.trim(), /^target@(?:%|localhost)$/)
})

test('what a server says of its collations is what is taken for known', async () => {
  const version = (await server.sql('SELECT VERSION()')).trim()
  const known = new Set(
    (
      await server.sql(
        'SELECT LOWER(FULL_COLLATION_NAME) FROM information_schema.COLLATION_CHARACTER_SET_APPLICABILITY',
      )
    )
      .trim()
      .split('\n'),
  )
  for (const name of [
    'utf8mb4_unicode_ci',
    'utf8mb4_uca1400_ai_ci',
    'utf8mb4_0900_ai_ci',
    'utf8mb3_general_ci',
    'utf8mb4_bin',
  ])
    assert.equal(isKnownCollation(name, { serverVersion: version }), known.has(name), `${name} in ${version}`)
  for (const [, standIn] of collationMapping(
    ['utf8mb4_0900_ai_ci', 'utf8mb4_0900_as_cs', 'utf8mb4_0900_bin', 'utf8mb4_zh_0900_as_cs'],
    { collations: known },
  ))
    assert.ok(known.has(standIn), standIn)
})

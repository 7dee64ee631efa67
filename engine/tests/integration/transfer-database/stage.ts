/** Two servers, a database on one with every row that breaks naive copies, and an empty one on the other. */
import { definitionFor } from '../../../src/backup/definition-for.ts'
import { connect, type MariadbAddress } from '../../../src/database/mariadb/connection.ts'
import { copyDatabase, type DatabaseCopied } from '../../../src/database/mariadb/copy/copy-database.ts'
import { CopyJournal, type CopyRecord } from '../../../src/database/mariadb/copy/copy-journal.ts'
import { readServerFacts } from '../../../src/database/mariadb/server-facts.ts'
import { openSiteDatabase } from '../../../src/database/open.ts'
import type { DatabaseDigest } from '../../../src/database/site-database.ts'
import type { MariadbServer } from '../../servers/mariadb.ts'
import { nastySchema } from '../database/nasty-rows.ts'

export interface Side {
  server: MariadbServer
  address: MariadbAddress
}

/** An empty database with its account. */
export async function sideOn(server: MariadbServer, name: string): Promise<Side> {
  await server.createDatabase({ database: name, user: name, password: 'copied' })
  const place = { host: null, port: null, socket: server.socket }
  return { server, address: { kind: 'mariadb', ...place, database: name, user: name, password: 'copied' } }
}

/** Beside those that the other tests know: kinds of values, of keys, of columns and of tables. */
const FURTHER = [
  `CREATE TABLE tabKinds (a int, flags bit(12), day date, moment datetime(6), stamp timestamp NULL, clock time(3), year year, state varchar(20),
    raw varbinary(300), fixed binary(4), padded char(5), half decimal(30,9), single float, exact double, choice enum('one','2','') NULL, many set('a','b','c'),
    place point, unsigned_big bigint unsigned, hidden int INVISIBLE DEFAULT 5, doubled int AS (a * 2) PERSISTENT, UNIQUE KEY only_once (a))`,
  `INSERT INTO tabKinds (a, flags, day, moment, stamp, clock, year, state, raw, fixed, padded, half, single, exact, choice, many, place, unsigned_big, hidden) VALUES
    (1, b'101010101010', '0000-00-00', '0000-00-00 00:00:00', NULL, '-838:59:59.999', 0, NULL, UNHEX('00270a5c1a0d22ff'), UNHEX('00ff0000'), ' a', 0.000000001, 0.1, 1e308, 'one', 'a,c', ST_GeomFromText('POINT(1.5 -2)'), 18446744073709551615, 7),
    (2, NULL, '2024-02-29', '2024-02-29 23:59:59.999999', '2024-01-01 00:00:00', '00:00:00.001', 2155, '', '', '', '', NULL, 3.4028234e38, -2.2250738585072014e-308, '2', '', NULL, 0, NULL),
    (3, b'0', NULL, NULL, NULL, NULL, NULL, 'NULL', NULL, NULL, NULL, -1, 16777217, 0.1 + 0.2, '', NULL, NULL, NULL, 0),
    (4, b'1', '2024-00-00', NULL, NULL, NULL, NULL, '\\\\N', ';\\n\\t-- x', NULL, 'a  ', 1, -0.0, 1.7976931348623157e308, NULL, 'b', NULL, 1, 1)`,
  "SET SESSION sql_mode = 'ALLOW_INVALID_DATES'",
  "INSERT INTO tabKinds (a, day, choice) VALUES (5, '2024-02-31', 'not one of them')",
  "SET SESSION sql_mode = ''",
  'CREATE TABLE tabTwice (x int, y varchar(10))',
  "INSERT INTO tabTwice VALUES (1, 'same'), (1, 'same'), (NULL, NULL), (NULL, NULL)",
  'CREATE TABLE tabAria (name varchar(140) NOT NULL PRIMARY KEY, content text, KEY content (content(20))) ENGINE=Aria',
  "INSERT INTO tabAria VALUES ('a', 'aria')",
  "CREATE TABLE tabCounted (id int NOT NULL AUTO_INCREMENT, note varchar(20) DEFAULT 'it''s; ü', KEY by_id (id), KEY by_note (note)) AUTO_INCREMENT = 500 COMMENT='a, (b) ''c'''",
  "SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO'",
  "INSERT INTO tabCounted (id, note) VALUES (0, 'zero'), (77, DEFAULT)",
  'CREATE TABLE tabWide (name varchar(20) CHARACTER SET utf16 NOT NULL PRIMARY KEY, old text CHARACTER SET latin1)',
  "INSERT INTO tabWide VALUES ('😀ä', 'höst'), ('', '')",
  'CREATE TABLE tabParted (id int NOT NULL, day date NOT NULL, PRIMARY KEY (id, day)) PARTITION BY RANGE (id) (PARTITION low VALUES LESS THAN (10), PARTITION rest VALUES LESS THAN MAXVALUE)',
  "INSERT INTO tabParted VALUES (1, '2024-01-01'), (20, '2024-01-02')",
  'CREATE TABLE tabChecked (name varchar(140) NOT NULL PRIMARY KEY, data longtext CHECK (json_valid(data)))',
  'SET SESSION check_constraint_checks = 0',
  "INSERT INTO tabChecked VALUES ('j', 'no json')",
  'CREATE TABLE tabEmpty (name varchar(140) NOT NULL PRIMARY KEY, KEY again (name))',
  'CREATE TABLE tabParent (name varchar(140) NOT NULL PRIMARY KEY)',
  'CREATE TABLE `tabA child` (name varchar(140) NOT NULL PRIMARY KEY, parent varchar(140), CONSTRAINT `of it` FOREIGN KEY (parent) REFERENCES tabParent (name))',
  "INSERT INTO tabParent VALUES ('p')",
  "INSERT INTO `tabA child` VALUES ('c', 'p')",
  // Named so that the view comes before the one it needs.
  'CREATE VIEW aview AS SELECT 1 AS state',
  'CREATE VIEW zview AS SELECT a, state FROM tabKinds',
  'CREATE OR REPLACE VIEW aview AS SELECT state FROM zview WHERE a > 1',
  'CREATE TRIGGER kinds_guard BEFORE UPDATE ON tabKinds FOR EACH ROW BEGIN SET NEW.state = NEW.state; SET NEW.raw = NEW.raw; END',
  "CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DO DELETE FROM tabTwice WHERE y = 'none'",
  'SELECT NEXTVAL(note_id_seq), NEXTVAL(note_id_seq)',
  // Left by the capture of changes: never copied.
  'CREATE TABLE __migrator_changes (id int)',
  'CREATE TRIGGER __migrator_1_i AFTER INSERT ON tabTwice FOR EACH ROW SET @seen = 1',
  // Values around every length at which the protocol writes one in another way, and rows longer than a packet.
  'CREATE TABLE tabLarge (name varchar(140) NOT NULL PRIMARY KEY, content longblob, note longtext)',
  "INSERT INTO tabLarge SELECT CONCAT('length ', seq), REPEAT('x', seq), NULL FROM seq_0_to_300",
  "INSERT INTO tabLarge SELECT CONCAT('near ', seq), REPEAT('y', seq), 'after' FROM seq_65530_to_65540",
  "INSERT INTO tabLarge SELECT CONCAT('mega ', seq), REPEAT('z', seq), 'after' FROM seq_16777195_to_16777217 WHERE seq % 3 = 0 OR seq > 16777214",
  "INSERT INTO tabLarge VALUES ('whole', REPEAT(UNHEX('00fffe5c'), 10000000), REPEAT('ä', 100000))",
]

export async function fillNasty({ server, address }: Side): Promise<void> {
  const statements = ["SET SESSION sql_mode = ''", ...nastySchema('mariadb'), ...FURTHER]
  await server.sql(`DELIMITER //\n${statements.join('\n//\n')}\n//\n`, address.database)
  // Made by root: routines are read by their definer alone.
  await server.sql(`GRANT SELECT ON mysql.proc TO '${address.user}'@'localhost'`)
}

export interface Copying {
  records: CopyRecord[]
  /** @param onRecord called before a record is kept; what it throws breaks the copy off */
  run(onRecord?: (record: CopyRecord) => void): Promise<DatabaseCopied>
}

/** Small, so that small tables have parts. */
export const PART_BYTES = 1 << 20

/** A copy whose journal is kept from one run to the next. */
export function copying(from: MariadbAddress, to: MariadbAddress, partBytes = PART_BYTES): Copying {
  const records: CopyRecord[] = []
  const run = async (onRecord: (record: CopyRecord) => void = () => undefined) => {
    const known = await collationsOf(to)
    const define = (statement: string) => definitionFor(statement, known).statement
    const write = async (record: CopyRecord) => {
      onRecord(record)
      records.push(record)
    }
    const journal = new CopyJournal(write, [...records])
    return copyDatabase({
      ...{ source: from, definer: from, target: to },
      ...{ define, pipelines: 2, journal, partBytes },
    })
  }
  return { records, run }
}

export async function collationsOf(address: MariadbAddress): Promise<ReadonlySet<string>> {
  const connection = await connect(address, 'read')
  try {
    return new Set((await readServerFacts(connection)).collations)
  } finally {
    await connection.end()
  }
}

/** @param exclude tables that the capture of changes added */
export async function digestOf(address: MariadbAddress, exclude: string[] = []): Promise<DatabaseDigest> {
  const database = await openSiteDatabase(address)
  try {
    return await database.digest({ parallel: 1, exclude })
  } finally {
    await database.close()
  }
}

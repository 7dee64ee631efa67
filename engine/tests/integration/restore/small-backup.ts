/** A backup of few tables that hold every row that breaks naive copies, dumped by the real program. */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { encryptFernet, paddedBase64Url } from '../../../src/sandbox/fernet-token.ts'
import type { MariadbServer } from '../../servers/mariadb.ts'
import { nastySchema } from '../database/nasty-rows.ts'
import { dumpOf } from '../rename/stage.ts'
import { PREFIX } from './stage.ts'

const SOURCE = { database: '_small', user: '_small', password: 'small' }

/** What makes a database a Frappe site's (frappe/installer.py, and the readers of this product). */
const FRAPPE = (token: string): string[] => [
  'CREATE TABLE `__Auth` (doctype varchar(140) NOT NULL, name varchar(255) NOT NULL, fieldname varchar(140) NOT NULL, password text NOT NULL, encrypted int(1) NOT NULL DEFAULT 0, PRIMARY KEY (doctype, name, fieldname))',
  `INSERT INTO \`__Auth\` VALUES ('Email Account', 'Support', 'password', '${token}', 1)`,
  'CREATE TABLE tabDocType (name varchar(140) NOT NULL PRIMARY KEY, issingle int(1) NOT NULL DEFAULT 0)',
  "INSERT INTO tabDocType VALUES ('Note', 0), ('Website Settings', 1)",
  'CREATE TABLE tabDefaultValue (name varchar(140) NOT NULL PRIMARY KEY, defkey varchar(140), defvalue longtext)',
  "INSERT INTO tabDefaultValue VALUES ('d', 'app_title', 'Small')",
  'CREATE TABLE tabFile (name varchar(140) NOT NULL PRIMARY KEY, file_url longtext, creation datetime(6))',
]

/** Beside those that the other tests know: kinds of columns, engines, and definitions that need each other. */
const FURTHER = (longBytes: number): string[] => [
  'CREATE TABLE tabKinds (a int, flags bit(12), day date, moment datetime(6), stamp timestamp NULL, state varchar(20), raw varbinary(300), half decimal(30,9), doubled int AS (a * 2) PERSISTENT, UNIQUE KEY only_once (a))',
  `INSERT INTO tabKinds (a, flags, day, moment, stamp, state, raw, half) VALUES
    (1, b'101010101010', '0000-00-00', '0000-00-00 00:00:00', NULL, NULL, UNHEX('00270a5c1a0d22ff'), 0.000000001),
    (2, NULL, '2024-02-29', '2024-02-29 23:59:59.999999', '2024-01-01 00:00:00', '', '', NULL),
    (3, b'0', NULL, NULL, NULL, 'NULL', NULL, -1),
    (4, b'1', NULL, NULL, NULL, '\\\\N', ';\\n-- DELIMITER ;;\\n', 1)`,
  'CREATE TABLE tabTwice (x int, y varchar(10))',
  "INSERT INTO tabTwice VALUES (1, 'same'), (1, 'same'), (NULL, NULL), (NULL, NULL)",
  'CREATE TABLE tabAria (name varchar(140) NOT NULL PRIMARY KEY, content text, KEY content (content(20))) ENGINE=Aria',
  "INSERT INTO tabAria VALUES ('a', 'aria')",
  'CREATE TABLE tabLong (name varchar(140) NOT NULL PRIMARY KEY, content longtext)',
  `INSERT INTO tabLong VALUES ('long', REPEAT('ä;''"\\\\\\n', ${Math.floor(longBytes / 8)})), ('short', '')`,
  'CREATE TABLE tabParent (name varchar(140) NOT NULL PRIMARY KEY)',
  'CREATE TABLE `tabA child` (name varchar(140) NOT NULL PRIMARY KEY, parent varchar(140), CONSTRAINT `of it` FOREIGN KEY (parent) REFERENCES tabParent (name))',
  "INSERT INTO tabParent VALUES ('p')",
  "INSERT INTO `tabA child` VALUES ('c', 'p')",
  // Named so that the dump has the view before the one it needs.
  'CREATE VIEW zview AS SELECT a, state FROM tabKinds',
  'CREATE VIEW aview AS SELECT state FROM zview WHERE a > 1',
  'CREATE TRIGGER kinds_guard BEFORE UPDATE ON tabKinds FOR EACH ROW BEGIN SET NEW.state = NEW.state; SET NEW.raw = NEW.raw; END',
]

/** Makes the source database and its backup with bench's names in `directory`. */
export async function smallBackup(server: MariadbServer, directory: string, longBytes: number): Promise<void> {
  mkdirSync(directory, { recursive: true })
  const key = paddedBase64Url(randomBytes(32))
  const token = encryptFernet(key, 'a password', randomBytes(16), Math.floor(Date.now() / 1000))
  await server.createDatabase(SOURCE)
  const statements = [...FRAPPE(token), ...nastySchema('mariadb'), ...FURTHER(longBytes)]
  const delimited = statements.map((statement) => `${statement}\n//`).join('\n')
  await server.sql(`SET SESSION sql_mode = '';\nDELIMITER //\n${delimited}\nDELIMITER ;`, SOURCE.database)
  const dump = await promisify(execFile)(
    'mariadb-dump',
    [
      ...['--no-defaults', `--socket=${server.socket}`, '--user=root', '--single-transaction', '--quick', '--routines'],
      ...['--max-allowed-packet=1G', SOURCE.database],
    ],
    { env: { ...process.env, MYSQL_PWD: server.rootPassword }, maxBuffer: 512 << 20, encoding: 'buffer' },
  )
  const header =
    '-- begin frappe metadata\n-- [frappe]\n-- version = 15.55.1\n-- branch = version-15\n-- end frappe metadata\n-- \n'
  const path = (name: string) => join(directory, `${PREFIX}-${name}`)
  writeFileSync(path('database.sql.gz'), gzipSync(Buffer.concat([Buffer.from(header), dump.stdout]), { level: 1 }))
  writeFileSync(path('site_config_backup.json'), JSON.stringify({ db_name: SOURCE.database, encryption_key: key }))
  for (const name of ['files.tar', 'private-files.tar']) copyFileSync(join(dumpOf('site-v15'), name), path(name))
}

/** The database the backup was taken of: what a restored one is compared with. */
export const smallSource = SOURCE

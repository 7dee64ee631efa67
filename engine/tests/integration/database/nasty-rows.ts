import type { DatabaseSync } from 'node:sqlite'

export const HOST = 'old.example.com'
/** Table and column names that must be quoted with care in one dialect or the other. */
export const ODD_TABLE = 'tabOdd `name` with \'quotes\' and "more"'
export const ODD_COLUMN = 'a `column` "too"'

type Kind = 'mariadb' | 'sqlite'

/** Statements that make the same nasty tables and rows in both dialects. */
export function nastySchema(kind: Kind): string[] {
  const maria = kind === 'mariadb'
  const quote = (name: string) => (maria ? `\`${name.replaceAll('`', '``')}\`` : `"${name.replaceAll('"', '""')}"`)
  const text = (value: string) => `'${(maria ? value.replaceAll('\\', '\\\\') : value).replaceAll("'", "''")}'`
  const engine = maria ? ' ENGINE=MyISAM' : ''
  const long = maria ? 'longtext' : 'text'
  const json = maria ? 'json' : 'json'
  const odd = quote(ODD_TABLE)
  return [
    `CREATE TABLE tabNote (name varchar(140) NOT NULL PRIMARY KEY, title varchar(60), content ${long}, modified varchar(40))`,
    `INSERT INTO tabNote VALUES
      ('plain', 'Title', ${text(`see https://${HOST}/app`)}, '2024-01-01'),
      ('empty', '', '', NULL),
      ('null', NULL, NULL, NULL),
      ('emoji', ${text('😀')}, ${text(`😀 https://${HOST}/ü 👩‍👩‍👧`)}, NULL),
      ('trailing', ${text('spaces  ')}, ${text(`https://${HOST}   `)}, NULL),
      ('upper', 'T', 'HTTPS://OLD.EXAMPLE.COM/x', NULL),
      (${text(`it's "quoted" \\ \`key\``)}, 'T', ${text(`//${HOST}\\n`)}, NULL),
      ('look-alike', 'T', 'oldXexampleXcom', NULL)`,
    `CREATE TABLE ${odd} (a varchar(50) NOT NULL, b bigint NOT NULL, ${quote(ODD_COLUMN)} text, PRIMARY KEY (b, a))`,
    `INSERT INTO ${odd} VALUES ('one', 9007199254740993, ${text(`x ${HOST} y`)}), ('two', 9007199254740993, 'nothing'), ('one', 9007199254740992, 'nothing')`,
    `CREATE TABLE tabSingles (doctype varchar(255), field varchar(255), value ${long})`,
    `INSERT INTO tabSingles VALUES ('S', 'url', 'https://${HOST}'), ('S', 'url', 'https://${HOST}'), ('S', 'other', 'https://${HOST}'),
      ('S', 'empty', NULL), ('S', 'Case', 'https://${HOST}')`,
    `CREATE TABLE tabNumbers (name bigint NOT NULL PRIMARY KEY, big bigint, price decimal(30,9), ratio double, link varchar(100))`,
    `INSERT INTO tabNumbers VALUES (9007199254740993, 9223372036854775807, 12345678901234567890.123456789, 0.1, 'https://${HOST}'), (-5, -9007199254740993, 0, 1e300, '')`,
    `CREATE TABLE tabJson (name varchar(140) NOT NULL PRIMARY KEY, data ${json}, link varchar(100) ${maria ? 'COLLATE utf8mb4_general_ci' : ''},
      doubled varchar(250) GENERATED ALWAYS AS (link) VIRTUAL)`,
    `INSERT INTO tabJson (name, data, link) VALUES ('j', ${text(`{"id": 12345678901234567890, "u": "https:\\/\\/${HOST}\\/x", "u": 1.0}`)}, 'n')`,
    `CREATE TABLE tabOldEngine (name varchar(140) NOT NULL PRIMARY KEY, content text)${engine}`,
    `INSERT INTO tabOldEngine VALUES ('m', 'https://${HOST}/myisam')`,
    `CREATE TABLE tabRaw (id int NOT NULL PRIMARY KEY, body ${maria ? 'longblob' : 'blob'}, note ${long})`,
    `INSERT INTO tabRaw VALUES (1, ${maria ? `CONCAT(UNHEX('00ff80'), '${HOST}')` : `CAST(X'00ff80${Buffer.from(HOST).toString('hex')}' AS BLOB)`}, NULL)`,
    `CREATE VIEW tabNoteView AS SELECT name FROM tabNote`,
    ...(maria
      ? [
          'CREATE SEQUENCE note_id_seq START WITH 7 NOCACHE',
          `CREATE TABLE tabLatin (name varchar(140) NOT NULL PRIMARY KEY, content text, stamp timestamp NOT NULL DEFAULT '2020-01-01' ON UPDATE CURRENT_TIMESTAMP) CHARACTER SET latin1`,
          `INSERT INTO tabLatin (name, content) VALUES ('é', 'höst ${HOST}')`,
          "CREATE PROCEDURE greet() SELECT 'hello'",
          'CREATE TRIGGER note_guard BEFORE INSERT ON tabJson FOR EACH ROW SET NEW.link = NEW.link',
        ]
      : [
          'CREATE VIRTUAL TABLE search_fts USING fts5(name, content)',
          `INSERT INTO search_fts VALUES ('n', 'https://${HOST}')`,
        ]),
  ]
}

/** Rows that only SQLite can hold: its columns take any type. */
export function nastySqliteRows(database: DatabaseSync): void {
  database
    .prepare('INSERT INTO tabRaw VALUES (?, ?, ?)')
    .run(2, new Uint8Array(Array.from({ length: 256 }, (_, byte) => byte)), `nul \0 ${HOST}`)
}

/**
 * Fills a private MariaDB with a database shaped like a real, grown Frappe site: most bytes are history (Comment,
 * Version), the rest lies in many master tables whose text columns hold the site's host in a few per cent of the rows,
 * in every spelling. Scale 1 is 1.27 million rows and over 1 GB; 4 is four times that; 0.01 is a smoke test.
 */
import type { MariadbServer, SiteCredentials } from '../tests/servers/mariadb.ts'

export interface GenerateOptions {
  scale: number
  sourceHost: string
  database?: string
}

export interface GeneratedSite extends SiteCredentials {
  rows: number
  tables: string[]
  /** Tables whose rows a rename may rewrite (masters and tabSingles), without history. */
  masterTables: string[]
}

const MASTER_TABLES = 44
const ROWS_PER_MASTER = 14_000
const COMMENT_ROWS = 330_000
const VERSION_ROWS = 330_000

/** Makes the database and its user, and fills it. Deterministic: the same scale gives the same rows. */
export async function generateSite(server: MariadbServer, options: GenerateOptions): Promise<GeneratedSite> {
  const database = options.database ?? `_bench_${String(options.scale).replace('.', '_')}`
  const site = { database, user: database, password: 'generated-site' }
  await server.createDatabase(site)
  const count = (rows: number) => Math.max(10, Math.round(rows * options.scale))
  const masterTables = Array.from({ length: MASTER_TABLES }, (_, index) => `tabMaster ${index + 1}`)
  const comments = count(COMMENT_ROWS)
  const versions = count(VERSION_ROWS)
  const perMaster = count(ROWS_PER_MASTER)

  await server.sql(singlesTable(options.sourceHost), database)
  await Promise.all([
    server.sql(`${BULK} ${historyTable('tabComment', 'content', comments, options.sourceHost)}`, database),
    server
      .sql(`${BULK} ${historyTable('tabVersion', 'data', versions, options.sourceHost)}`, database)
      .then(() =>
        server.sql(
          `${BULK} ${masterTables.map((table, index) => masterTable(table, index, perMaster, options.sourceHost)).join('\n')}`,
          database,
        ),
      ),
  ])
  await server.sql(
    `ANALYZE TABLE ${['tabComment', 'tabVersion', ...masterTables].map((name) => `\`${name}\``).join(', ')}`,
    database,
  )
  return {
    ...site,
    rows: comments + versions + perMaster * MASTER_TABLES + 200,
    tables: ['tabComment', 'tabVersion', 'tabSingles', ...masterTables],
    masterTables: [...masterTables, 'tabSingles'],
  }
}

/** InnoDB loads an empty table much faster with both checks off (10.6 and later). */
const BULK = 'SET unique_checks=0, foreign_key_checks=0;'

const FRAPPE_COLUMNS = `
  name varchar(140) NOT NULL,
  creation datetime(6) DEFAULT NULL,
  modified datetime(6) DEFAULT NULL,
  modified_by varchar(140) DEFAULT NULL,
  owner varchar(140) DEFAULT NULL,
  docstatus int(1) NOT NULL DEFAULT 0,
  idx int(8) NOT NULL DEFAULT 0`

const FRAPPE_TABLE = 'ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET=utf8mb4 COLLATE=utf8mb4_unicode_ci'

const frappeValues = (salt: string) =>
  `LEFT(MD5(CONCAT('${salt}', seq)), 10), '2024-01-01' + INTERVAL seq SECOND, '2024-06-01' + INTERVAL seq SECOND,
   'Administrator', CONCAT('user', seq % 50, '@example.com'), 0, seq % 100`

/** Words without any host, `length` characters, different in each row and about as hard to compress as real text. */
function filler(salt: string, length: number): string {
  const sentences = Array.from(
    { length: Math.ceil(length / 55) },
    (_, index) =>
      `LEFT(MD5(CONCAT('${salt}${index}', seq)), 16), ' order of ', seq * ${index + 3} % 9973, ' units was sent – thanks. '`,
  )
  return `LEFT(CONCAT(${sentences.join(', ')}), ${length})`
}

/** Every spelling that a rename has to find. */
function spellings(host: string): string[] {
  return [
    `https://${host}/app/item/1`,
    `http://${host}:8000/files/logo.png`,
    `//${host}/assets/app.js`,
    `<a href="https://${host}/shop?x=1&amp;y=2">shop</a>`,
    `{"url": "https:\\\\/\\\\/${host}\\\\/api", "id": 12345678901234567890}`,
    `redirect=https%3A%2F%2F${host}%2Flogin`,
    `https://user@${host}/private`,
    `write to sales@${host} or see shop.${host}`,
  ]
}

/** One of the spellings in `percent` of the rows, the filler around it. */
function textWithHost(salt: string, length: number, percent: number, host: string): string {
  const choices = spellings(host).map((text) => `'${text}'`)
  return `IF(CRC32(CONCAT('${salt}', seq)) % 1000 < ${percent * 10},
    CONCAT(${filler(salt, Math.ceil(length / 2))}, ' ', ELT(1 + seq % ${choices.length}, ${choices.join(', ')}), ' ', ${filler(`${salt}b`, Math.ceil(length / 2))}),
    ${filler(salt, length)})`
}

function historyTable(table: string, column: string, rows: number, host: string): string {
  return `CREATE TABLE \`${table}\` (${FRAPPE_COLUMNS},
    ref_doctype varchar(140) DEFAULT NULL, docname varchar(140) DEFAULT NULL, \`${column}\` longtext DEFAULT NULL,
    PRIMARY KEY (name), KEY modified (modified), KEY ref (ref_doctype, docname)) ${FRAPPE_TABLE};
  INSERT INTO \`${table}\` SELECT ${frappeValues(table)}, 'Sales Order', CONCAT('SO-', seq),
    ${textWithHost(table, 620, 5, host)} FROM seq_1_to_${rows} ORDER BY 1;`
}

function masterTable(table: string, index: number, rows: number, host: string): string {
  // Few of the masters carry most links (pages, templates); the others nearly none. About 20,000 cells at scale 1.
  const percent = index < 8 ? 4 : 0.2
  return `CREATE TABLE \`${table}\` (${FRAPPE_COLUMNS},
    title varchar(140) DEFAULT NULL, website varchar(140) DEFAULT NULL, status varchar(140) DEFAULT NULL,
    description text DEFAULT NULL, content longtext DEFAULT NULL, settings longtext DEFAULT NULL, amount decimal(21,9) NOT NULL DEFAULT 0,
    PRIMARY KEY (name), KEY modified (modified)) ${FRAPPE_TABLE};
  INSERT INTO \`${table}\` SELECT ${frappeValues(table)}, CONCAT('Title ', seq),
    IF(CRC32(CONCAT('w', seq)) % 1000 < ${percent * 10}, 'https://${host}', NULL), ELT(1 + seq % 3, 'Open', 'Closed', 'Draft'),
    ${textWithHost(`${table}d`, 180, percent, host)}, ${textWithHost(`${table}c`, 420, percent, host)},
    IF(seq % 4 = 0, ${filler(`${table}s`, 300)}, NULL), seq / 7
    FROM seq_1_to_${rows} ORDER BY 1;`
}

function singlesTable(host: string): string {
  return `CREATE TABLE tabSingles (doctype varchar(255) DEFAULT NULL, field varchar(255) DEFAULT NULL, value longtext DEFAULT NULL,
    KEY singles_doctype_field_index (doctype, field)) ${FRAPPE_TABLE};
  INSERT INTO tabSingles SELECT CONCAT('Settings ', seq DIV 10), CONCAT('field_', seq % 10),
    ${textWithHost('single', 60, 5, host)} FROM seq_1_to_200;`
}

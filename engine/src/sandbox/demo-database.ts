import { pbkdf2Sync } from 'node:crypto'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import type { ContentRow, SecretRow } from './content/content-row.ts'
import type { DocTypeDefinition } from './doctypes/doctype-definition.ts'
import { doctypes } from './doctypes/doctypes.ts'
import { encryptFernet } from './fernet-token.ts'
import type { SeededRandom } from './seeded-random.ts'

/** Midnight of 1 March 2026, UTC: every row and token of a throwaway site was made then. */
const MADE_AT = { text: '2026-03-01 00:00:00.000000', seconds: 1772323200 }

/** The secrets of the throwaway site, encrypted in `__Auth`. */
const SECRETS: SecretRow[] = [
  { doctype: 'User', name: 'ada@example.net', field: 'api_secret' },
  { doctype: 'User', name: 'bo@example.net', field: 'api_secret' },
  { doctype: 'Email Account', name: 'Support', field: 'password' },
  { doctype: 'Connected App', name: 'app-1', field: 'client_secret' },
  { doctype: 'Social Login Key', name: 'google', field: 'client_secret' },
  { doctype: 'Webhook', name: 'HOOK-0001', field: 'webhook_secret' },
]

const NUMERIC: Record<string, string> = {
  Check: 'INTEGER NOT NULL DEFAULT 0',
  Int: 'INTEGER NOT NULL DEFAULT 0',
  Currency: 'REAL NOT NULL DEFAULT 0',
}

export interface DemoSecrets {
  encryptionKey: string
  administratorPassword: string
  /** Plaintexts of the encrypted rows. */
  plaintexts: string[]
}

/**
 * Writes a Frappe 16 shaped SQLite database: columns as frappe/database/sqlite/schema.py declares them, `__global_search`
 * as an FTS5 table (frappe/database/sqlite/database.py create_global_search_table), write-ahead log.
 */
export function writeDemoDatabase(path: string, rows: ContentRow[], secrets: DemoSecrets, random: SeededRandom): void {
  const database = new DatabaseSync(path)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE')
  for (const doctype of doctypes) if (doctype.kind !== 'single') createTable(database, doctype)
  database.exec(`
    CREATE TABLE tabSingles (doctype TEXT, field TEXT, value TEXT);
    CREATE INDEX singles_doctype_field_index ON tabSingles (doctype, field);
    CREATE TABLE __Auth (doctype TEXT NOT NULL, name TEXT NOT NULL, fieldname TEXT NOT NULL, password TEXT NOT NULL,
      encrypted INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (doctype, name, fieldname));
    CREATE TABLE tabSessions (user TEXT, sid TEXT, sessiondata TEXT, ipaddress TEXT, lastupdate DATETIME, status TEXT);
    CREATE TABLE __UserSettings (user TEXT NOT NULL, doctype TEXT NOT NULL, data TEXT, UNIQUE (user, doctype));
    CREATE TABLE tabSeries (name TEXT PRIMARY KEY, current INTEGER NOT NULL DEFAULT 0);
    CREATE VIRTUAL TABLE __global_search USING FTS5 (doctype, name, title, content, route, published);
    ALTER TABLE tabToDo ADD COLUMN evidence_url TEXT;
  `)
  const insert = inserter(database)
  for (const row of [...schemaRows(), ...rows]) insertRow(insert, row)
  insertSecrets(insert, secrets, random)
  database.exec(`
    INSERT INTO __global_search (doctype, name, title, content, route, published)
      SELECT 'Web Page', name, title, main_section, route, published FROM \`tabWeb Page\`;
    INSERT INTO tabSessions VALUES ('ada@example.net', '${random.hex(56)}', '{}', '127.0.0.1', '${MADE_AT.text}', 'Active');
    COMMIT;
  `)
  database.close()
}

function createTable(database: DatabaseSync, doctype: DocTypeDefinition): void {
  const columns = [
    'name TEXT PRIMARY KEY',
    'creation DATETIME',
    'modified DATETIME',
    'modified_by TEXT',
    'owner TEXT',
    'docstatus INTEGER NOT NULL DEFAULT 0',
    'idx INTEGER NOT NULL DEFAULT 0',
    ...Object.entries(doctype.fields).map(([name, type]) => `\`${name}\` ${NUMERIC[fieldType(type)] ?? 'TEXT'}`),
    ...(doctype.kind === 'child' ? ['parent TEXT', 'parentfield TEXT', 'parenttype TEXT'] : []),
  ]
  database.exec(`CREATE TABLE \`tab${doctype.name}\` (${columns.join(', ')})`)
  const indexed = doctype.kind === 'child' ? 'parent' : 'creation'
  database.exec(`CREATE INDEX \`tab${doctype.name}_${indexed}_idx\` ON \`tab${doctype.name}\` (${indexed})`)
}

function fieldType(declared: string): string {
  return declared.split('|')[0] ?? declared
}

function schemaRows(): ContentRow[] {
  return doctypes.flatMap((doctype): ContentRow[] => [
    {
      doctype: 'DocType',
      name: doctype.name,
      values: {
        module: doctype.module,
        issingle: Number(doctype.kind === 'single'),
        istable: Number(doctype.kind === 'child'),
        is_submittable: Number(doctype.submittable === true),
        in_create: Number(doctype.inCreate === true),
        custom: Number(doctype.custom === true),
      },
    },
    ...Object.entries(doctype.fields).map(
      ([name, declared], index): ContentRow => ({
        doctype: 'DocField',
        name: `${doctype.name}-${index}`,
        parent: { doctype: 'DocType', name: doctype.name, field: 'fields' },
        values: {
          fieldname: name,
          label: name,
          fieldtype: fieldType(declared),
          options: declared.split('|')[1] ?? null,
        },
      }),
    ),
  ])
}

type Insert = (table: string, values: Record<string, SQLInputValue>) => void

function inserter(database: DatabaseSync): Insert {
  const statements = new Map<string, ReturnType<DatabaseSync['prepare']>>()
  return (table, values) => {
    const columns = Object.keys(values)
    const sql = `INSERT INTO \`${table}\` (${columns.map((column) => `\`${column}\``)}) VALUES (${columns.map(() => '?')})`
    const statement = statements.get(sql) ?? database.prepare(sql)
    statements.set(sql, statement)
    statement.run(...Object.values(values))
  }
}

function insertRow(insert: Insert, row: ContentRow): void {
  if (doctypes.find((doctype) => doctype.name === row.doctype)?.kind === 'single') {
    for (const [field, value] of Object.entries(row.values))
      insert('tabSingles', { doctype: row.doctype, field, value })
    return
  }
  insert(`tab${row.doctype}`, {
    name: row.name,
    creation: MADE_AT.text,
    modified: MADE_AT.text,
    modified_by: 'Administrator',
    owner: 'Administrator',
    docstatus: row.docstatus ?? 0,
    idx: 0,
    ...(row.parent && { parent: row.parent.name, parenttype: row.parent.doctype, parentfield: row.parent.field }),
    ...row.values,
  })
}

function insertSecrets(insert: Insert, secrets: DemoSecrets, random: SeededRandom): void {
  SECRETS.forEach(({ doctype, name, field }, index) => {
    const token = encryptFernet(
      secrets.encryptionKey,
      secrets.plaintexts[index] ?? '',
      random.bytes(16),
      MADE_AT.seconds,
    )
    insert('__Auth', { doctype, name, fieldname: field, password: token, encrypted: 1 })
  })
  const hash = passlibHash(secrets.administratorPassword, random.bytes(16))
  insert('__Auth', { doctype: 'User', name: 'Administrator', fieldname: 'password', password: hash, encrypted: 0 })
}

/** How many plaintexts `DemoSecrets` must hold. */
export const SECRET_COUNT = SECRETS.length

/** pbkdf2-sha256 in passlib's spelling (base64 with `.` for `+`, no padding), which Frappe stores for passwords. */
export function passlibHash(password: string, salt: Buffer): string {
  const rounds = 29000
  const spelled = (bytes: Buffer) => bytes.toString('base64').replaceAll('+', '.').replaceAll('=', '')
  return `$pbkdf2-sha256$${rounds}$${spelled(salt)}$${spelled(pbkdf2Sync(password, salt, rounds, 32, 'sha256'))}`
}

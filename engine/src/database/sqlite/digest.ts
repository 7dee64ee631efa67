import { createHash } from 'node:crypto'
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { joinDigests, RowHashSum } from '../row-hash-sum.ts'
import type { DatabaseDigest, TableDigest, TableSchema } from '../site-database.ts'
import { asMigratorError, openFile } from './connection.ts'
import { quoteName } from './identifiers.ts'
import { readTables } from './tables.ts'

const ROWS_PER_TURN = 2000

/** Canonical digest over one snapshot of the file: every ordinary table's typed values, and the schema. */
export async function digestSqlite(path: string, exclude: string[]): Promise<DatabaseDigest> {
  const database = await openFile(path, 'read')
  try {
    database.exec('BEGIN')
    const tables = readTables(database).filter(({ name }) => !exclude.includes(name))
    const digests: TableDigest[] = []
    for (const table of tables) digests.push(await digestTable(database, table))
    return joinDigests(schemaStatements(database, exclude), digests)
  } catch (error) {
    throw asMigratorError(error, path, 'computing its digest')
  } finally {
    database.close()
  }
}

async function digestTable(database: DatabaseSync, table: TableSchema): Promise<TableDigest> {
  // Text is read as its bytes: as a string, invalid UTF-8 would be replaced and two values could look the same.
  const columns = table.columns
    .filter(({ generated }) => !generated)
    .map(({ name }) => quoteName(name))
    .map((name) => `typeof(${name}), CASE typeof(${name}) WHEN 'text' THEN CAST(${name} AS BLOB) ELSE ${name} END`)
  const statement = database.prepare(`SELECT ${columns.join(', ')} FROM ${quoteName(table.name)}`)
  statement.setReadBigInts(true)
  statement.setReturnArrays(true)
  const sum = new RowHashSum()
  let rows = 0
  for (const row of statement.iterate()) {
    sum.add(rowHash(Object.values(row)))
    if (++rows % ROWS_PER_TURN === 0) await nextTurn()
  }
  return sum.finish(table.name)
}

/** Values come in pairs: SQLite's type, then the value. Reals enter as their eight bytes. */
function rowHash(values: SQLOutputValue[]): Buffer {
  const hash = createHash('sha256')
  for (let index = 0; index < values.length; index += 2) {
    const type = String(values[index])
    const bytes = asBytes(type, values[index + 1] ?? null)
    hash.update(`${type}:${bytes.length}:`).update(bytes)
  }
  return hash.digest()
}

function asBytes(type: string, value: SQLOutputValue): Uint8Array {
  if (value instanceof Uint8Array) return value
  if (value === null) return new Uint8Array()
  if (type === 'real') {
    const bytes = Buffer.alloc(8)
    bytes.writeDoubleBE(Number(value))
    return bytes
  }
  return Buffer.from(String(value))
}

/** Statements of tables, indexes, views, triggers; not of shadow tables, which their virtual table makes. */
function schemaStatements(database: DatabaseSync, exclude: string[]): string[] {
  const rows = database
    .prepare(
      `SELECT type, name, tbl_name, sql FROM sqlite_schema
       WHERE sql IS NOT NULL AND tbl_name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow')
         AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`,
    )
    .all()
  return rows
    .filter((row) => !exclude.includes(String(row['tbl_name'])))
    .map((row) => `${row['type']} ${row['name']}\n${row['sql']}`)
}

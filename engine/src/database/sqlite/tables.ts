import type { DatabaseSync } from 'node:sqlite'
import type { ColumnSchema, TableSchema } from '../site-database.ts'
import { quoteName } from './identifiers.ts'

/** Ordinary tables only: virtual tables (FTS5) and the shadow tables behind them have no rows of their own. */
export function readTables(database: DatabaseSync): TableSchema[] {
  const listed = database.prepare('PRAGMA table_list').all()
  const sizes = tableSizes(database)
  return listed
    .filter(({ schema, type, name }) => schema === 'main' && type === 'table' && !String(name).startsWith('sqlite_'))
    .map(({ name }) => readTable(database, String(name), sizes.get(String(name)) ?? 0))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
}

function readTable(database: DatabaseSync, name: string, dataBytes: number): TableSchema {
  // table_xinfo, unlike table_info, also lists generated columns (hidden 2 and 3).
  const rows = database.prepare(`PRAGMA table_xinfo(${quoteName(name)})`).all()
  const columns = rows.map((row): ColumnSchema => {
    const declaredType = String(row['type'])
    const length = /\((\d+)\)/.exec(declaredType)?.[1]
    return {
      name: String(row['name']),
      dataType: declaredType.replace(/\(.*$/, '').trim().toLowerCase(),
      declaredType,
      // SQLite keeps the declared length but never enforces it; other kinds do, so rules may rely on it.
      maximumCharacters: length !== undefined && /char/i.test(declaredType) ? Number(length) : null,
      maximumBytes: null,
      characterSet: null,
      nullable: row['notnull'] === 0,
      generated: row['hidden'] === 2 || row['hidden'] === 3,
    }
  })
  const primaryKey = rows
    .filter(({ pk }) => Number(pk) > 0)
    .sort((one, other) => Number(one['pk']) - Number(other['pk']))
    .map((row) => String(row['name']))
  const uniqueColumns = singleUniqueColumns(database, name)
  return { name, primaryKey, uniqueColumns, columns, dataBytes, estimatedRows: estimatedRows(database, name) }
}

function singleUniqueColumns(database: DatabaseSync, table: string): string[] {
  return database
    .prepare(`PRAGMA index_list(${quoteName(table)})`)
    .all()
    .filter(({ unique, origin }) => unique === 1 && origin !== 'pk')
    .flatMap(({ name }) => {
      const columns = database.prepare(`PRAGMA index_info(${quoteName(String(name))})`).all()
      const [only] = columns
      return columns.length === 1 && typeof only?.['name'] === 'string' ? [only['name']] : []
    })
}

/** Bytes a table, from dbstat; where SQLite was built without it, nothing is known. */
function tableSizes(database: DatabaseSync): Map<string, number> {
  const hasDbstat = database.prepare("SELECT 1 FROM pragma_module_list WHERE name = 'dbstat'").get() !== undefined
  if (!hasDbstat) return new Map()
  const rows = database.prepare('SELECT name, pgsize AS bytes FROM dbstat WHERE aggregate = TRUE').all()
  return new Map(rows.map((row) => [String(row['name']), Number(row['bytes'])]))
}

/** The highest row id stands for the number of rows: an estimate that costs one step. */
function estimatedRows(database: DatabaseSync, table: string): number {
  const isWithoutRowid =
    database.prepare('SELECT wr FROM pragma_table_list WHERE schema = ? AND name = ?').get('main', table)?.['wr'] === 1
  if (isWithoutRowid) return 0
  return Number(database.prepare(`SELECT MAX(rowid) AS highest FROM ${quoteName(table)}`).get()?.['highest'] ?? 0)
}

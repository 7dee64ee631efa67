import type { SQLOutputValue } from 'node:sqlite'
import type { Row, SiteDatabase } from '../site-database.ts'
import { backupSqlite } from './backup.ts'
import { asMigratorError, asValue, openFile } from './connection.ts'
import { digestSqlite } from './digest.ts'
import { scanSqlite } from './scan.ts'
import { readTables } from './tables.ts'
import { openSqliteWriter } from './writer.ts'

/** Opens a site whose database is an SQLite file; fails at once when there is none. */
export async function openSqlite(path: string): Promise<SiteDatabase> {
  const database = await openFile(path, 'read')
  const version = String(database.prepare('SELECT sqlite_version() AS version').get()?.['version'] ?? 'unknown')
  const reading = <Result>(doing: string, act: () => Result): Promise<Result> =>
    new Promise((resolve, reject) => {
      try {
        resolve(act())
      } catch (error) {
        reject(asMigratorError(error, path, doing))
      }
    })
  return {
    kind: 'sqlite',
    label: `SQLite ${version}, file ${path}`,
    name: path,
    serverVersion: async () => version,
    tables: () => reading('reading its tables', () => readTables(database)),
    totalBytes: () =>
      reading('reading its size', () =>
        Number(
          database.prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size').get()?.[
            'bytes'
          ] ?? 0,
        ),
      ),
    read: (sql, parameters = []) =>
      reading('reading it', () => {
        const statement = database.prepare(sql)
        statement.setReadBigInts(true)
        return statement.all(...parameters).map(asRow)
      }),
    scan: (request) => scanSqlite(path, request),
    openWriter: (waitMilliseconds) => openSqliteWriter(path, waitMilliseconds),
    digest: (options = {}) => digestSqlite(path, options.exclude ?? []),
    backup: (file, options) => backupSqlite(path, file, options),
    close: async () => database.close(),
  }
}

function asRow(row: Record<string, SQLOutputValue>): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, asValue(value)]))
}

import type { DatabaseSync } from 'node:sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { MigratorError } from '../../host/errors.ts'
import { needleTest } from '../needle.ts'
import type { Row, ScanHit, ScanRequest, ScanTarget, TableSchema } from '../site-database.ts'
import { asMigratorError, asValue, openFile } from './connection.ts'
import { quoteName } from './identifiers.ts'
import { readTables } from './tables.ts'

const HITS_PER_TURN = 100

/** Streams the rows that hold a needle over a connection of its own; see SiteDatabase.scan. */
export async function* scanSqlite(path: string, request: ScanRequest): AsyncGenerator<ScanHit> {
  if (request.needles.length === 0 || request.needles.includes('')) {
    throw new MigratorError({ code: 'bad-needle', kind: 'usage', message: 'A text to search for must not be empty.' })
  }
  const database = await openFile(path, 'read')
  try {
    defineUnicodeLower(database)
    const tables = new Map(readTables(database).map((table) => [table.name, table]))
    const bytesTotal = request.targets.reduce((sum, { table }) => sum + (tables.get(table)?.dataBytes ?? 0), 0)
    let bytesDone = 0
    for (const target of request.targets) {
      const table = tables.get(target.table)
      if (table === undefined || target.columns.length === 0) continue
      yield* scanTable(database, table, target, request)
      bytesDone += table.dataBytes
      request.onProgress?.({ bytesDone, bytesTotal, table: table.name })
      await nextTurn()
    }
  } catch (error) {
    if (request.signal?.aborted === true) throw error
    throw asMigratorError(error, path, 'scanning it')
  } finally {
    database.close()
  }
}

async function* scanTable(
  database: DatabaseSync,
  table: TableSchema,
  target: ScanTarget,
  request: ScanRequest,
): AsyncGenerator<ScanHit> {
  const wanted = new Set([...table.primaryKey, ...target.columns, ...target.alsoReturn])
  const returned = table.columns.filter(({ name }) => wanted.has(name)).map(({ name }) => name)
  const searched = table.columns.filter(({ name }) => target.columns.includes(name)).map(({ name }) => name)
  const { sql, values } = holdsAny(searched, request.needles)
  const statement = database.prepare(
    `SELECT ${returned.map(quoteName).join(', ')} FROM ${quoteName(table.name)} WHERE ${sql}`,
  )
  statement.setReadBigInts(true)
  const holds = needleTest(request.needles)
  let hits = 0
  for (const found of statement.iterate(...values)) {
    request.signal?.throwIfAborted()
    const row: Row = Object.fromEntries(returned.map((name) => [name, asValue(found[name])]))
    if (!holds(row, searched)) continue
    yield { table: table.name, key: table.primaryKey.map((name) => row[name] ?? null), row }
    if (++hits % HITS_PER_TURN === 0) await nextTurn()
  }
}

/** instr() compares bytes; lower() folds ASCII only, which is enough for needles of ASCII. */
function holdsAny(columns: string[], needles: string[]): { sql: string; values: string[] } {
  const parts: string[] = []
  const values: string[] = []
  for (const needle of needles) {
    const ascii = /^[\0-\x7f]*$/.test(needle)
    for (const column of columns.map(quoteName)) {
      parts.push(`instr(${ascii ? 'lower' : 'migrator_lower'}(${column}), ?) > 0`)
      values.push(needle.toLowerCase())
    }
  }
  return { sql: parts.join(' OR '), values }
}

function defineUnicodeLower(database: DatabaseSync): void {
  database.function('migrator_lower', { deterministic: true }, (value) =>
    typeof value === 'string' ? value.toLowerCase() : value,
  )
}

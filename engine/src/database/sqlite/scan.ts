import { isUtf8 } from 'node:buffer'
import type { DatabaseSync } from 'node:sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { MigratorError } from '../../host/errors.ts'
import { needleTest } from '../needle.ts'
import type { Row, ScanHit, ScanRequest, ScanTarget, TableSchema } from '../site-database.ts'
import { asKey, asMigratorError, asValue, openFile } from './connection.ts'
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
  const selected = [...returned.map(quoteName), ...searched.map(bytesOfText)]
  const statement = database.prepare(`SELECT ${selected.join(', ')} FROM ${quoteName(table.name)} WHERE ${sql}`)
  statement.setReadBigInts(true)
  const holds = needleTest(request.needles)
  let hits = 0
  for (const found of statement.iterate(...values)) {
    request.signal?.throwIfAborted()
    const row: Row = Object.fromEntries(returned.map((name) => [name, asValue(found[name])]))
    for (const [index, name] of searched.entries()) {
      const bytes = found[bytesName(index)]
      // What does not come back as its own bytes is handed on as bytes: written back, it would be something else.
      if (bytes instanceof Uint8Array && !isUtf8(bytes)) row[name] = Buffer.from(bytes)
    }
    if (!holds(row, searched)) continue
    yield { table: table.name, key: table.primaryKey.map((name) => asKey(found[name])), row }
    if (++hits % HITS_PER_TURN === 0) await nextTurn()
  }
}

const bytesName = (index: number) => `migrator bytes ${index}`

function bytesOfText(column: string, index: number): string {
  const name = quoteName(column)
  return `CASE typeof(${name}) WHEN 'text' THEN CAST(${name} AS BLOB) END AS ${quoteName(bytesName(index))}`
}

/** instr() compares bytes; lower() folds ASCII only, which is enough for needles of ASCII. */
function holdsAny(columns: string[], needles: string[]): { sql: string; values: string[] } {
  const values = [...new Set(needles.map((needle) => needle.toLowerCase()))]
  const parts = values.flatMap((needle, index) => {
    const lower = /^[\0-\x7f]*$/.test(needle) ? 'lower' : 'migrator_lower'
    return columns.map((column) => `instr(${lower}(${quoteName(column)}), ?${index + 1}) > 0`)
  })
  return { sql: anyOf(parts), values }
}

/** Alternatives as a balanced tree: SQLite refuses expressions nested deeper than 1000, and a plain list nests by its length. */
function anyOf(parts: string[]): string {
  if (parts.length <= 2) return parts.join(' OR ')
  const half = Math.ceil(parts.length / 2)
  return `(${anyOf(parts.slice(0, half))}) OR (${anyOf(parts.slice(half))})`
}

function defineUnicodeLower(database: DatabaseSync): void {
  database.function('migrator_lower', { deterministic: true }, (value) =>
    typeof value === 'string' ? value.toLowerCase() : value,
  )
}

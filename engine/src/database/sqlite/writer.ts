import type { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { MigratorError } from '../../host/errors.ts'
import type { CellOutcome, CellUpdate, DatabaseWriter, Value } from '../site-database.ts'
import { asValue, diskFull, isBusy, isFull, openFile } from './connection.ts'
import { quoteName } from './identifiers.ts'
import { type MigratorLock, takeMigratorLock } from './migrator-lock.ts'

/** How long the site's own writers may keep us waiting for each chunk. */
const WAIT_FOR_OTHERS_MILLISECONDS = 10_000

/** Opens the writing session; see SiteDatabase.openWriter. */
export async function openSqliteWriter(
  path: string,
  waitMilliseconds: number,
  waitForOthers: number = WAIT_FOR_OTHERS_MILLISECONDS,
): Promise<DatabaseWriter> {
  const lock = await takeMigratorLock(path, waitMilliseconds)
  try {
    const database = await openFile(path, 'write')
    return new SqliteWriter(database, lock, path, waitForOthers)
  } catch (error) {
    lock.release()
    throw error
  }
}

class SqliteWriter implements DatabaseWriter {
  readonly #database: DatabaseSync
  readonly #lock: MigratorLock
  readonly #path: string
  readonly #waitForOthers: number

  constructor(database: DatabaseSync, lock: MigratorLock, path: string, waitForOthers: number) {
    this.#database = database
    this.#lock = lock
    this.#path = path
    this.#waitForOthers = waitForOthers
  }

  async updateCells(cells: CellUpdate[]): Promise<CellOutcome[]> {
    await this.#begin('BEGIN IMMEDIATE')
    let table: string | null = null
    try {
      const outcomes = cells.map((cell) => {
        table = cell.table
        return this.#updateCell(cell)
      })
      this.#database.exec('COMMIT')
      return outcomes
    } catch (error) {
      this.#rollback()
      throw writeFailed(error, this.#path, table)
    }
  }

  async readCells(cells: CellUpdate[]): Promise<(string | null)[]> {
    await this.#begin('BEGIN')
    try {
      return cells.map((cell) => this.#readCell(cell))
    } catch (error) {
      throw writeFailed(error, this.#path, null)
    } finally {
      this.#rollback()
    }
  }

  async close(): Promise<void> {
    this.#database.close()
    this.#lock.release()
  }

  #updateCell(cell: CellUpdate): CellOutcome {
    const where = matchCondition(cell.match)
    const column = quoteName(cell.column)
    const table = quoteName(cell.table)
    const isText = `${column} = ? COLLATE BINARY`
    const changed = this.#database
      .prepare(`UPDATE ${table} SET ${column} = ? WHERE ${where.sql} AND ${isText}`)
      .run(cell.after, ...where.values, cell.before).changes
    if (Number(changed) > 0)
      return { outcome: cell.before === cell.after ? 'already' : 'changed', rows: Number(changed) }
    const found = this.#database
      .prepare(`SELECT COUNT(*) AS found FROM ${table} WHERE ${where.sql} AND ${isText}`)
      .get(...where.values, cell.after)
    const already = Number(found?.['found'] ?? 0)
    return already > 0 ? { outcome: 'already', rows: already } : { outcome: 'moved', rows: 0 }
  }

  /** Where several rows match (tabSingles), one that holds `before` comes first, then `after`. */
  #readCell(cell: CellUpdate): string | null {
    const where = matchCondition(cell.match)
    const column = quoteName(cell.column)
    const statement = this.#database.prepare(
      `SELECT ${column} AS value FROM ${quoteName(cell.table)} WHERE ${where.sql}
       ORDER BY ${column} IS ? COLLATE BINARY DESC, ${column} IS ? COLLATE BINARY DESC LIMIT 1`,
    )
    statement.setReadBigInts(true)
    const value = asValue(statement.get(...where.values, cell.before, cell.after)?.['value'])
    return value === null ? null : String(value)
  }

  /** Waits for other writers without blocking our event loop, up to a limit. */
  async #begin(statement: string): Promise<void> {
    const deadline = Date.now() + this.#waitForOthers
    while (true) {
      try {
        this.#database.exec(statement)
        return
      } catch (error) {
        if (!isBusy(error) || Date.now() >= deadline) throw writeFailed(error, this.#path, null)
        await delay(20)
      }
    }
  }

  #rollback(): void {
    if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
  }
}

function matchCondition(match: CellUpdate['match']): { sql: string; values: (string | number)[] } {
  const names = Object.keys(match)
  // The second comparison makes keys of a column declared NOCASE exact; the first one uses its index.
  const sql = names.map((name) => `${quoteName(name)} = ? AND ${quoteName(name)} = ? COLLATE BINARY`).join(' AND ')
  return { sql, values: names.flatMap((name) => [match[name] ?? '', match[name] ?? '']) satisfies Value[] }
}

function writeFailed(error: unknown, path: string, table: string | null): MigratorError {
  if (isFull(error)) return diskFull(path, 'writing', error)
  const busy = isBusy(error)
  return new MigratorError({
    code: 'database-write-failed',
    kind: 'failed',
    message: busy
      ? `Another process keeps the SQLite database ${path} locked for writing.`
      : `Writing to ${table === null ? path : `table ${table} of ${path}`} failed.`,
    evidence: error instanceof Error ? error.message : String(error),
    untouched: 'The whole chunk was rolled back; earlier chunks stay and can be undone with rollback.',
    hint: busy
      ? 'Wait until the other transaction ends (lsof names the process), then run resume.'
      : 'Correct the cause, then run resume.',
    failureClass: busy ? 'service' : 'unknown',
    cause: error,
  })
}

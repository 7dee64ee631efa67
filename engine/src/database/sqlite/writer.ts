import type { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { MigratorError } from '../../host/errors.ts'
import type { CellNow, CellOutcome, CellUpdate, DatabaseWriter } from '../site-database.ts'
import { asValue, diskFull, isBusy, isFull, isTaken, openFile } from './connection.ts'
import { quoteName } from './identifiers.ts'
import { type MigratorLock, takeMigratorLock } from './migrator-lock.ts'
import { rowCondition } from './row-condition.ts'
import { readTables } from './tables.ts'

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
  /** Tables whose primary key names one row. */
  readonly #withKey: Set<string>

  constructor(database: DatabaseSync, lock: MigratorLock, path: string, waitForOthers: number) {
    this.#database = database
    this.#lock = lock
    this.#path = path
    this.#waitForOthers = waitForOthers
    const keyed = readTables(database).filter(({ primaryKey }) => primaryKey.length > 0)
    this.#withKey = new Set(keyed.map(({ name }) => name))
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

  async readCells(cells: CellUpdate[]): Promise<CellNow[]> {
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
    const isText = `${quoteName(cell.column)} IS ? COLLATE BINARY`
    const changed = this.#set(cell, isText)
    if (changed > 0) return { outcome: cell.before === cell.after ? 'already' : 'changed', rows: changed }
    const where = rowCondition(cell)
    const found = this.#database
      .prepare(`SELECT COUNT(*) AS found FROM ${quoteName(cell.table)} WHERE ${where.sql} AND ${isText}`)
      .get(...where.values, cell.after)
    const already = Number(found?.['found'] ?? 0)
    return already > 0 ? { outcome: 'already', rows: already } : { outcome: 'moved', rows: 0 }
  }

  /** Where nothing tells the matching rows apart, one of them is changed: each of its equals is a cell of its own. */
  #set(cell: CellUpdate, isText: string): number {
    const where = rowCondition(cell)
    const table = quoteName(cell.table)
    const matching = `${where.sql} AND ${isText}`
    const chosen = this.#hasKey(cell) ? matching : `rowid = (SELECT rowid FROM ${table} WHERE ${matching} LIMIT 1)`
    const statement = this.#database.prepare(`UPDATE ${table} SET ${quoteName(cell.column)} = ? WHERE ${chosen}`)
    return Number(statement.run(cell.after, ...where.values, cell.before).changes)
  }

  /** SQLite lets several rows have NULL as their key. */
  #hasKey(cell: CellUpdate): boolean {
    return this.#withKey.has(cell.table) && !Object.values(cell.match).includes(null)
  }

  /** Where several rows match (tabSingles), one that holds `before` comes first, then `after`. */
  #readCell(cell: CellUpdate): CellNow {
    const where = rowCondition(cell)
    const column = quoteName(cell.column)
    const statement = this.#database.prepare(
      `SELECT ${column} AS value FROM ${quoteName(cell.table)} WHERE ${where.sql}
       ORDER BY ${column} IS ? COLLATE BINARY DESC, ${column} IS ? COLLATE BINARY DESC LIMIT 1`,
    )
    statement.setReadBigInts(true)
    const found = statement.get(...where.values, cell.before, cell.after)
    if (found === undefined) return null
    const value = asValue(found['value'])
    return { value: value === null ? null : String(value) }
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

function writeFailed(error: unknown, path: string, table: string | null): MigratorError {
  if (isFull(error)) return diskFull(path, 'writing', error)
  const busy = isBusy(error)
  const taken = isTaken(error)
  const where = table === null ? path : `table ${table} of ${path}`
  return new MigratorError({
    code: 'database-write-failed',
    kind: 'failed',
    message: busy
      ? `Another process keeps the SQLite database ${path} locked for writing.`
      : taken
        ? `A new value of ${where} is already taken by another row, and the column allows it once.`
        : `Writing to ${where} failed.`,
    evidence: error instanceof Error ? error.message : String(error),
    untouched: 'The whole chunk was rolled back; earlier chunks stay and can be undone with rollback.',
    hint: busy
      ? 'Wait until the other transaction ends (lsof names the process), then run resume.'
      : taken
        ? 'Change or remove one of the two rows, or make a new plan that leaves the column out with --exclude TABLE.COLUMN.'
        : 'Correct the cause, then run resume.',
    failureClass: busy ? 'service' : taken ? 'configuration' : 'unknown',
    cause: error,
  })
}

import type { Connection, UpsertResult } from 'mariadb'
import type { CellNow, CellOutcome, CellUpdate, DatabaseWriter, Row } from '../site-database.ts'
import { alreadyStatement, readStatement, updateStatement } from './cell-statement.ts'
import { connect, type MariadbAddress } from './connection.ts'
import { takeNamedLock } from './named-lock.ts'
import { type MariadbTable, readTables } from './tables.ts'
import { asWriteError } from './write-errors.ts'

/** A site's own long transaction is reported, not waited for. */
const ROW_LOCK_SECONDS = 10

/** Strict: an overflow is an error, never a cut. The time zone is the reading sessions', so that keys of points in time are found again. */
const writeSession = (rowLockSeconds: number) => `SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION',
  innodb_lock_wait_timeout = ${rowLockSeconds}, lock_wait_timeout = 30, wait_timeout = 604800, autocommit = 1,
  tx_isolation = 'REPEATABLE-READ', time_zone = '+00:00'`

/** Statements sent ahead of their answers. */
const PIPELINE = 500

/** Opens the writing session; see SiteDatabase.openWriter. */
export async function openMariadbWriter(
  address: MariadbAddress,
  waitMilliseconds: number,
  rowLockSeconds: number = ROW_LOCK_SECONDS,
): Promise<DatabaseWriter> {
  const connection = await connect(address, 'write')
  try {
    await connection.query(writeSession(rowLockSeconds))
    await takeNamedLock(connection, address.database, waitMilliseconds)
    const tables = new Map((await readTables(connection)).map((table) => [table.name, table]))
    return new MariadbWriter(connection, address, tables)
  } catch (error) {
    connection.destroy()
    throw asWriteError(error, address, null, [])
  }
}

class MariadbWriter implements DatabaseWriter {
  readonly #connection: Connection
  readonly #address: MariadbAddress
  readonly #tables: Map<string, MariadbTable>

  constructor(connection: Connection, address: MariadbAddress, tables: Map<string, MariadbTable>) {
    this.#connection = connection
    this.#address = address
    this.#tables = tables
  }

  async updateCells(cells: CellUpdate[]): Promise<CellOutcome[]> {
    return this.#inTransaction(cells, 'START TRANSACTION', async (failedAt) => {
      const results = await this.#pipelined<UpsertResult>(cells, updateStatement, failedAt)
      const changed = results.map(({ affectedRows }) => affectedRows)
      const unchanged = cells.filter((_, index) => (changed[index] ?? 0) === 0)
      const counts = await this.#pipelined<Row[]>(unchanged, alreadyStatement, failedAt)
      const already = new Map(unchanged.map((cell, index) => [cell, Number(counts[index]?.[0]?.['found'] ?? 0)]))
      return cells.map((cell, index) => outcome(cell, changed[index] ?? 0, already.get(cell) ?? 0))
    })
  }

  async readCells(cells: CellUpdate[]): Promise<CellNow[]> {
    return this.#inTransaction(cells, 'START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY', async (failedAt) => {
      const results = await this.#pipelined<Row[]>(cells, readStatement, failedAt)
      return results.map(([row]) => {
        if (row === undefined) return null
        const value = row['value'] ?? null
        return { value: value === null ? null : String(value) }
      })
    })
  }

  async close(): Promise<void> {
    await this.#connection.end().catch(() => this.#connection.destroy())
  }

  async #inTransaction<Result>(
    cells: CellUpdate[],
    begin: string,
    act: (failedAt: (table: string) => void) => Promise<Result>,
  ): Promise<Result> {
    let table: string | null = null
    try {
      await this.#connection.query(begin)
      const result = await act((name) => {
        table ??= name
      })
      await this.#connection.query('COMMIT')
      return result
    } catch (error) {
      await this.#connection.query('ROLLBACK').catch(() => this.#connection.destroy())
      const names = new Set(cells.map((cell) => cell.table))
      const lasting = [...names].filter((name) => this.#tables.get(name)?.transactional === false)
      throw asWriteError(error, this.#address, table, lasting)
    }
  }

  /**
   * Sends one statement per cell without waiting for each answer; a failure is reported after all answers are in. Prepared: the cells of
   * a column have one text, which the server parses once.
   */
  async #pipelined<Result>(
    cells: CellUpdate[],
    build: typeof updateStatement,
    failedAt: (table: string) => void,
  ): Promise<Result[]> {
    const results: Result[] = []
    for (let start = 0; start < cells.length; start += PIPELINE) {
      const answers = await Promise.allSettled(
        cells.slice(start, start + PIPELINE).map(async (cell) => {
          const { sql, values } = build(this.#table(cell.table), cell)
          return this.#connection.execute<Result>(sql, values).catch((error: unknown) => {
            failedAt(cell.table)
            throw error
          })
        }),
      )
      for (const answer of answers) {
        if (answer.status === 'rejected') throw answer.reason
        results.push(answer.value)
      }
    }
    return results
  }

  #table(name: string): MariadbTable {
    const unknown = {
      primaryKey: [],
      uniqueColumns: [],
      columns: [],
      dataBytes: 0,
      estimatedRows: 0,
      transactional: true,
    }
    return this.#tables.get(name) ?? { name, ...unknown }
  }
}

function outcome(cell: CellUpdate, changed: number, already: number): CellOutcome {
  if (changed > 0) return { outcome: cell.before === cell.after ? 'already' : 'changed', rows: changed }
  return already > 0 ? { outcome: 'already', rows: already } : { outcome: 'moved', rows: 0 }
}

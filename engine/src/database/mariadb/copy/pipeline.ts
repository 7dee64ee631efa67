import type { MariadbAddress } from '../connection.ts'
import { BulkWriter } from './bulk-writer.ts'
import type { CopiedTable, TablePart } from './copied-table.ts'
import { asCopyError, rowsLost } from './copy-errors.ts'
import { RowConverter } from './row-converter.ts'
import { WireSession } from './wire-session.ts'

/** Neither side may give up while it waits for the other. */
const PATIENCE = 'net_read_timeout = 3600, net_write_timeout = 3600, wait_timeout = 604800, max_statement_time = 0'

const READING = [
  'SET SESSION TRANSACTION READ ONLY',
  `SET SESSION time_zone = '+00:00', sql_mode = '', ${PATIENCE}`,
  'SET NAMES binary',
]

/**
 * Strict, so that a value which would be altered is an error; dates that are none stay. Keys are checked as rows come: in the order of
 * the key that costs less than InnoDB's bulk path of unique_checks = 0, which sorts them once more (measured on 10.11: a third).
 */
const WRITING = [
  `SET SESSION time_zone = '+00:00', foreign_key_checks = 0, unique_checks = 1, check_constraint_checks = 0, lock_wait_timeout = 60, ${PATIENCE}`,
  'SET NAMES binary',
]
const STRICT = 'STRICT_ALL_TABLES'
const MODES = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES,NO_ENGINE_SUBSTITUTION'

/** One connection that reads and one that writes, for one part of a table after the other. */
export class Pipeline {
  readonly #source: WireSession
  readonly #target: WireSession
  readonly #addresses: { source: MariadbAddress; target: MariadbAddress }
  readonly #writer: BulkWriter
  #converter: RowConverter | null = null
  #strict: boolean | null = null

  private constructor(
    sessions: { source: WireSession; target: WireSession },
    addresses: { source: MariadbAddress; target: MariadbAddress },
    largestStatement: number,
  ) {
    this.#source = sessions.source
    this.#target = sessions.target
    this.#addresses = addresses
    this.#writer = new BulkWriter(sessions.target, largestStatement)
    this.#writer.onRoom = () => this.#source.resume()
  }

  /** @throws MigratorError as connect does */
  static async open(source: MariadbAddress, target: MariadbAddress, largestStatement: number): Promise<Pipeline> {
    const reading = await WireSession.open(source, READING)
    try {
      const writing = await WireSession.open(target, WRITING)
      return new Pipeline({ source: reading, target: writing }, { source, target }, largestStatement)
    } catch (error) {
      reading.destroy()
      throw error
    }
  }

  /** Bytes of the part under way that have been read. */
  get bytes(): number {
    return this.#converter?.bytes ?? 0
  }

  /**
   * Copies the rows of a part; they are committed when it resolves. Answers how many.
   * @throws MigratorError `copy-failed`, `copy-incomplete`, `row-too-large`, `database-gone`
   */
  async copy(table: CopiedTable, part: TablePart): Promise<{ rows: number; bytes: number }> {
    const writer = this.#writer
    const converter = new RowConverter(table.columns, writer)
    this.#converter = converter
    const { source, target } = this.#addresses
    try {
      await this.#setMode(table.strict)
      writer.begin(table.insert, table.columns)
      await this.#source.select(table.select + part.where, converter).catch((error: unknown) => {
        // What the writer met comes first: reading ends because of it.
        throw asCopyError(writer.failure ?? error, writer.failure === null ? source : target, table.name)
      })
      const stored = await writer.finish().catch((error: unknown) => {
        throw asCopyError(error, target, table.name)
      })
      if (stored !== converter.rows) throw rowsLost(table.name, converter.rows, stored)
      return { rows: stored, bytes: converter.bytes }
    } finally {
      this.#converter = null
    }
  }

  /** Runs a statement on the target. */
  async execute(table: string, sql: string): Promise<void> {
    await this.#target.execute(sql).catch((error: unknown) => {
      throw asCopyError(error, this.#addresses.target, table)
    })
  }

  destroy(): void {
    this.#source.destroy()
    this.#target.destroy()
  }

  async close(): Promise<void> {
    await Promise.all([this.#source.close(), this.#target.close()])
  }

  async #setMode(strict: boolean): Promise<void> {
    if (this.#strict === strict) return
    this.#strict = strict
    await this.#target.execute(`SET SESSION sql_mode = '${strict ? `${STRICT},` : ''}${MODES}'`)
  }
}

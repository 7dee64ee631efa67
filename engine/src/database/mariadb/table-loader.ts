import type { MariadbAddress } from './connection.ts'
import { LoadSession } from './load-session.ts'

/** Bytes of statements that wait for one connection; a single larger one may exceed it. */
const WAITING_BYTES = 2 << 20

/**
 * Rows of a dump come in the order of their key, which InnoDB takes best as they come: sorting them once more (its bulk path, with
 * unique_checks = 0 in one transaction) costs the server twice the processor time (measured on 50 MB of 10.11: 2.4 s against 1.3 s).
 * Each statement is a transaction of its own, so that a load that is broken off leaves nothing long to roll back.
 */
const CHECKS = 'SET SESSION unique_checks = 1, foreign_key_checks = 0, autocommit = 1'

type OnTable = (table: string, rows: number) => Promise<void>

/** One connection that loads tables, each to its end before the next. */
export class TableLoader {
  /** The table it is at; null at none. */
  table: string | null = null
  failedAt: string | null = null
  waitingBytes = 0
  readonly #session: LoadSession
  /** The dump's settings so far, shared by all loaders; this one has run the first of them. */
  readonly #settings: string[]
  readonly #onTable: OnTable
  #applied = 0
  #rows = 0
  #work: Promise<void> = Promise.resolve()
  #failure: { error: unknown } | null = null
  #wake: (() => void) | null = null

  private constructor(session: LoadSession, settings: string[], onTable: OnTable) {
    this.#session = session
    this.#settings = settings
    this.#onTable = onTable
  }

  static async open(address: MariadbAddress, settings: string[], onTable: OnTable): Promise<TableLoader> {
    return new TableLoader(await LoadSession.open(address), settings, onTable)
  }

  /** Takes a statement of a table; resolves when there is room for the next. A failure of an earlier one is met here. */
  async take(table: string, kind: 'rows' | 'around-rows', text: string): Promise<void> {
    if (this.table !== table) this.#begin(table)
    this.waitingBytes += text.length
    this.#then(async () => {
      if (kind === 'rows') this.#rows += await this.#session.write(table, text)
      else await this.#session.run(text)
      this.waitingBytes -= text.length
      this.#wake?.()
    })
    while (this.waitingBytes > WAITING_BYTES && this.#failure === null)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    if (this.#failure !== null) throw this.#failure.error
  }

  /** Ends the last table and waits for all of it. */
  async finish(): Promise<void> {
    this.#end()
    this.table = null
    await this.#work
    if (this.#failure !== null) throw this.#failure.error
  }

  destroy(): void {
    this.#session.destroy()
  }

  async close(): Promise<void> {
    await this.#work
    await this.#session.close()
  }

  #begin(table: string): void {
    this.#end()
    this.table = table
    const until = this.#settings.length
    this.#then(async () => {
      this.#rows = 0
      for (; this.#applied < until; this.#applied++) await this.#session.run(this.#settings[this.#applied] ?? '')
      await this.#session.run(CHECKS)
    })
  }

  #end(): void {
    const { table } = this
    if (table === null) return
    this.#then(async () => {
      await this.#onTable(table, this.#rows)
    })
  }

  #then(act: () => Promise<void>): void {
    const { table } = this
    this.#work = this.#work.then(async () => {
      if (this.#failure !== null) return
      try {
        await act()
      } catch (error) {
        this.#failure = { error }
        this.failedAt = table
        this.#wake?.()
      }
    })
  }
}

import type { Connection } from 'mariadb'
import { connect, type MariadbAddress } from './connection.ts'
import { asMigratorError } from './connection-errors.ts'

/** Reading connections of one database, opened when needed and used again. */
export class ReadConnections {
  readonly address: MariadbAddress
  readonly #connectMilliseconds: number | undefined
  readonly #idle: Connection[] = []
  readonly #lent = new Set<Connection>()
  #closed = false

  constructor(address: MariadbAddress, connectMilliseconds?: number) {
    this.address = address
    this.#connectMilliseconds = connectMilliseconds
  }

  /**
   * Lends a connection to `use` and takes it back; after an error it is thrown away, because its state is unknown.
   * @throws MigratorError naming what `doing` was about.
   */
  async withConnection<Result>(doing: string, use: (connection: Connection) => Promise<Result>): Promise<Result> {
    const connection = await this.#take()
    this.#lent.add(connection)
    try {
      const result = await use(connection)
      if (this.#closed) await connection.end()
      else this.#idle.push(connection)
      return result
    } catch (error) {
      connection.destroy()
      throw asMigratorError(error, this.address, doing)
    } finally {
      this.#lent.delete(connection)
    }
  }

  /** See SiteDatabase.abandon. */
  abandon(): void {
    this.#closed = true
    for (const connection of [...this.#idle.splice(0), ...this.#lent]) connection.destroy()
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(this.#idle.splice(0).map((connection) => connection.end().catch(() => connection.destroy())))
  }

  async #take(): Promise<Connection> {
    for (let connection = this.#idle.pop(); connection !== undefined; connection = this.#idle.pop()) {
      if (connection.isValid()) return connection
      connection.destroy()
    }
    return connect(this.address, 'read', this.#connectMilliseconds)
  }
}

import type { Connection } from 'mariadb'
import { connect, type MariadbAddress } from './connection.ts'
import { asMigratorError } from './connection-errors.ts'

/** Reading connections of one database, opened when needed and used again. */
export class ReadConnections {
  readonly address: MariadbAddress
  readonly #idle: Connection[] = []
  #closed = false

  constructor(address: MariadbAddress) {
    this.address = address
  }

  /**
   * Lends a connection to `use` and takes it back; after an error it is thrown away, because its state is unknown.
   * @throws MigratorError naming what `doing` was about.
   */
  async withConnection<Result>(doing: string, use: (connection: Connection) => Promise<Result>): Promise<Result> {
    const connection = await this.#take()
    try {
      const result = await use(connection)
      if (this.#closed) await connection.end()
      else this.#idle.push(connection)
      return result
    } catch (error) {
      connection.destroy()
      throw asMigratorError(error, this.address, doing)
    }
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
    return connect(this.address, 'read')
  }
}

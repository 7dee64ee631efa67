import type { Connection } from 'mariadb'
import type { Row } from '../site-database.ts'
import { connectWith, type MariadbAddress } from './connection.ts'
import { driverError } from './connection-errors.ts'
import { refuseAltered } from './load-errors.ts'

/**
 * A session that takes statements as bytes, whatever character set they are in: in the connector's `binary` a string's characters are
 * its bytes (`latin1`). The server must not tell the connector of a character set, which would begin to encode then.
 */
export class LoadSession {
  readonly #connection: Connection

  private constructor(connection: Connection) {
    this.#connection = connection
  }

  /** @throws MigratorError as connect does */
  static async open(address: MariadbAddress): Promise<LoadSession> {
    const connection = await connectWith(address, {
      charset: 'binary',
      initSql: [
        "SET SESSION session_track_system_variables = ''",
        'SET SESSION wait_timeout = 604800, net_read_timeout = 3600, lock_wait_timeout = 60',
      ],
    })
    return new LoadSession(connection)
  }

  /** Runs one statement, given one character a byte (latin1). */
  async run(statement: string): Promise<void> {
    await this.#connection.query(statement)
  }

  /** The same for one that writes rows of a table; answers how many. @throws MigratorError `load-altered` */
  async write(table: string, statement: string): Promise<number> {
    const { affectedRows = 0, warningStatus = 0 }: { affectedRows?: number; warningStatus?: number } =
      await this.#connection.query(statement)
    // A dump turns strict mode off: without it the server cuts what it cannot store, and only warns.
    if (warningStatus > 0) refuseAltered(table, await this.#connection.query<Row[]>('SHOW WARNINGS'))
    return affectedRows
  }

  async close(): Promise<void> {
    await this.#connection.end().catch(() => this.#connection.destroy())
  }

  /** Breaks it off: what it was at is rolled back by the server. */
  destroy(): void {
    this.#connection.destroy()
  }
}

const UNKNOWN_THREAD = 1094

/**
 * Ends every other session of this account, and waits until the server has let go of them: a migrator that was killed leaves
 * statements running, and more of them waiting to be read. For accounts that nobody else uses.
 */
export async function endOtherSessions(connection: Connection): Promise<void> {
  for (;;) {
    const rows = await connection.query<Row[]>(
      "SELECT id AS id FROM information_schema.processlist WHERE user = SUBSTRING_INDEX(USER(), '@', 1) AND id <> CONNECTION_ID()",
    )
    if (rows.length === 0) return
    for (const { id } of rows) {
      await connection.query(`KILL CONNECTION ${Number(id)}`).catch((error: unknown) => {
        // It has ended by itself in between.
        if (driverError(error)?.errno !== UNKNOWN_THREAD) throw error
      })
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

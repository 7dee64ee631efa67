import { createHash } from 'node:crypto'
import type { Connection } from 'mariadb'
import { MigratorError } from '../../host/errors.ts'
import type { Row } from '../site-database.ts'

/** Seconds of one wait inside the server; shorter than any timeout between us and it. */
const WAIT_SLICE_SECONDS = 20

/**
 * Takes the site's named lock on the very connection that will write. The server gives the lock up only when that
 * connection is over, and a connection whose client was killed is over only when its running statement is: so who
 * holds the lock knows that nothing an earlier migrator started is still at work.
 * @throws MigratorError `database-locked` after waitMilliseconds.
 */
export async function takeNamedLock(connection: Connection, database: string, waitMilliseconds: number): Promise<void> {
  const name = lockName(database)
  const deadline = Date.now() + waitMilliseconds
  do {
    const seconds = Math.min(WAIT_SLICE_SECONDS, Math.max(0, (deadline - Date.now()) / 1000))
    const [row] = await connection.query<Row[]>('SELECT GET_LOCK(?, ?) AS taken', [name, seconds])
    if (Number(row?.['taken'] ?? 0) === 1) return
  } while (Date.now() < deadline)
  throw new MigratorError({
    code: 'database-locked',
    kind: 'refused',
    message: `Another migrator, or a statement it left running, holds the lock of database ${database}.`,
    evidence: await describeHolder(connection, name),
    untouched: 'The database was not changed.',
    hint: 'Wait until it is done, or end it, then run resume or rollback.',
    failureClass: 'service',
  })
}

/** The lock's name; MariaDB allows 64 characters, so a longer one is replaced by its digest. */
export function lockName(database: string): string {
  const plain = `migrator:${database}`
  if (plain.length <= 64) return plain
  return `migrator:${createHash('sha256').update(database).digest('hex').slice(0, 48)}`
}

async function describeHolder(connection: Connection, name: string): Promise<string> {
  const [holder] = await connection.query<Row[]>('SELECT IS_USED_LOCK(?) AS id', [name])
  const [thread] = await connection.query<Row[]>(
    'SELECT user, host, command, time FROM information_schema.processlist WHERE id = ?',
    [holder?.['id'] ?? null],
  )
  if (thread === undefined) return `lock ${name}`
  const { user, host, command, time } = thread
  return `lock ${name}, held by connection ${holder?.['id']} of ${user}@${host}: ${command} for ${time} s`
}

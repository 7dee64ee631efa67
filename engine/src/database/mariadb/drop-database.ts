import { MigratorError } from '../../host/errors.ts'
import type { MariadbKept } from '../kept-address.ts'
import type { AdministratorAccount } from '../server-place.ts'
import { dropAccount, hasDatabase, isEmptyDatabase, withAdministrator } from './administration.ts'
import { connect } from './connection.ts'
import { driverError } from './connection-errors.ts'
import { quoteName } from './identifiers.ts'
import { endOtherSessions } from './load-session.ts'

/** How an account of ours stands to its database now. */
export type Reach = 'open' | 'no-database' | 'no-access'

/** @throws MigratorError when the server itself cannot be reached */
export async function reachOf(address: MariadbKept): Promise<Reach> {
  try {
    const connection = await connect(address, 'read')
    await connection.end()
    return 'open'
  } catch (error) {
    if (error instanceof MigratorError && error.code === 'database-unknown') return 'no-database'
    if (error instanceof MigratorError && error.code === 'database-access-denied') return 'no-access'
    throw error
  }
}

/** What dropping left: an account goes only with an administrator's help. */
export interface Dropped {
  database: 'dropped' | 'absent' | 'left'
  account: 'dropped' | 'left'
}

/**
 * Drops a database as its own account, which proves whose it is; the account with it as the administrator. A database that the account
 * cannot open may be another's of the same name: the administrator drops it only while it is empty, as a process that was killed while
 * it made one leaves it. Without an administrator's help, or with one that is refused, the account stays. Nothing there is fine.
 * @param administrator asked only once the database is gone
 */
export async function dropDatabase(
  address: MariadbKept,
  hosts: string[],
  administrator: () => Promise<AdministratorAccount | null>,
): Promise<Dropped> {
  const reach = await reachOf(address)
  if (reach === 'open') await dropAsOwner(address)
  const alone: Dropped = {
    database: reach === 'open' ? 'dropped' : reach === 'no-database' ? 'absent' : 'left',
    account: 'left',
  }
  try {
    const account = await administrator()
    if (account === null) return alone
    return await withAdministrator(address, account, async (connection) => {
      const { database } = address
      const there = await hasDatabase(connection, database)
      if (there && !(await isEmptyDatabase(connection, database))) return alone
      if (there) await connection.query(`DROP DATABASE ${quoteName(database)}`)
      await dropAccount(connection, address.user, hosts)
      return { database: there || reach === 'open' ? 'dropped' : 'absent', account: 'dropped' }
    })
  } catch (error) {
    // The database is dealt with: an administrator that is gone since must not keep anybody from going on.
    if (error instanceof MigratorError || driverError(error) !== null) return alone
    throw error
  }
}

async function dropAsOwner(address: MariadbKept): Promise<void> {
  const connection = await connect(address, 'write')
  try {
    await endOtherSessions(connection)
    await connection.query(`DROP DATABASE IF EXISTS ${quoteName(address.database)}`)
  } finally {
    await connection.end().catch(() => connection.destroy())
  }
}

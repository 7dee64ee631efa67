import { MigratorError } from '../../host/errors.ts'
import type { MariadbKept } from '../kept-address.ts'
import type { AdministratorAccount } from '../server-place.ts'
import { dropAccount, hasDatabase, withAdministrator } from './administration.ts'
import { connect } from './connection.ts'
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
 * Drops a database as its own account, which has the right to; the account with it, or a database that the account cannot reach,
 * as the administrator. Nothing there is fine.
 */
export async function dropDatabase(
  address: MariadbKept,
  hosts: string[],
  administrator: AdministratorAccount | null,
): Promise<Dropped> {
  const reach = await reachOf(address)
  if (reach === 'open') await dropAsOwner(address)
  if (administrator === null) {
    return { database: reach === 'open' ? 'dropped' : reach === 'no-database' ? 'absent' : 'left', account: 'left' }
  }
  return withAdministrator(address, administrator, async (connection) => {
    const there = await hasDatabase(connection, address.database)
    if (there) await connection.query(`DROP DATABASE ${quoteName(address.database)}`)
    await dropAccount(connection, address.user, hosts)
    return { database: there || reach === 'open' ? 'dropped' : 'absent', account: 'dropped' }
  })
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

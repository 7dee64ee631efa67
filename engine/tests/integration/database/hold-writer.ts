/**
 * Run as a child process by the tests: opens the writer of the address given as JSON in the first argument, says so,
 * starts the SQL of the second (MariaDB) over that very session, and waits to be killed.
 */
import { connect } from '../../../src/database/mariadb/connection.ts'
import { takeNamedLock } from '../../../src/database/mariadb/named-lock.ts'
import { openSiteDatabase } from '../../../src/database/open.ts'
import type { DatabaseAddress } from '../../../src/database/site-database.ts'

const address = JSON.parse(process.argv[2] ?? '') as DatabaseAddress
const sql = process.argv[3]

if (address.kind === 'mariadb' && sql !== undefined) {
  const connection = await connect(address, 'write')
  await takeNamedLock(connection, address.database, 1000)
  void connection.query(sql)
} else {
  await (await openSiteDatabase(address)).openWriter(1000)
}
console.log('holding')
setInterval(() => undefined, 60_000)

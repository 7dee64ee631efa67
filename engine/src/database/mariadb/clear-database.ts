import type { Row } from '../site-database.ts'
import { connect, type MariadbAddress } from './connection.ts'
import { asMigratorError } from './connection-errors.ts'
import { quoteName } from './identifiers.ts'
import { endOtherSessions } from './load-session.ts'

const DROPS: Record<string, string> = {
  'BASE TABLE': 'DROP TABLE',
  'SYSTEM VERSIONED': 'DROP TABLE',
  VIEW: 'DROP VIEW',
  SEQUENCE: 'DROP SEQUENCE',
}

/**
 * Empties a database of ours but for some tables, when nothing of an earlier process runs in it any more: what a load that was broken
 * off has left half made.
 */
export async function clearDatabase(address: MariadbAddress, keep: ReadonlySet<string>): Promise<void> {
  const connection = await connect(address, 'write')
  try {
    await endOtherSessions(connection)
    await connection.query('SET SESSION foreign_key_checks = 0')
    const named = async (sql: string) =>
      (await connection.query<Row[]>(sql)).map((row) => ({ name: String(row['name']), type: String(row['type']) }))
    const triggers = await named(
      "SELECT trigger_name AS name, 'TRIGGER' AS type FROM information_schema.triggers WHERE trigger_schema = DATABASE()",
    )
    const routines = await named(
      'SELECT routine_name AS name, routine_type AS type FROM information_schema.routines WHERE routine_schema = DATABASE()',
    )
    const events = await named(
      "SELECT event_name AS name, 'EVENT' AS type FROM information_schema.events WHERE event_schema = DATABASE()",
    )
    for (const { name, type } of [...triggers, ...routines, ...events])
      await connection.query(`DROP ${type} IF EXISTS ${quoteName(name)}`)
    const tables = await named(
      'SELECT table_name AS name, table_type AS type FROM information_schema.tables WHERE table_schema = DATABASE()',
    )
    for (const { name, type } of tables) {
      const drop = DROPS[type]
      if (drop !== undefined && !keep.has(name)) await connection.query(`${drop} IF EXISTS ${quoteName(name)}`)
    }
  } catch (error) {
    throw asMigratorError(error, address, 'clearing what an earlier load left')
  } finally {
    await connection.end().catch(() => connection.destroy())
  }
}

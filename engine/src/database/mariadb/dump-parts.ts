import type { Connection } from 'mariadb'
import type { Row } from '../site-database.ts'
import type { DumpParts } from './dump-command.ts'
import { quoteName } from './identifiers.ts'

export interface DumpContents extends DumpParts {
  /** Names of tables, versioned ones too: each must have its CREATE TABLE in the dump. */
  tables: string[]
  /** Routines whose text the site's user may not read: they cannot be in the backup. */
  unreadableRoutines: string[]
}

/** Finds out what there is to dump and what the site's user is allowed to dump. */
export async function dumpContents(connection: Connection): Promise<DumpContents> {
  const tables = await connection.query<Row[]>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')",
  )
  const routines = await connection.query<Row[]>(
    'SELECT routine_type AS type, routine_name AS name FROM information_schema.routines WHERE routine_schema = DATABASE()',
  )
  const events = await connection.query<Row[]>(
    'SELECT event_name AS name FROM information_schema.events WHERE event_schema = DATABASE()',
  )
  const [foreign] = await connection.query<Row[]>(
    `SELECT COUNT(*) AS columns FROM information_schema.columns WHERE table_schema = DATABASE()
       AND character_set_name NOT IN ('utf8mb4', 'utf8mb3', 'utf8', 'ascii', 'binary')`,
  )
  const unreadableRoutines: string[] = []
  for (const { type, name } of routines) {
    const shown = type === 'FUNCTION' ? 'Function' : 'Procedure'
    const [row] = await connection.query<Row[]>(`SHOW CREATE ${shown} ${quoteName(String(name))}`)
    if ((row?.[`Create ${shown}`] ?? null) === null) unreadableRoutines.push(String(name))
  }
  return {
    tables: tables.map((row) => String(row['name'])),
    routines: routines.length > 0 && unreadableRoutines.length === 0,
    events: events.length > 0,
    unicodeOnly: Number(foreign?.['columns'] ?? 1) === 0,
    unreadableRoutines,
  }
}

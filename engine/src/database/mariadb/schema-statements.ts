import type { Connection } from 'mariadb'
import type { Row } from '../site-database.ts'
import { quoteName } from './identifiers.ts'

/** Every object's own statement, without counters that move by themselves (AUTO_INCREMENT). */
export async function schemaStatements(connection: Connection, excluded: Set<string>): Promise<string[]> {
  const objects = await connection.query<Row[]>(
    'SELECT table_name AS name, table_type AS type FROM information_schema.tables WHERE table_schema = DATABASE()',
  )
  const kept = objects
    .map((row) => ({ name: String(row['name']), type: String(row['type']) }))
    .filter(({ name }) => !excluded.has(name))
  const created = await Promise.all(kept.map(({ name, type }) => showCreate(connection, name, type)))
  return [...created, ...(await routines(connection)), ...(await triggers(connection))]
}

async function showCreate(connection: Connection, name: string, type: string): Promise<string> {
  const shown = type === 'VIEW' ? 'VIEW' : type === 'SEQUENCE' ? 'SEQUENCE' : 'TABLE'
  const [row] = await connection.query<Row[]>(`SHOW CREATE ${shown} ${quoteName(name)}`)
  const statement = String(row?.['Create View'] ?? row?.['Create Table'] ?? '')
  return `${type} ${name}\n${statement.replace(/ AUTO_INCREMENT=\d+/, '')}`
}

async function routines(connection: Connection): Promise<string[]> {
  const rows = await connection.query<Row[]>(
    `SELECT routine_type AS type, routine_name AS name, routine_definition AS body FROM information_schema.routines
     WHERE routine_schema = DATABASE()`,
  )
  return rows.map((row) => `${row['type']} ${row['name']}\n${row['body']}`)
}

async function triggers(connection: Connection): Promise<string[]> {
  const rows = await connection.query<Row[]>(
    `SELECT trigger_name AS name, event_object_table AS on_table, action_timing AS timing, event_manipulation AS event,
       action_statement AS body, action_order AS position
     FROM information_schema.triggers WHERE trigger_schema = DATABASE()`,
  )
  return rows.map(
    (row) =>
      `TRIGGER ${row['name']} ${row['timing']} ${row['event']} ${row['on_table']} ${row['position']}\n${row['body']}`,
  )
}

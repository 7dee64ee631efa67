import type { Connection } from 'mariadb'
import type { Row } from '../../site-database.ts'
import { quoteName } from '../identifiers.ts'

/** Something that is made when the rows are there, with what the server remembers of the session that made it. */
export interface LateObject {
  kind: 'VIEW' | 'TRIGGER' | 'PROCEDURE' | 'FUNCTION' | 'EVENT' | 'PACKAGE' | 'PACKAGE BODY'
  name: string
  /** null: the account may not read it. */
  statement: string | null
  sqlMode: string
  collation: string | null
}

/** A sequence with where it stands. */
export interface SequenceState {
  name: string
  create: string
  next: string
  cycle: string
}

/** Triggers and table that the capture of changes adds to a live site: never copied. */
export const isCaptureObject = (name: string): boolean => name.startsWith('__migrator_')

/** Views, triggers, routines and events; each kind in the order in which it is to be made. */
export async function readLateObjects(connection: Connection): Promise<LateObject[]> {
  const schema = 'schema = DATABASE()'
  const routines = await list(
    connection,
    `SELECT routine_name AS name, routine_type AS kind FROM information_schema.routines WHERE routine_${schema} ORDER BY 2, 1`,
  )
  const views = await list(
    connection,
    `SELECT table_name AS name, 'VIEW' AS kind FROM information_schema.views WHERE table_${schema} ORDER BY 1`,
  )
  const triggers = await list(
    connection,
    `SELECT trigger_name AS name, 'TRIGGER' AS kind FROM information_schema.triggers WHERE trigger_${schema}
     ORDER BY event_object_table, action_timing, event_manipulation, action_order`,
  )
  const events = await list(
    connection,
    `SELECT event_name AS name, 'EVENT' AS kind FROM information_schema.events WHERE event_${schema} ORDER BY 1`,
  )
  const wanted = [...routines, ...views, ...triggers.filter(({ name }) => !isCaptureObject(name)), ...events]
  return Promise.all(wanted.map((one) => readObject(connection, one)))
}

async function list(connection: Connection, sql: string): Promise<Pick<LateObject, 'kind' | 'name'>[]> {
  const rows = await connection.query<Row[]>(sql)
  return rows.map((row) => ({ name: String(row['name']), kind: String(row['kind']) as LateObject['kind'] }))
}

async function readObject(
  connection: Connection,
  { kind, name }: Pick<LateObject, 'kind' | 'name'>,
): Promise<LateObject> {
  const [row = {}] = await connection.query<Row[]>(`SHOW CREATE ${kind} ${quoteName(name)}`)
  const text = Object.entries(row).find(([column]) => /^(create |sql original statement)/i.test(column))?.[1] ?? null
  return {
    kind,
    name,
    statement: text === null ? null : String(text),
    sqlMode: String(row['sql_mode'] ?? ''),
    collation: typeof row['collation_connection'] === 'string' ? row['collation_connection'] : null,
  }
}

export async function readSequences(connection: Connection): Promise<SequenceState[]> {
  const rows = await connection.query<Row[]>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'SEQUENCE'",
  )
  return Promise.all(
    rows.map(async (row) => {
      const name = String(row['name'])
      const [created] = await connection.query<Row[]>(`SHOW CREATE SEQUENCE ${quoteName(name)}`)
      // Selecting from a sequence reads it; only NEXTVAL moves it.
      const [state] = await connection.query<Row[]>(
        `SELECT CAST(next_not_cached_value AS CHAR) AS next_value, CAST(cycle_count AS CHAR) AS cycle FROM ${quoteName(name)}`,
      )
      return {
        name,
        create: String(created?.['Create Table'] ?? ''),
        next: String(state?.['next_value'] ?? ''),
        cycle: String(state?.['cycle'] ?? '0'),
      }
    }),
  )
}

/** Lets the sequence go on where the other stood; one that is further on already stays. */
export async function setSequence(connection: Connection, { name, next, cycle }: SequenceState): Promise<void> {
  await connection.query(`DO SETVAL(${quoteName(name)}, ${next}, 0, ${cycle})`)
}

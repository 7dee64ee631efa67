import type { Connection } from 'mariadb'
import { driverError } from '../connection-errors.ts'
import { quoteName } from '../identifiers.ts'
import type { LateObject } from './schema-objects.ts'

/** A table, view or routine that is needed and not there: it may come later. */
const NEEDED_LATER = new Set([1146, 1305, 1356, 1449])

/**
 * Makes views, triggers, routines and events, each in the mode it was made in; what needs something that comes later is tried again when
 * that is there. Events are made switched off: two sites must not both run them.
 * @throws what the server says
 */
export async function makeLateObjects(
  connection: Connection,
  objects: LateObject[],
  define: (statement: string) => string,
): Promise<void> {
  let waiting = objects
  while (waiting.length > 0) {
    const failed: LateObject[] = []
    let first: unknown
    for (const one of waiting) {
      try {
        await make(connection, one, define)
      } catch (error) {
        if (!NEEDED_LATER.has(driverError(error)?.errno ?? 0)) throw error
        first ??= error
        failed.push(one)
      }
    }
    if (failed.length === waiting.length) throw first
    waiting = failed
  }
}

async function make(
  connection: Connection,
  { kind, name, statement, sqlMode, collation }: LateObject,
  define: (statement: string) => string,
): Promise<void> {
  await connection.query('SET SESSION sql_mode = ?', [sqlMode])
  if (collation !== null) await connection.query(define(`SET SESSION collation_connection = ${collation}`))
  await connection.query(define(statement ?? ''))
  if (kind === 'EVENT') await connection.query(`ALTER EVENT ${quoteName(name)} DISABLE`)
}

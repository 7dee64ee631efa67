import { existsSync } from 'node:fs'
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import { MigratorError } from '../../host/errors.ts'
import type { Value } from '../site-database.ts'

/** Milliseconds SQLite itself waits for another process; short, because it waits inside our only thread. */
const BUSY_MILLISECONDS = 50

/**
 * Opens the site's database file.
 * @throws MigratorError `database-unknown` when there is no such file, `database-failed` when it is not a database.
 */
export async function openFile(path: string, mode: 'read' | 'write'): Promise<DatabaseSync> {
  if (!existsSync(path)) {
    throw new MigratorError({
      code: 'database-unknown',
      kind: 'refused',
      message: `There is no SQLite database at ${path}.`,
      hint: 'Compare db_name in site_config.json with the files in the site’s db directory.',
      failureClass: 'configuration',
    })
  }
  const { DatabaseSync } = await import('node:sqlite')
  try {
    const database = new DatabaseSync(path, { readOnly: mode === 'read', timeout: BUSY_MILLISECONDS })
    database.prepare('SELECT COUNT(*) FROM sqlite_schema').get()
    return database
  } catch (error) {
    throw asMigratorError(error, path, 'opening it')
  }
}

/** Turns an error of SQLite into one a user can act on. */
export function asMigratorError(error: unknown, path: string, doing: string): MigratorError {
  if (error instanceof MigratorError) return error
  const text = error instanceof Error ? error.message : String(error)
  if (isFull(error)) return diskFull(path, doing, error)
  const busy = isBusy(error)
  const denied = /readonly|unable to open/i.test(text)
  return new MigratorError({
    code: busy ? 'database-busy' : denied ? 'database-access-denied' : 'database-failed',
    kind: busy || denied ? 'refused' : 'failed',
    message: busy
      ? `Another process keeps the SQLite database ${path} locked.`
      : `The SQLite database ${path} reported an error while ${doing}.`,
    evidence: text,
    hint: busy
      ? 'Wait until the other transaction ends (lsof names the process), then run resume.'
      : 'Check the file’s owner and mode, and run PRAGMA integrity_check on a copy of it.',
    failureClass: busy ? 'service' : denied ? 'permission' : 'unknown',
    cause: error,
  })
}

/** SQLITE_BUSY and SQLITE_LOCKED with their extended codes. */
export function isBusy(error: unknown): boolean {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return false
  return [5, 6].includes(error.errcode & 0xff)
}

/** SQLITE_FULL: no room for the file, its journal or its copy. */
export const isFull = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' && (error.errcode & 0xff) === 13

/** SQLITE_CONSTRAINT_UNIQUE and SQLITE_CONSTRAINT_PRIMARYKEY. */
export const isTaken = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && (error.errcode === 2067 || error.errcode === 1555)

export const diskFull = (path: string, doing: string, cause: unknown): MigratorError =>
  new MigratorError({
    code: 'disk-full',
    kind: 'failed',
    message: `The disk has no room left: the SQLite database ${path}, while ${doing}.`,
    evidence: cause instanceof Error ? cause.message : String(cause),
    hint: 'Make room on the disk of the bench, then try again.',
    failureClass: 'dependency',
    cause,
  })

/** A key's value: integers beyond 2^53 stay integers, because a column without a type tells `9007199254740993` from its text. */
export function asKey(value: SQLOutputValue | undefined): Value {
  return typeof value === 'bigint' && !Number.isSafeInteger(Number(value)) ? value : asValue(value)
}

/** Integers beyond 2^53 become text, as everywhere above this room; blobs become Buffers. */
export function asValue(value: SQLOutputValue | undefined): Value {
  if (value === undefined || value === null) return null
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString()
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  return value
}

import { statSync, unlinkSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { MigratorError } from '../../host/errors.ts'
import { isBusy } from './connection.ts'

const POLL_MILLISECONDS = 50

export interface MigratorLock {
  release(): void
}

/**
 * Lets one migrator at a time write to a site's SQLite file. The lock is an exclusive transaction on a second, empty
 * SQLite file beside it: the operating system drops it when the process dies, however it dies, and the site's own
 * processes never see it. Whoever releases removes the file; a waiter that then holds a lock on the removed file
 * notices (the name leads to another inode, or to none) and starts again.
 *
 * Never open that file, or a live database file, by other means in this process: closing any descriptor of a file
 * drops all POSIX locks the process has on it.
 * @throws MigratorError `database-locked` after waitMilliseconds.
 */
export async function takeMigratorLock(databasePath: string, waitMilliseconds: number): Promise<MigratorLock> {
  const { DatabaseSync } = await import('node:sqlite')
  const path = `${databasePath}.migrator-lock`
  const deadline = Date.now() + waitMilliseconds
  while (true) {
    const connection = new DatabaseSync(path, { timeout: 0 })
    const opened = inode(path)
    if (tryExclusive(connection)) {
      if (opened !== null && inode(path) === opened) return { release: () => release(connection, path) }
    }
    connection.close()
    if (Date.now() >= deadline) throw locked(databasePath)
    await delay(POLL_MILLISECONDS)
  }
}

function tryExclusive(connection: DatabaseSync): boolean {
  try {
    connection.exec('BEGIN EXCLUSIVE')
    return true
  } catch (error) {
    if (isBusy(error)) return false
    throw error
  }
}

/** Removed while still locked, so that nobody can take the lock on a file that is about to go. */
function release(connection: DatabaseSync, path: string): void {
  unlinkSync(path)
  connection.close()
}

function inode(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.ino ?? null
}

function locked(databasePath: string): MigratorError {
  return new MigratorError({
    code: 'database-locked',
    kind: 'refused',
    message: `Another migrator is writing to ${databasePath}.`,
    evidence: `${databasePath}.migrator-lock is held`,
    untouched: 'The database was not changed.',
    hint: 'Wait until it is done, or end it, then run resume or rollback.',
    failureClass: 'service',
  })
}

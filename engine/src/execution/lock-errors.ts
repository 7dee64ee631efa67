import { MigratorError } from '../host/errors.ts'
import { systemCode } from '../host/local/files.ts'
import { shellWord } from '../host/shell-word.ts'
import type { Locked } from './lock.ts'
import type { LockOwner } from './lock-owner.ts'

/** What is refused while somebody else holds a lock; without an owner it is just being made or let go. */
export function locked(path: string, what: Locked, owner: LockOwner | null): MigratorError {
  if (owner === null)
    return refused(
      path,
      what,
      `Another migrator is just starting or stopping on this ${what}.`,
      'Try again in a few seconds.',
    )
  const where = owner.machine === undefined ? '' : ` on ${owner.machine.name}`
  const held = `run ${owner.run}, started by ${owner.who}${where} at ${owner.when}, process ${owner.pid}`
  const message = `Another migrator works on this ${what === 'records' ? "user's runs" : what}: ${held}.`
  if (owner.machine === undefined)
    return refused(
      path,
      what,
      message,
      'Wait until it has finished. The lock of a process that is gone is taken over by itself; never delete it by hand.',
    )
  const bench = shellWord(path.slice(0, path.lastIndexOf('/.migrator/')))
  return refused(
    path,
    what,
    message,
    `Wait until it has finished, or look at it on ${owner.machine.name}: frappe-migrator rollback --list. When it was killed there: frappe-migrator resume --run ${owner.run}. Only when that machine is gone for good: frappe-migrator cleanup --run ${owner.run} --abandon --bench ${bench}`,
  )
}

export const orphaned = (path: string, what: Locked): MigratorError =>
  refused(
    path,
    what,
    `A migrator of another user left the lock of this ${what} behind, and its process is gone.`,
    `Remove it as root: rm -r ${path}`,
  )

const refused = (path: string, what: Locked, message: string, hint: string): MigratorError =>
  new MigratorError({
    code: `${what}-locked`,
    kind: 'refused',
    message,
    evidence: path,
    untouched: 'Nothing was changed.',
    hint,
  })

export const lockLost = (path: string, what: Locked, run: string): MigratorError =>
  new MigratorError({
    code: 'lock-lost',
    kind: 'attention',
    message: `The lock of a ${what} is no longer held by this run: somebody removed it or took it over.`,
    evidence: path,
    untouched: 'The run stopped before its next change; what it has done stands.',
    hint: `See who works there: frappe-migrator rollback --list. When nobody does: frappe-migrator resume --run ${run}`,
  })

/** What a directory for records that cannot be made or written comes to; any other failure stays as it is. */
export const stateUnwritable = (path: string, cause: unknown): unknown =>
  ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'].includes(systemCode(cause) ?? '')
    ? new MigratorError({
        code: 'state-unwritable',
        kind: 'refused',
        message: `The record of a run cannot be kept: ${path} may not be written.`,
        evidence: cause instanceof Error ? cause.message : String(cause),
        untouched: 'Nothing was changed.',
        hint: `It must be a directory of ${path.includes('/.migrator') ? 'the owner of the bench' : 'the user who runs this'}, on a disk that can be written.`,
        failureClass: 'permission',
        cause,
      })
    : cause

import { MigratorError } from '../../host/errors.ts'
import type { MariadbAddress } from './connection.ts'
import { asMigratorError, driverError, isGone, withoutStatement } from './connection-errors.ts'

const LOCK_WAIT_TIMEOUT = 1205
const DEADLOCK = 1213
/** 1406: longer than the column; 1366: more bytes than a `text` column holds, cut in the middle of a character. */
const DATA_TOO_LONG = [1406, 1366]
const DUPLICATE_ENTRY = [1062, 1586]
const PACKET_TOO_LARGE = 1153
const METADATA_LOCK_HINT =
  'SHOW FULL PROCESSLIST shows who holds it: a long job, a backup or an open transaction. Wait for it or end it, then resume.'

/**
 * Explains a failed chunk of updates; `table` is where it failed, when that is known. `lasting`: tables of the chunk whose engine
 * knows no transactions.
 */
export function asWriteError(
  error: unknown,
  address: MariadbAddress,
  table: string | null,
  lasting: string[],
): MigratorError {
  if (error instanceof MigratorError) return error
  if (isGone(error)) return asMigratorError(error, address, table === null ? 'writing' : `writing to ${table}`)
  const seen = driverError(error)
  const where = table === null ? `database ${address.database}` : `table ${table} of database ${address.database}`
  const details = {
    code: 'database-write-failed',
    kind: 'failed' as const,
    evidence: seen === null ? String(error) : `${seen.code} (${seen.errno}): ${seen.text}`,
    untouched: whatStays(lasting),
    cause: withoutStatement(error),
  }
  if (seen?.errno === LOCK_WAIT_TIMEOUT || seen?.errno === DEADLOCK) {
    return new MigratorError({
      ...details,
      message: `Another transaction keeps rows of ${where} locked.`,
      hint: METADATA_LOCK_HINT,
      failureClass: 'service',
    })
  }
  if (seen !== null && DUPLICATE_ENTRY.includes(seen.errno)) {
    return new MigratorError({
      ...details,
      message: `A new value of ${where} is already taken by another row, and the column allows it once.`,
      hint: 'Change or remove one of the two rows, or make a new plan that leaves the column out with --exclude TABLE.COLUMN.',
      failureClass: 'configuration',
    })
  }
  if (seen !== null && DATA_TOO_LONG.includes(seen.errno)) {
    return new MigratorError({
      ...details,
      message: `A new value is longer than its column in ${where} allows.`,
      hint: 'Make a new plan: it refuses such values beforehand and names them.',
      failureClass: 'configuration',
    })
  }
  if (seen?.errno === PACKET_TOO_LARGE || seen?.code === 'ER_NET_PACKET_TOO_LARGE') {
    return new MigratorError({
      ...details,
      message: `A value of ${where} is larger than the server's max_allowed_packet.`,
      hint: 'Raise max_allowed_packet of the server above twice the value, then resume.',
      failureClass: 'configuration',
    })
  }
  return new MigratorError({ ...details, message: `Writing to ${where} failed.`, failureClass: 'unknown' })
}

function whatStays(lasting: string[]): string {
  const earlier = 'earlier chunks stay and can be undone with rollback.'
  if (lasting.length === 0) return `The whole chunk was rolled back; ${earlier}`
  return `${lasting.join(', ')} cannot take back a part (no transactions, as in MyISAM): rows of this chunk may hold their new value already. What else the chunk changed was rolled back; ${earlier} Both resume and rollback find the rows concerned.`
}

import { MigratorError } from '../../host/errors.ts'
import type { Row } from '../site-database.ts'
import type { MariadbAddress } from './connection.ts'
import { asMigratorError, driverError, isGone, placeOf, withoutStatement } from './connection-errors.ts'

/** What the server's most telling refusals mean for a dump: by its error number. */
const MEANINGS: Record<number, { message: string; hint: string }> = {
  1153: {
    message: "A statement of the dump is larger than the server's max_allowed_packet.",
    hint: 'Raise it on the server (SET GLOBAL max_allowed_packet = 1073741824, and in its configuration), then resume.',
  },
  1273: {
    message: 'The dump names a collation that this server does not know.',
    hint: 'Restore to a newer server. What can be mapped is mapped and shown in the plan.',
  },
  1118: {
    message: "A row of the dump's table is larger than this server's page allows.",
    hint: 'Compare innodb_page_size, innodb_strict_mode and the row format with those of the server it came from.',
  },
  1114: { message: 'The disk of the database server is full.', hint: 'Make room there, then resume.' },
  1062: {
    message: 'Two rows of the dump have the same key here.',
    hint: 'The collation of a key may differ from the one it was made with: see the mapping in the plan.',
  },
}

/** Explains what the server said of a statement of the dump; its values are never quoted. */
export function asLoadError(error: unknown, address: MariadbAddress, table: string | null): unknown {
  if (error instanceof MigratorError) return error
  const seen = driverError(error)
  // What is not the server's (a signal to stop, a broken archive) is told by whoever it came from.
  if (seen === null) return error
  if (isGone(error)) return asMigratorError(error, address, 'loading the dump')
  const meaning = MEANINGS[seen.errno]
  return new MigratorError({
    code: 'load-failed',
    kind: 'failed',
    message: meaning?.message ?? `The server at ${placeOf(address)} refused a statement of the dump.`,
    evidence: `${table === null ? '' : `table ${table}: `}${seen.code} (${seen.errno}): ${withoutValues(seen.text)}`,
    untouched: `The site's own database was not touched: the dump goes into ${address.database}.`,
    failureClass: seen.errno === 1114 ? 'dependency' : 'configuration',
    cause: withoutStatement(error),
    ...(meaning === undefined ? {} : { hint: meaning.hint }),
  })
}

/** Duplicate entries and syntax errors quote the data. */
const withoutValues = (text: string): string =>
  text.replace(/(Duplicate entry|near) '[\s\S]*?'(?= for key| at line|$)/g, "$1 '…'").slice(0, 300)

/** Out of range, truncated, no such value, not of this character set, too long. */
const ALTERED = new Set([1264, 1265, 1292, 1300, 1366, 1406])

/**
 * @param warnings answer of SHOW WARNINGS; their texts quote values
 * @throws MigratorError `load-altered` when one of them says that something else was stored than the dump holds
 */
export function refuseAltered(table: string, warnings: Row[]): void {
  const altered = warnings.filter((row) => String(row['Level']) === 'Warning' && ALTERED.has(Number(row['Code'])))
  if (altered.length === 0) return
  const told = altered.map((row) => `column ${columnIn(String(row['Message']))} (${row['Code']})`)
  throw new MigratorError({
    code: 'load-altered',
    kind: 'failed',
    message: 'The server would have changed values of the dump: cut them, or replaced what it cannot store.',
    evidence: `table ${table}: ${[...new Set(told)].join(', ')}`,
    untouched: "The site's own database was not touched.",
    hint: 'Texts are cut where the dump names another character set than its bytes have: see its line SET NAMES, which is utf8mb4 in a backup of bench. Take the dump as it was written, unedited.',
    failureClass: 'configuration',
  })
}

/** The last name before `at row`. */
const columnIn = (message: string): string => /[`']([^`']+)[`'] at row \d+$/.exec(message)?.[1] ?? 'unknown'

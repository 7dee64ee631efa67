import { MigratorError } from '../../../host/errors.ts'
import type { MariadbAddress } from '../connection.ts'
import { asMigratorError, driverError, isGone, placeOf, withoutStatement } from '../connection-errors.ts'
import { RowTooLarge } from './bulk-writer.ts'

const UNTOUCHED = 'The source was only read. The new database holds a part; nobody uses it yet.'

/** What the server's most telling refusals mean here: by its error number. */
const MEANINGS: Record<number, { message: string; hint: string }> = {
  1114: { message: 'The disk of the target database server is full.', hint: 'Make room there, then resume.' },
  1021: { message: 'The disk of the target database server is full.', hint: 'Make room there, then resume.' },
  1062: {
    message: 'Two rows of the source have the same key at the target.',
    hint: 'A collation was mapped to one that takes more texts for equal: see the mapping in the plan. Use a target server that knows the collation.',
  },
  1118: {
    message: "A row is larger than the target's page allows.",
    hint: 'Compare innodb_page_size and the row format with those of the source.',
  },
  1142: {
    message: 'The account may not read or write a table.',
    hint: 'Reading takes SELECT, SHOW VIEW and TRIGGER on the source database.',
  },
  1286: {
    message: 'A table uses a storage engine that the target server does not have.',
    hint: 'Install the engine there, or change the table with ALTER TABLE … ENGINE=InnoDB at the source.',
  },
}

/** Explains what a server said while a table was copied; values are never quoted. */
export function asCopyError(error: unknown, address: MariadbAddress, table: string | null): unknown {
  if (error instanceof MigratorError) return error
  if (error instanceof RowTooLarge) return rowTooLarge(error, address, table)
  const seen = driverError(error)
  if (seen === null) return error
  if (isGone(error)) return asMigratorError(error, address, table === null ? 'copying' : `copying table ${table}`)
  const meaning = MEANINGS[seen.errno]
  return new MigratorError({
    code: 'copy-failed',
    kind: 'failed',
    message: meaning?.message ?? `The server at ${placeOf(address)} refused a statement of the copy.`,
    evidence: `${table === null ? '' : `table ${table}: `}${seen.code} (${seen.errno}): ${withoutValues(seen.text)}`,
    untouched: UNTOUCHED,
    hint: meaning?.hint ?? 'Run resume when the cause is gone, or rollback.',
    failureClass: seen.errno === 1114 || seen.errno === 1021 ? 'dependency' : 'configuration',
    cause: new Error(withoutValues(String(withoutStatement(error)))),
  })
}

/** Duplicate entries, wrong values and syntax errors quote the data. */
const withoutValues = (text: string): string =>
  text.replace(/(Duplicate entry|near|value:?) '[\s\S]*?'(?= for| at line|$)/g, "$1 '…'").slice(0, 300)

const rowTooLarge = (error: RowTooLarge, address: MariadbAddress, table: string | null): MigratorError =>
  new MigratorError({
    code: 'row-too-large',
    kind: 'failed',
    message: `Table ${table} has a row larger than the target's max_allowed_packet.`,
    evidence: `${error.message}, ${placeOf(address)}`,
    untouched: UNTOUCHED,
    hint: 'Raise it at the target to what the source has (SET GLOBAL max_allowed_packet = 1073741824, and in its configuration), then resume.',
    failureClass: 'configuration',
  })

export const rowsLost = (table: string, read: number, stored: number): MigratorError =>
  new MigratorError({
    code: 'copy-incomplete',
    kind: 'failed',
    message: `The target stored another number of rows of table ${table} than were read.`,
    evidence: `${read} rows read, ${stored} stored`,
    untouched: UNTOUCHED,
    hint: 'Look at the error log of the target server, then resume.',
    failureClass: 'unknown',
  })

/** History of a versioned table lies in rows that an INSERT cannot make. */
export const versionedTables = (names: string[]): MigratorError =>
  new MigratorError({
    code: 'versioned-tables',
    kind: 'refused',
    message: `Tables with system versioning cannot be copied while the site is live: ${names.join(', ')}.`,
    untouched: 'Nothing was copied.',
    hint: 'Take a backup of them with mariadb-dump --dump-history, and drop the versioning (ALTER TABLE … DROP SYSTEM VERSIONING) before the transfer.',
    failureClass: 'configuration',
  })

export const unreadable = (objects: string[]): MigratorError =>
  new MigratorError({
    code: 'definition-unreadable',
    kind: 'refused',
    message: `The account may not read the definition of ${objects.join(', ')}.`,
    untouched: 'Nothing was copied.',
    hint: 'Routines are readable by their definer, or with SELECT ON mysql.proc: let an administrator grant it to the site’s user for the transfer.',
    failureClass: 'permission',
  })

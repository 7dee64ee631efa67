import type { Connection } from 'mariadb'
import type { Row } from '../../site-database.ts'
import { connectWith, type MariadbAddress } from '../connection.ts'
import { readTables } from '../tables.ts'
import { type CopiedTable, planTable, type TablePart } from './copied-table.ts'
import { asCopyError, unreadable, versionedTables } from './copy-errors.ts'
import {
  isCaptureObject,
  type LateObject,
  readLateObjects,
  readSequences,
  type SequenceState,
} from './schema-objects.ts'

/** Everything of a database but its rows, as it is to be made at the target. */
export interface SourceSchema {
  tables: CopiedTable[]
  sequences: SequenceState[]
  late: LateObject[]
}

export interface SchemaOptions {
  /** What a definition becomes for the target: collations it knows, no definers. */
  define(statement: string): string
  /** How an earlier process cut a table. */
  cutOf(table: string): TablePart[] | undefined
  /** An account that may read routines which the one that reads rows may not: the site's own. */
  definer: MariadbAddress
  /** Bytes of a part; absent: what measuring has shown to be good. */
  partBytes?: number
}

const SETTINGS = [
  'SET SESSION TRANSACTION READ ONLY',
  "SET SESSION time_zone = '+00:00', sql_mode = '', sql_quote_show_create = 1, wait_timeout = 604800",
]

/** @throws MigratorError `versioned-tables`, `definition-unreadable` */
export async function readSource(address: MariadbAddress, options: SchemaOptions): Promise<SourceSchema> {
  return withSource(address, async (connection) => {
    await refuseVersioned(connection)
    const tables = (await readTables(connection)).filter(({ name }) => !isCaptureObject(name))
    const largestFirst = tables.sort((one, other) => other.dataBytes - one.dataBytes)
    const { define, partBytes } = options
    return {
      tables: await Promise.all(
        largestFirst.map((table) =>
          planTable(connection, table, { define, cut: options.cutOf(table.name), partBytes }),
        ),
      ),
      sequences: await readSequences(connection),
      late: await readable(await readLateObjects(connection), options.definer),
    }
  })
}

/** Where the sequences stand now. */
export const readSequencesOf = (address: MariadbAddress): Promise<SequenceState[]> => withSource(address, readSequences)

async function withSource<Result>(
  address: MariadbAddress,
  use: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const connection = await connectWith(address, { charset: 'utf8mb4', initSql: SETTINGS })
  try {
    return await use(connection)
  } catch (error) {
    throw asCopyError(error, address, null)
  } finally {
    await connection.end().catch(() => connection.destroy())
  }
}

async function refuseVersioned(connection: Connection): Promise<void> {
  const rows = await connection.query<Row[]>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'SYSTEM VERSIONED'",
  )
  if (rows.length > 0) throw versionedTables(rows.map((row) => String(row['name'])))
}

async function readable(objects: LateObject[], definer: MariadbAddress): Promise<LateObject[]> {
  if (objects.every(({ statement }) => statement !== null)) return objects
  const asDefiner = await withSource(definer, readLateObjects)
  const hidden = asDefiner.filter(({ statement }) => statement === null)
  if (hidden.length > 0) throw unreadable(hidden.map(({ kind, name }) => `${kind.toLowerCase()} ${name}`))
  return asDefiner
}

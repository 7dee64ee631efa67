import type { Connection } from 'mariadb'
import type { Row } from '../../site-database.ts'
import { quoteName } from '../identifiers.ts'
import { type KeyRange, keyRanges } from '../key-ranges.ts'
import type { MariadbColumn, MariadbTable } from '../tables.ts'
import { type TableDefinition, withoutPlainKeys } from './table-definition.ts'

/** What a broken connection costs at most, and what several connections share a table by. */
const PART_BYTES = 32 << 20
/** Tables of less than this share of a part have their keys from the start: building them later costs a statement and a file. */
const KEYS_LATER = 1 / 4

/** A table to copy, with all that is needed to read and to write it. */
export interface CopiedTable {
  name: string
  definition: TableDefinition
  select: string
  insert: string
  columns: number
  /** A value that would be altered is an error. Not where '' may stand for a value an ENUM does not have: that is stored with a warning. */
  strict: boolean
  /** Pieces that are copied, journalled and repeated by themselves. */
  parts: TablePart[]
}

export interface TablePart {
  /** SQL for the rows of this part. */
  where: string
  /** Estimated. */
  bytes: number
}

/** Reads its definition and cuts it; cuts of an earlier process stay as they were. */
export async function planTable(
  connection: Connection,
  table: MariadbTable,
  options: { define(statement: string): string; cut: TablePart[] | undefined; partBytes: number | undefined },
): Promise<CopiedTable> {
  const { partBytes = PART_BYTES } = options
  const name = quoteName(table.name)
  const [row] = await connection.query<Row[]>(`SHOW CREATE TABLE ${name}`)
  const original = String(row?.['Create Table'] ?? '')
  const statement = options.define(original)
  const apart = withoutPlainKeys(name, statement)
  const definition = table.dataBytes < partBytes * KEYS_LATER ? { ...apart, create: statement, addKeys: null } : apart
  const columns = table.columns.filter(({ generated }) => !generated)
  const names = columns.map((column) => quoteName(column.name)).join(', ')
  return {
    name: table.name,
    definition,
    select: `SELECT SQL_NO_CACHE ${columns.map(exactText).join(', ')} FROM ${name}`,
    insert: `INSERT INTO ${name} (${names}) VALUES (${columns.map(() => '?').join(', ')})`,
    columns: columns.length,
    strict: columns.every(({ dataType }) => dataType !== 'enum'),
    // In another collation rows stand in another order: a part's bounds would mean other rows there.
    parts: options.cut ?? (await cutTable(connection, table, statement === original && !apart.uniqueBeside, partBytes)),
  }
}

/** As text a FLOAT has six digits, as a DOUBLE all it holds. */
const exactText = (column: MariadbColumn): string =>
  column.dataType === 'float' ? `CAST(${quoteName(column.name)} AS DOUBLE)` : quoteName(column.name)

/**
 * Parts are read at different moments. Where a value must not come twice, a row that gave it up and one that took it meanwhile would
 * meet, so such a table is read at one moment, as is one whose written rows could not be taken back.
 */
async function cutTable(
  connection: Connection,
  table: MariadbTable,
  mayBeCut: boolean,
  partBytes: number,
): Promise<TablePart[]> {
  const key = table.columns.find(({ name }) => name === table.primaryKey[0])
  if (!mayBeCut || !table.transactional || key === undefined) return [{ where: '', bytes: table.dataBytes }]
  const ranges = await keyRanges(connection, table, partBytes)
  return ranges.map((range) => ({ where: whereOf(key, range), bytes: range.bytes }))
}

function whereOf(key: MariadbColumn, { from, to }: KeyRange): string {
  const name = quoteName(key.name)
  const conditions = [
    ...(from === null ? [] : [`${name} >= ${literal(key, from)}`]),
    ...(to === null ? [] : [`${name} < ${literal(key, to)}`]),
  ]
  return conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
}

/** In a session whose strings are bytes. */
const literal = ({ characterSet, collation }: MariadbColumn, value: string): string =>
  characterSet === null
    ? value
    : `CONVERT(_utf8mb4 X'${Buffer.from(value).toString('hex')}' USING ${characterSet}) COLLATE ${collation}`

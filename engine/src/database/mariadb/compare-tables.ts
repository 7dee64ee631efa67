import type { Connection } from 'mariadb'
import type { Row } from '../site-database.ts'
import { columnBytes } from './column-bytes.ts'
import { quoteName } from './identifiers.ts'
import type { MariadbTable } from './tables.ts'

/** How a table of one database stands to that of another; pure data, for people. */
export interface TableDifference {
  /** Its name; of what is no table with its kind: `sequence note_id_seq`. */
  table: string
  /** rows: as writing to a site changes them · definition: the schema differs. */
  of: 'rows' | 'definition'
  /** `missing`, `new`, `12 rows fewer`, `values of content, modified`, `other columns: a, b`. */
  how: string
}

/** The same table in two databases, each with a connection to its own. */
export interface TablePair {
  source: { table: MariadbTable; connection: Connection }
  target: { table: MariadbTable; connection: Connection }
  /** Both servers compute CHECKSUM TABLE alike, and both tables are defined alike. */
  sameStorage: boolean
}

/**
 * Compares rows by their number and by sums of 32-bit checksums, at both sides at once. What it can miss: a change that leaves the sum as
 * it is, by chance one of 4,294,967,296. `digest` is the one that misses nothing.
 */
export async function compareTable(
  pair: TablePair,
): Promise<{ rows: number; difference: Omit<TableDifference, 'table'> | null }> {
  const { source, target } = pair
  const columns = otherColumns(source.table, target.table)
  if (columns.length > 0)
    return {
      rows: await count(source),
      difference: { of: 'definition', how: `other columns: ${columns.join(', ')}` },
    }
  const rows = await both(pair, count)
  const [here, there] = rows
  if (here !== there) {
    const more = there - here
    return ofRows(here, `${Math.abs(more)} ${Math.abs(more) === 1 ? 'row' : 'rows'} ${more > 0 ? 'more' : 'fewer'}`)
  }
  if (pair.sameStorage && same(await both(pair, storedChecksum))) return { rows: here, difference: null }
  if (same(await both(pair, rowChecksum))) return { rows: here, difference: null }
  const [ofSource, ofTarget] = await both(pair, columnChecksums)
  const differing = Object.keys(ofSource).filter((column) => ofSource[column] !== ofTarget[column])
  return ofRows(here, differing.length > 0 ? `values of ${differing.join(', ')}` : 'values, put together otherwise')
}

const ofRows = (rows: number, how: string) => ({ rows, difference: { of: 'rows' as const, how } })

type Side = TablePair['source']

const both = <Result>({ source, target }: TablePair, ask: (side: Side) => Promise<Result>): Promise<[Result, Result]> =>
  Promise.all([ask(source), ask(target)])

const same = ([one, other]: [string, string]): boolean => one === other

/** Named with their type: what one has and the other has not. */
function otherColumns(source: MariadbTable, target: MariadbTable): string[] {
  const told = (table: MariadbTable) =>
    new Set(table.columns.map(({ name, declaredType }) => `${name} ${declaredType}`))
  return [...told(source).symmetricDifference(told(target))]
}

async function count({ table, connection }: Side): Promise<number> {
  const [row] = await connection.query<Row[]>(`SELECT COUNT(*) AS found FROM ${quoteName(table.name)}`)
  return Number(row?.['found'] ?? 0)
}

/** The server's own sum over rows as it stores them, whatever their order. */
async function storedChecksum({ table, connection }: Side): Promise<string> {
  const [row] = await connection.query<Row[]>(`CHECKSUM TABLE ${quoteName(table.name)} EXTENDED`)
  return String(row?.['Checksum'])
}

async function rowChecksum({ table, connection }: Side): Promise<string> {
  const values = expressions(table).map(({ sql }) => `IFNULL(${sql}, 'N'), ','`)
  // A row that is longer than a packet has no joined text: those are told apart by their columns.
  const [row] = await connection.query<Row[]>(
    `SELECT CAST(SUM(CRC32(joined)) AS CHAR) AS total, CAST(SUM(joined IS NULL) AS CHAR) AS unjoined
     FROM (SELECT CONCAT(${values.join(', ')}) AS joined FROM ${quoteName(table.name)}) AS texts`,
  )
  if (Number(row?.['unjoined'] ?? 0) === 0) return String(row?.['total'])
  return JSON.stringify([row?.['total'], await columnChecksums({ table, connection })])
}

async function columnChecksums({ table, connection }: Side): Promise<Record<string, string>> {
  const columns = expressions(table)
  const sums = columns.map(({ sql }, index) => `CAST(SUM(IFNULL(CRC32(${sql}), 4294967296)) AS CHAR) AS c${index}`)
  const [row] = await connection.query<Row[]>(`SELECT ${sums.join(', ')} FROM ${quoteName(table.name)}`)
  return Object.fromEntries(columns.map(({ name }, index) => [name, String(row?.[`c${index}`])]))
}

/** Generated columns follow from the others. A FLOAT prints six digits; as DOUBLE it prints all of them. */
function expressions(table: MariadbTable): { name: string; sql: string }[] {
  const columns = table.columns.filter(({ generated }) => !generated)
  const bytes = columnBytes(columns)
  return columns.map(({ name, dataType }, index) => {
    const sql = bytes[index] ?? 'NULL'
    return { name, sql: dataType === 'float' ? `CAST(${sql} AS DOUBLE)` : sql }
  })
}

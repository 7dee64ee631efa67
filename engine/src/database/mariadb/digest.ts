import type { Connection } from 'mariadb'
import { MigratorError } from '../../host/errors.ts'
import { joinDigests, RowHashSum } from '../row-hash-sum.ts'
import type { DatabaseDigest, Row, TableDigest } from '../site-database.ts'
import { columnBytes, mayBeLong } from './column-bytes.ts'
import type { ReadConnections } from './connections.ts'
import { quoteName } from './identifiers.ts'
import { type KeyRange, keyRanges, rangeCondition } from './key-ranges.ts'
import { schemaStatements } from './schema-statements.ts'
import { sequenceDigests } from './sequences.ts'
import { type MariadbTable, readTables } from './tables.ts'

const PIECE_BYTES = 32 << 20
/** A joined answer must stay below max_allowed_packet; a longer one is cut, which is noticed and read row by row. */
const JOINED_BYTES = 8 << 20
/** Longer values enter the row's text by their own digest, so that no row exceeds a packet and the result does not depend on one. */
const LONGEST_PLAIN_BYTES = 65_536

/**
 * Canonical digest of the database. Row hashes are computed by the server (SHA-256 over each column's length and
 * bytes, NULL apart from ''), then added up here, so the order and the place of rows do not matter.
 */
export async function digestMariadb(
  connections: ReadConnections,
  options: { exclude?: string[]; parallel?: number },
): Promise<DatabaseDigest> {
  const excluded = new Set(options.exclude ?? [])
  const { tables, schema, sequences } = await connections.withConnection('reading the schema', async (connection) => {
    const kept = (await readTables(connection)).filter(({ name }) => !excluded.has(name))
    return {
      tables: kept,
      schema: await schemaStatements(connection, excluded),
      sequences: await sequenceDigests(connection, excluded),
    }
  })
  const sums = new Map(tables.map(({ name }) => [name, new RowHashSum()]))
  const largestFirst = [...tables].sort((one, other) => other.dataBytes - one.dataBytes)
  const pieces: { table: MariadbTable; range: KeyRange }[] = []
  const worker = () =>
    connections.withConnection('computing digests', async (connection) => {
      await connection.query(`SET SESSION group_concat_max_len = ${JOINED_BYTES}, net_write_timeout = 3600`)
      for (let table = largestFirst.shift(); table !== undefined; table = largestFirst.shift()) {
        for (const range of await keyRanges(connection, table, PIECE_BYTES)) pieces.push({ table, range })
        for (let piece = pieces.shift(); piece !== undefined; piece = pieces.shift()) {
          await addPiece(connection, piece.table, piece.range, sums.get(piece.table.name) ?? new RowHashSum())
        }
      }
    })
  await Promise.all(Array.from({ length: Math.max(1, options.parallel ?? 2) }, worker))
  const digests: TableDigest[] = [...sums].map(([name, sum]) => sum.finish(name))
  return joinDigests(schema, [...digests, ...sequences])
}

async function addPiece(connection: Connection, table: MariadbTable, range: KeyRange, sum: RowHashSum): Promise<void> {
  const hash = `UNHEX(SHA2(${rowText(table)}, 256))`
  const within = rangeCondition(quoteName(table.primaryKey[0] ?? ''), range)
  const from = `FROM ${quoteName(table.name)} WHERE ${within.sql}`
  const [row] = await connection.query<Row[]>(
    `SELECT GROUP_CONCAT(${hash} SEPARATOR '') AS hashes, COUNT(*) AS found ${from}`,
    within.values,
  )
  const found = Number(row?.['found'] ?? 0)
  const hashes = row?.['hashes'] ?? null
  if (Buffer.isBuffer(hashes) ? hashes.length === found * 32 : found === 0) {
    if (Buffer.isBuffer(hashes)) sum.add(hashes)
    return
  }
  for await (const each of connection.queryStream(
    `SELECT ${hash} AS hash ${from}`,
    within.values,
  ) as AsyncIterable<Row>) {
    const value = each['hash'] ?? null
    if (!Buffer.isBuffer(value)) throw rowTooLarge(table)
    sum.add(value)
  }
}

/** SQL for a row's canonical text: each column as `length:bytes`, NULL as `N`. Generated columns follow from the others. */
function rowText(table: MariadbTable): string {
  const columns = table.columns.filter(({ generated }) => !generated)
  const bytes = columnBytes(columns)
  const parts = columns.map((column, index) => {
    // A FLOAT prints six digits; as DOUBLE it prints all of them.
    const plain = column.dataType === 'float' ? `CAST(${bytes[index]} AS DOUBLE)` : bytes[index]
    const text = `CONCAT(LENGTH(${plain}), ':', ${plain})`
    if (!mayBeLong(column)) return `IFNULL(${text}, 'N')`
    return `IFNULL(IF(LENGTH(${plain}) > ${LONGEST_PLAIN_BYTES}, CONCAT('L', LENGTH(${plain}), ':', SHA2(${plain}, 256)), ${text}), 'N')`
  })
  return parts.length === 0 ? `''` : `CONCAT(${parts.join(', ')})`
}

function rowTooLarge(table: MariadbTable): MigratorError {
  return new MigratorError({
    code: 'digest-failed',
    kind: 'failed',
    message: `A row of table ${table.name} is too large for the server to compute its digest.`,
    untouched: 'Nothing was changed; a digest only reads.',
    hint: `Raise max_allowed_packet of the server, or leave the table out.`,
    failureClass: 'configuration',
  })
}

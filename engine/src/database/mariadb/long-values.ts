import type { Connection } from 'mariadb'
import type { Row, Value } from '../site-database.ts'
import { quoteName } from './identifiers.ts'
import { keyCondition } from './key-condition.ts'
import type { MariadbColumn, MariadbTable } from './tables.ts'

/** Characters (bytes of a blob) fetched at once: at most 8 MB of UTF-8, below the smallest max_allowed_packet in use (16 MB). */
const PIECE = 2 << 20

/**
 * Reads the given columns of one row by its key, in pieces, so that values beyond max_allowed_packet can be read too.
 * null when the row is gone meanwhile.
 */
export async function readLongRow(
  connection: Connection,
  table: MariadbTable,
  columns: MariadbColumn[],
  key: Value[],
): Promise<Row | null> {
  const match = Object.fromEntries(table.primaryKey.map((name, index) => [name, key[index] ?? null]))
  const where = keyCondition(table, match)
  const row: Row = {}
  for (const column of columns) {
    const pieces: Value[] = []
    for (let start = 1; ; start += PIECE) {
      const [found] = await connection.query<Row[]>(
        `SELECT SUBSTRING(${quoteName(column.name)}, ${start}, ${PIECE}) AS piece FROM ${quoteName(table.name)} WHERE ${where.sql}`,
        where.values,
      )
      if (found === undefined) return null
      const piece = found['piece'] ?? null
      pieces.push(piece)
      if (piece === null || pieceLength(piece) < PIECE) break
    }
    row[column.name] = joinPieces(pieces)
  }
  return row
}

/** Length as SUBSTRING counts it: characters, not UTF-16 units, for text. A unit count that is too large only costs one more query. */
const pieceLength = (piece: Value) => (Buffer.isBuffer(piece) || typeof piece === 'string' ? piece.length : 0)

function joinPieces(pieces: Value[]): Value {
  if (pieces.some((piece) => Buffer.isBuffer(piece)))
    return Buffer.concat(pieces.filter((piece) => Buffer.isBuffer(piece)))
  if (pieces[0] === null || pieces[0] === undefined) return null
  return pieces.join('')
}

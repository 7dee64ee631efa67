import { columnBytes, mayBeLong } from './column-bytes.ts'
import { quoteName } from './identifiers.ts'
import { type KeyRange, rangeCondition } from './key-ranges.ts'
import type { MariadbColumn, MariadbTable } from './tables.ts'

/** Longer values come back as NULL, with LONG_FLAG set, and are fetched one by one: a stream buffers several rows. */
const LONGEST_STREAMED_BYTES = 65_536
export const LONG_FLAG = 'migrator long value'

export interface ScanPiece {
  table: MariadbTable
  /** Columns searched, in the table's order. */
  searched: MariadbColumn[]
  /** Columns returned: key, searched and those asked for beside. */
  returned: MariadbColumn[]
  range: KeyRange
}

/**
 * The statement that streams one piece's hits. CONCAT_WS answers NULL when the joined values exceed
 * max_allowed_packet; `IS NOT FALSE` proposes such rows too. The separator cannot occur in a needle.
 */
export function scanStatement(piece: ScanPiece, pattern: string): { sql: string; values: string[] } {
  const { table, searched, returned, range } = piece
  const fetchLater = table.primaryKey.length > 0
  const selected = returned.map((column) =>
    selectExpression(column, fetchLater && !table.primaryKey.includes(column.name)),
  )
  const long = fetchLater ? returned.filter(mayBeLong) : []
  const flag = long.map(({ name }) => `IFNULL(LENGTH(${quoteName(name)}) > ${LONGEST_STREAMED_BYTES}, 0)`)
  const firstKey = table.primaryKey[0]
  const within = rangeCondition(quoteName(firstKey ?? ''), range)
  const isWhole = range.from === null && range.to === null
  const sql = [
    `SELECT ${[...selected, `${flag.length === 0 ? '0' : flag.join(' OR ')} AS \`${LONG_FLAG}\``].join(', ')}`,
    `FROM ${quoteName(table.name)}${isWhole ? '' : ' FORCE INDEX (PRIMARY)'}`,
    `WHERE ${isWhole ? '' : `${within.sql} AND `}(CONCAT_WS(x'01', ${columnBytes(searched).join(', ')}) RLIKE BINARY ?) IS NOT FALSE`,
  ].join(' ')
  return { sql, values: [...within.values, pattern] }
}

function selectExpression(column: MariadbColumn, fetchLater: boolean): string {
  const name = quoteName(column.name)
  if (!fetchLater || !mayBeLong(column)) return name
  return `IF(LENGTH(${name}) > ${LONGEST_STREAMED_BYTES}, NULL, ${name}) AS ${name}`
}

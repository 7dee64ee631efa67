import type { Row, Value } from './site-database.ts'

/**
 * Builds the test that says whether a row really holds a needle. The server only proposes rows (a value too long for
 * one packet is proposed unseen); this decides.
 */
export function needleTest(needles: string[]): (row: Row, columns: string[]) => boolean {
  const pattern = new RegExp(needles.map(escapeForRegExp).join('|'), 'iu')
  return (row, columns) => columns.some((column) => holds(row[column] ?? null))

  function holds(value: Value): boolean {
    return value !== null && pattern.test(Buffer.isBuffer(value) ? value.toString('utf8') : String(value))
  }
}

const escapeForRegExp = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

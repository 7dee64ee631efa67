import type { Row, Value } from './site-database.ts'

/**
 * Builds the test that says whether a row really holds a needle. The server only proposes rows (a value too long for
 * one packet is proposed unseen); this decides.
 */
export function needleTest(needles: string[]): (row: Row, columns: string[]) => boolean {
  const holds = valueTest(needles)
  return (row, columns) => columns.some((column) => holds(row[column] ?? null))
}

/** The same for one value. */
export function valueTest(needles: string[]): (value: Value) => boolean {
  const pattern = new RegExp(needles.map(escapeForRegExp).join('|'), 'iu')
  return (value) => value !== null && pattern.test(Buffer.isBuffer(value) ? value.toString('utf8') : String(value))
}

const escapeForRegExp = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

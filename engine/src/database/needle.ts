import type { Row, Value } from './site-database.ts'

/**
 * Builds the test that says whether a row really holds a needle. The server only proposes rows (a value too long for
 * one packet is proposed unseen); this decides.
 */
export function needleTest(needles: string[], ignoreCase: boolean): (row: Row, columns: string[]) => boolean {
  const holds = needles.map((needle) => valueTest(needle, ignoreCase))
  return (row, columns) => columns.some((column) => holds.some((test) => test(row[column] ?? null)))
}

function valueTest(needle: string, ignoreCase: boolean): (value: Value) => boolean {
  const bytes = Buffer.from(needle)
  if (!ignoreCase) {
    return (value) =>
      Buffer.isBuffer(value) ? value.includes(bytes) : value !== null && String(value).includes(needle)
  }
  const pattern = new RegExp(escapeForRegExp(needle), 'iu')
  return (value) => value !== null && pattern.test(Buffer.isBuffer(value) ? value.toString('utf8') : String(value))
}

const escapeForRegExp = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

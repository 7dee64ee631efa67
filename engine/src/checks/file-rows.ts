import type { Row, SiteDatabase } from '../database/site-database.ts'
import { sha256Of } from '../host/value-digest.ts'

const PAGE = 5000

/** The rows of tabFile, page by page in the order of their names: memory does not depend on how many there are. */
export async function* fileRows(database: SiteDatabase, columns: readonly string[]): AsyncGenerator<Row[]> {
  for (let after = ''; ; ) {
    const page = await database.read(
      `SELECT name, ${columns.join(', ')} FROM \`tabFile\` WHERE name > ? ORDER BY name LIMIT ${PAGE}`,
      [after],
    )
    yield page
    const last = page.at(-1)?.['name']
    if (page.length < PAGE || typeof last !== 'string') return
    after = last
  }
}

/** Fifty-two bits of a path's digest: a million of them take some tens of megabytes. Composed and decomposed letters are the same. */
export const markOf = (path: string): number => Number.parseInt(sha256Of(path.normalize('NFC')).slice(0, 13), 16)

import { join } from 'node:path'
import { bytesText } from '../host/amounts.ts'
import type { Host } from '../host/host.ts'
import type { Check, CheckContext } from './check.ts'
import { fileRows, markOf } from './file-rows.ts'
import { pathOfFileUrl } from './file-url.ts'
import { firstOf } from './shown-names.ts'

/** Frappe and its apps write these by themselves, without a row. */
const MADE_BY_CODE = new Set(['website_theme'])

/** Whether every file of the site is one a row names. Rows of files that were lost with their tables leave files nobody can find. */
export const filesWithoutRow: Check = {
  id: 'files-without-row',
  title: 'Files of the site have their row',
  run: async (context) => {
    const named = await namedPaths(context)
    const strays: string[] = []
    let [files, bytes] = [0, 0]
    for (const folder of ['public/files', 'private/files'])
      for await (const path of filesBelow(context.host, context.siteDirectory, folder, named.has)) {
        files += 1
        if (named.has(path)) continue
        strays.push(path)
        bytes += (await context.host.status(join(context.siteDirectory, path)))?.bytes ?? 0
      }
    const evidence = `${files} files, ${named.rows} rows`
    if (strays.length === 0) return { status: 'passed', critical: false, evidence }
    return {
      // Each file without its row, where there are files: the rows are gone, not the odd file left over.
      status: files > 1 && strays.length === files ? 'failed' : 'warning',
      critical: false,
      evidence: `${evidence}; ${strays.length} files (${bytesText(bytes)}) have none: ${firstOf(strays)}`,
      remedy:
        'No document shows them. Left over from deleted documents they do no harm; compare with tabFile of the backup.',
    }
  },
}

/** Paths the rows name, as numbers made of their digests: a million takes some tens of megabytes. */
async function namedPaths(context: CheckContext): Promise<{ has: (path: string) => boolean; rows: number }> {
  const database = await context.database()
  const tables = await database.tables()
  const columns = tables.find(({ name }) => name === 'tabFile')?.columns.map(({ name }) => name) ?? []
  const urls = ['file_url', 'thumbnail_url'].filter((column) => columns.includes(column))
  const marks = new Set<number>()
  let rows = 0
  for await (const page of fileRows(database, urls))
    for (const row of page)
      for (const column of urls) {
        const url = row[column]
        const named = typeof url === 'string' ? pathOfFileUrl(url) : null
        if (named === null) continue
        if (column === 'file_url') rows += 1
        marks.add(markOf(named.path))
        if (named.path.includes('%')) marks.add(markOf(decoded(named.path)))
      }
  return { has: (path) => marks.has(markOf(path)), rows }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path // A per cent sign of its own.
  }
}

/** Files below a folder. What a row names is a file: only the others are asked what they are. */
async function* filesBelow(
  host: Host,
  site: string,
  folder: string,
  isNamed: (path: string) => boolean,
): AsyncGenerator<string> {
  if ((await host.status(join(site, folder))) === null) return
  for (const name of await host.list(join(site, folder))) {
    if (name.startsWith('.') || MADE_BY_CODE.has(name)) continue
    const path = `${folder}/${name}`
    const kind = isNamed(path) ? 'file' : (await host.status(join(site, path)))?.kind
    if (kind === 'file') yield path
    if (kind === 'directory') yield* filesBelow(host, site, path, isNamed)
  }
}

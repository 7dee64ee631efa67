import { join, normalize } from 'node:path'
import { sha256Of } from '../host/value-digest.ts'
import type { Check } from './check.ts'

const EXAMPLES = 3

/** Path of a File row's content below the site's directory, or null for a remote file or a folder. */
function pathOf(url: string): string | null {
  const plain = url.split('?')[0] ?? ''
  const below = plain.startsWith('/private/files/')
    ? plain.slice(1)
    : plain.startsWith('/files/')
      ? `public${plain}`
      : null
  if (below === null) return null
  const path = normalize(below)
  return path.startsWith('public/files/') || path.startsWith('private/files/') ? path : null
}

/** Files named by tabFile are there; those that were missing before the change may go on missing. */
export const filesOfRows: Check = {
  id: 'files-of-rows',
  title: 'Files of the site are in their place',
  run: async (context) => {
    const database = await context.database()
    const rows = await database.read("SELECT DISTINCT file_url FROM `tabFile` WHERE file_url LIKE '%/files/%'")
    const own = rows.flatMap((row) => {
      const path = typeof row['file_url'] === 'string' ? pathOf(row['file_url']) : null
      return path === null ? [] : [path]
    })
    const missing: string[] = []
    for (const path of own)
      if ((await context.host.status(join(context.siteDirectory, path))) === null) missing.push(path)
    const list = missing.length
      ? `, for instance ${missing.slice(0, EXAMPLES).join(', ')}; set ${sha256Of(missing.sort().join('\n')).slice(0, 16)}`
      : ''
    const evidence = `${own.length - missing.length} of ${own.length} files are there${list}`
    if (missing.length === 0) return { status: 'passed', critical: false, evidence }
    const before = context.baseline('files-of-rows')
    const known = before ? Number(/^(\d+) of/.exec(before.evidence)?.[1] ?? 0) : null
    const found = own.length - missing.length
    // A link that pointed at the own host and is a path now may name a file that never was there.
    if (known !== null && found < known)
      return { status: 'failed', critical: true, evidence: `${evidence}; before: ${before?.evidence}` }
    return {
      status: 'warning',
      critical: false,
      evidence,
      remedy: 'These files were missing before; bring them back from a backup.',
    }
  },
}

import { join } from 'node:path'
import { z } from 'zod'
import { sha256Of } from '../host/value-digest.ts'
import type { Check } from './check.ts'
import { pathOfFileUrl } from './file-url.ts'

const EXAMPLES = 3

/** Files that were missing already, by digests of their paths, and when the newest row was made. */
const Seen = z.object({ missing: z.array(z.string()), newest: z.string() })

/** Files named by tabFile are there; those that were missing before the change may go on missing, and rows made since say nothing. */
export const filesOfRows: Check = {
  id: 'files-of-rows',
  title: 'Files of the site are in their place',
  run: async (context) => {
    const database = await context.database()
    const rows = await database.read(
      "SELECT file_url AS url, MIN(CAST(creation AS CHAR)) AS made FROM `tabFile` WHERE file_url LIKE '%/files/%' GROUP BY file_url",
    )
    const missing = new Map<string, { own: boolean; made: string }>()
    let [newest, own] = ['', 0]
    for (const row of rows) {
      const named = typeof row['url'] === 'string' ? pathOfFileUrl(row['url']) : null
      if (named === null) continue
      const made = typeof row['made'] === 'string' ? row['made'] : ''
      if (made > newest) newest = made
      if (named.own) own += 1
      if ((await context.host.status(join(context.siteDirectory, named.path))) === null)
        missing.set(named.path, { own: named.own || missing.get(named.path)?.own === true, made })
    }
    const absent = [...missing].filter(([, row]) => row.own).map(([path]) => path)
    const list = absent.length ? `, for instance ${absent.slice(0, EXAMPLES).join(', ')}` : ''
    const evidence = `${own - absent.length} of ${own} files are there${list}`
    const seen = { missing: [...missing.keys()].map(digestOfPath), newest }
    if (absent.length === 0) return { status: 'passed', critical: false, evidence, seen }
    const before = Seen.safeParse(context.baseline('files-of-rows')?.seen).data
    const known = new Set(before?.missing)
    const lost = absent.filter((path) => !known.has(digestOfPath(path)) && wasThere(missing.get(path), before))
    if (lost.length) {
      const examples = lost.slice(0, EXAMPLES).join(', ')
      return { status: 'failed', critical: true, evidence: `${evidence}; there before: ${examples}` }
    }
    return {
      status: 'warning',
      critical: false,
      evidence,
      seen,
      remedy: 'These files were missing before; bring them back from a backup.',
    }
  },
}

const digestOfPath = (path: string): string => sha256Of(path).slice(0, 16)

const wasThere = (row: { made: string } | undefined, before: z.infer<typeof Seen> | undefined): boolean =>
  before !== undefined && row !== undefined && row.made <= before.newest

import { join } from 'node:path'
import { z } from 'zod'
import { sha256Of } from '../host/value-digest.ts'
import type { Check, CheckContext } from './check.ts'
import { fileRows, markOf } from './file-rows.ts'
import { pathOfFileUrl } from './file-url.ts'

const EXAMPLES = 3

/** Files that were missing already, by digests of their paths, and when the newest row was made. */
const Seen = z.object({ missing: z.array(z.string()), newest: z.string() })

/** Files named by tabFile are there; those that were missing before the change may go on missing, and rows made since say nothing. */
export const filesOfRows: Check = {
  id: 'files-of-rows',
  title: 'Files of the site are in their place',
  run: async (context) => {
    const { missing, newest, own } = await lookAtFiles(context)
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

interface Missing {
  /** Named as the site's own, not by a link to a host. */
  own: boolean
  /** When the first row that names it was made. */
  made: string
}

/** Looks for each file once, however many rows name it; only what is missing is remembered. */
async function lookAtFiles({ host, siteDirectory, database, signal }: CheckContext) {
  const missing = new Map<string, Missing>()
  const looked = { any: new Set<number>(), own: new Set<number>() }
  let newest = ''
  for await (const page of fileRows(await database(), ['file_url', 'CAST(creation AS CHAR) AS made'])) {
    signal.throwIfAborted()
    const open = new Set<string>()
    const rows = page.flatMap((row) => {
      const named = typeof row['file_url'] === 'string' ? pathOfFileUrl(row['file_url']) : null
      return named === null ? [] : [{ ...named, made: typeof row['made'] === 'string' ? row['made'] : '' }]
    })
    for (const { path, own, made } of rows) {
      if (made > newest) newest = made
      const mark = markOf(path)
      if (own) looked.own.add(mark)
      if (!looked.any.has(mark)) open.add(path)
      looked.any.add(mark)
    }
    const gone = await Promise.all(
      [...open].map(async (path) => ((await host.status(join(siteDirectory, path))) === null ? [path] : [])),
    )
    for (const path of gone.flat()) missing.set(path, { own: false, made: '' })
    for (const { path, own, made } of rows) {
      const row = missing.get(path)
      if (row === undefined) continue
      row.own ||= own
      if (row.made === '' || made < row.made) row.made = made
    }
  }
  return { missing, newest, own: looked.own.size }
}

const digestOfPath = (path: string): string => sha256Of(path).slice(0, 16)

const wasThere = (row: { made: string } | undefined, before: z.infer<typeof Seen> | undefined): boolean =>
  before !== undefined && row !== undefined && row.made <= before.newest

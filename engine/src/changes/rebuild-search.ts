import { join } from 'node:path'
import { z } from 'zod'
import type { Change, ChangeContext } from './change.ts'

const Params = z.object({
  sitesPath: z.string(),
  site: z.string(),
  siteBefore: z.string(),
  when: z.enum(['before', 'after']),
})
type Params = z.infer<typeof Params>

/** What the report shows when the index was not rebuilt: the site is whole without it. */
export type SearchRebuilt = { warning: string } | null

/** Rebuilds global search with the bench's own Python (`--rebuild-search`); backwards for a rollback too. */
export const rebuildSearch: Change<Params, null, SearchRebuilt> = {
  kind: 'rebuild-search',
  undo: 'regenerate',
  params: Params,
  describe: ({ when }) =>
    when === 'after'
      ? 'Rebuild the search index (may take minutes; site is live)'
      : 'Rebuild the search index when rolled back (site is live)',
  inspect: async () => ({ state: 'pending' }),
  prepare: async () => null,
  apply: async (context, params) => {
    const problem = params.when === 'after' ? await rebuild(context, params.sitesPath, params.site) : null
    // Stopped in the middle is not failed: the next process begins it anew.
    context.signal.throwIfAborted()
    return problem === null ? null : { warning: problem }
  },
  revert: async (context, params) => {
    const problem = params.when === 'before' ? await rebuild(context, params.sitesPath, params.siteBefore) : null
    return problem === null ? [] : [{ what: 'the search index', left: 'rebuilt', now: problem }]
  },
}

/** null when it was rebuilt, else what went wrong and what to type. */
async function rebuild(context: ChangeContext, sitesPath: string, site: string): Promise<string | null> {
  for (const command of ['rebuild-global-search', 'build-search-index']) {
    const done = await context.host.run({
      argv: [
        join(context.benchPath, 'env/bin/python'),
        '-m',
        'frappe.utils.bench_helper',
        'frappe',
        '--site',
        site,
        command,
      ],
      directory: sitesPath,
      timeoutMilliseconds: 3600_000,
      signal: context.signal,
      onStart: (identity) => context.child(identity, `bench ${command}`),
    })
    if (done.exitCode === 0) continue
    const said = done.stderr.trim().split('\n').slice(-3).join(' | ').slice(0, 500)
    return `not rebuilt (exit code ${done.exitCode}: ${said}). Do it by hand: bench --site ${site} ${command}`
  }
  return null
}

import { join } from 'node:path'
import { z } from 'zod'
import { MigratorError } from '../host/errors.ts'
import type { Change, ChangeContext } from './change.ts'

const Params = z.object({
  sitesPath: z.string(),
  site: z.string(),
  siteBefore: z.string(),
  when: z.enum(['before', 'after']),
})
type Params = z.infer<typeof Params>

/** Rebuilds global search with the bench's own Python (`--rebuild-search`); backwards for a rollback too. */
export const rebuildSearch: Change<Params, null, null> = {
  kind: 'rebuild-search',
  undo: 'regenerate',
  params: Params,
  describe: ({ when }) =>
    when === 'after'
      ? 'Rebuild the search index (may take minutes; site is live)'
      : 'Rebuild the search index when rolled back',
  inspect: async () => ({ state: 'pending' }),
  prepare: async () => null,
  apply: async (context, params) => {
    if (params.when === 'after') await rebuild(context, params.sitesPath, params.site)
    return null
  },
  revert: async (context, params) => {
    if (params.when === 'before') await rebuild(context, params.sitesPath, params.siteBefore)
    return []
  },
}

async function rebuild(context: ChangeContext, sitesPath: string, site: string): Promise<void> {
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
    throw new MigratorError({
      code: 'bench-command-failed',
      kind: 'failed',
      message: `bench --site ${site} ${command} failed (exit code ${done.exitCode}).`,
      evidence: done.stderr.trim().split('\n').slice(-3).join(' | ').slice(0, 500),
      hint: 'Run without --rebuild-search, and rebuild the index by hand afterwards.',
      failureClass: 'dependency',
    })
  }
}

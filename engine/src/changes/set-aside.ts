import { basename, join } from 'node:path'
import { z } from 'zod'
import type { Change, ChangeContext } from './change.ts'

const Params = z.object({ path: z.string() })

const asideOf = (context: ChangeContext, path: string): string =>
  join(context.benchPath, 'archived', 'migrator', `${context.runId}-${basename(path)}`)

/** Moves an orphaned directory or file out of the way instead of deleting it. */
export const setAside: Change<z.infer<typeof Params>, null, null> = {
  kind: 'set-aside',
  undo: 'exact',
  params: Params,
  describe: ({ path }) => `Move ${path} to archived/migrator`,
  inspect: async (context, { path }) => ({
    state: (await context.host.status(path)) === null ? 'applied' : 'pending',
  }),
  prepare: async () => null,
  apply: async (context, { path }) => {
    if ((await context.host.status(path)) === null) return null
    await context.host.makeDirectory(join(context.benchPath, 'archived', 'migrator'))
    await context.host.rename(path, asideOf(context, path))
    return null
  },
  revert: async (context, { path }) => {
    if ((await context.host.status(path)) !== null) return []
    await context.host.rename(asideOf(context, path), path)
    return []
  },
}

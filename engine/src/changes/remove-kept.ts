import { z } from 'zod'
import type { Change } from './change.ts'

const Params = z.object({ path: z.string(), what: z.string() })

/** Removes what a run put beside and kept: the files of before; runs in cleanup only. */
export const removeKept: Change<z.infer<typeof Params>, null, null> = {
  kind: 'remove-kept',
  undo: 'none',
  params: Params,
  describe: ({ path, what }) => `Remove ${path} (${what}); it cannot be brought back`,
  inspect: async (context, { path }) => ({ state: (await context.host.status(path)) === null ? 'applied' : 'pending' }),
  prepare: async () => null,
  apply: async (context, { path }) => {
    await context.host.remove(path, { recursive: true })
    return null
  },
  revert: async (_context, { path }) => [{ what: path, left: 'removed', now: 'gone: this cannot be undone' }],
}

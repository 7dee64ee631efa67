import { basename, dirname } from 'node:path'
import { z } from 'zod'
import type { Change } from './change.ts'

const Params = z.object({ vault: z.string() })

/** Removes a run's before-images and backups. From here on it cannot be taken back; runs in cleanup only, as the last step. */
export const removeVault: Change<z.infer<typeof Params>, null, null> = {
  kind: 'remove-vault',
  undo: 'none',
  params: Params,
  describe: ({ vault }) =>
    `Remove the safety backup and the before-images of run ${basename(dirname(vault))}; it cannot be taken back any more`,
  inspect: async (context, { vault }) => ({
    state: (await context.host.status(vault)) === null ? 'applied' : 'pending',
  }),
  prepare: async () => null,
  apply: async (context, { vault }) => {
    await context.host.remove(vault, { recursive: true })
    return null
  },
  revert: async (_context, { vault }) => [{ what: vault, left: 'removed', now: 'gone: this cannot be undone' }],
}

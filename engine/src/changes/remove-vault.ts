import { basename, dirname } from 'node:path'
import { z } from 'zod'
import { removeDurably, status } from '../host/local/files.ts'
import type { Change } from './change.ts'

const Params = z.object({ vault: z.string() })

/** Removes a run's before-images and backups. From here on it cannot be taken back; runs in cleanup only, as the last step. */
export const removeVault: Change<z.infer<typeof Params>, null, null> = {
  kind: 'remove-vault',
  undo: 'none',
  params: Params,
  describe: ({ vault }) =>
    `Remove the safety backup and the before-images of run ${basename(dirname(vault))}; it cannot be taken back any more`,
  inspect: async (_context, { vault }) => ({
    state: (await status(vault)) === null ? 'applied' : 'pending',
  }),
  prepare: async () => null,
  apply: async (_context, { vault }) => {
    // The vault is always of the machine that runs this, wherever the bench is.
    await removeDurably(vault, true)
    return null
  },
  revert: async (_context, { vault }) => [{ what: vault, left: 'removed', now: 'gone: this cannot be undone' }],
}

import { z } from 'zod'
import type { Change } from './change.ts'
import { checkAndReload, nginxRefused, reloadRestored } from './nginx-reload.ts'

const Params = z.object({ mainConfig: z.string(), when: z.enum(['before', 'after']) })

const NO_NAMES = { names: [], known: [] }

/**
 * Lets nginx check and load its files. It stands before and after the edits of a plan, so that the way back, which runs backwards, ends
 * with a reload too.
 */
export const reloadNginx: Change<z.infer<typeof Params>, null, null> = {
  kind: 'reload-nginx',
  undo: 'regenerate',
  params: Params,
  describe: ({ when }) =>
    when === 'after' ? 'Check with nginx -t, reload nginx' : 'Reload nginx when this is taken back',
  inspect: async () => ({ state: 'pending' }),
  prepare: async () => null,
  apply: async (context, { mainConfig, when }) => {
    const problem = when === 'after' ? await checkAndReload(context, mainConfig, NO_NAMES) : null
    if (problem !== null) throw nginxRefused('nginx does not accept the configuration even so.', problem)
    return null
  },
  revert: async (context, { mainConfig, when }) => {
    // Files that nginx refused before are refused again: it goes on with what it has loaded.
    if (when === 'before') await reloadRestored(context, mainConfig, NO_NAMES)
    return []
  },
}

import { z } from 'zod'
import type { Change } from './change.ts'
import { checkAndReload, nginxRefused } from './nginx-reload.ts'
import { readStored, storedFile, storeFile } from './stored-file.ts'

const Params = z.object({ path: z.string(), mainConfig: z.string(), privileged: z.boolean() })

/** The redirect's names stay as they are. */
const NO_NAMES = { names: [], known: [] }

/** 308 may be remembered by browsers for good; until a run is retired its redirect says 307 and no-store. */
export const permanentRedirect = (text: string): string =>
  text.replace(/^[ \t]*add_header Cache-Control "?no-store"?[^\n]*\n/gm, '').replace(/\breturn 307 /g, 'return 308 ')

/** Makes the redirect from the old name permanent, once the rename is there to stay. */
export const retireRedirect: Change<z.infer<typeof Params>, { sha256: string }, null> = {
  kind: 'retire-redirect',
  undo: 'exact',
  params: Params,
  describe: ({ path }) => `Make the redirect permanent (308) and reload nginx (${path})`,
  inspect: async () => ({ state: 'pending' }),
  prepare: async (context, { path }) => ({ sha256: await storeFile(context, await context.host.readFile(path)) }),
  apply: async (context, { path, mainConfig, privileged }, before) => {
    const original = await readStored(context, before.sha256)
    await context.host.writeFile(path, permanentRedirect(original.toString()), { privileged })
    const problem = await checkAndReload(context, mainConfig, NO_NAMES)
    if (problem === null) return null
    await context.host.writeFile(path, original, { privileged })
    throw nginxRefused('nginx did not accept the permanent redirect; the file is as before.', problem)
  },
  revert: async (context, { path, mainConfig, privileged }, before) => {
    await context.host.writeFile(path, await readStored(context, before.sha256), { privileged })
    await checkAndReload(context, mainConfig, NO_NAMES)
    return []
  },
  needs: (context, _params, before) => [storedFile(context, before.sha256)],
}

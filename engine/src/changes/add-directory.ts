import { dirname } from 'node:path'
import { z } from 'zod'
import type { Change, ChangeContext, Kept } from './change.ts'

const Params = z.object({ path: z.string(), mode: z.number(), purpose: z.string() })

/** Makes a directory that should be there, with those above it that are missing; taken away again only while nothing is in it. */
export const addDirectory: Change<z.infer<typeof Params>, { made: string[] }, null> = {
  kind: 'add-directory',
  undo: 'exact',
  params: Params,
  describe: ({ path, purpose }) => `${purpose} (${path})`,
  inspect: async (context, { path }) => ({ state: (await context.host.status(path)) === null ? 'pending' : 'applied' }),
  prepare: async (context, { path }) => ({ made: await missing(context, path) }),
  apply: async (context, { mode }, { made }) => {
    for (const one of made.toReversed()) await context.host.makeDirectory(one, mode)
    return null
  },
  revert: async (context, _params, { made }) => {
    const kept: Kept[] = []
    for (const one of made) {
      if ((await context.host.status(one)) === null) continue
      if ((await context.host.list(one)).length > 0)
        kept.push({ what: one, left: 'an empty directory', now: 'something stands in it' })
      else await context.host.remove(one, { recursive: true })
    }
    return kept
  },
}

/** The directory and those above it that are not there, the innermost first. */
async function missing(context: ChangeContext, path: string): Promise<string[]> {
  const found: string[] = []
  for (let one = path; one !== '/' && (await context.host.status(one)) === null; one = dirname(one)) found.push(one)
  return found
}

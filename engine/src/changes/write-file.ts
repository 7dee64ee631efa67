import { z } from 'zod'
import { sha256Of } from '../host/value-digest.ts'
import type { Change } from './change.ts'
import { digestOf, revertFile } from './edited-file.ts'
import { readStored, storedFile, storeFile } from './stored-file.ts'
import { writeObstacles } from './write-obstacle.ts'

/** The text stands in plans and journals: lists of apps and sites, never anything with a secret. */
const Params = z.object({ path: z.string(), content: z.string(), purpose: z.string() })

/** `before` null: the file was not there. */
type Before = { before: string | null; after: string }

/** Writes a whole small file, new or in place of what stood there. */
export const writeFile: Change<z.infer<typeof Params>, Before, Before> = {
  kind: 'write-file',
  undo: 'exact',
  params: Params,
  describe: ({ path, purpose }) => `${purpose} (${path})`,
  inspect: async (context, { path, content }, { before }) => {
    const now = await digestOf(context, path)
    if (now === sha256Of(content)) return { state: 'applied' }
    if (before === undefined || now === before.before) return { state: 'pending' }
    return { state: 'conflict', before: 'as it was', after: 'as planned', now: 'another text' }
  },
  prepare: async (context, { path, content }) => ({
    before:
      (await context.host.status(path)) === null ? null : await storeFile(context, await context.host.readFile(path)),
    after: await storeFile(context, Buffer.from(content)),
  }),
  apply: async (context, { path }, before) => {
    await context.host.writeFile(path, await readStored(context, before.after))
    return before
  },
  revert: (context, { path }, before) => revertFile(context, { path, ...before }, false),
  needs: (context, _params, { before, after }) =>
    [after, ...(before === null ? [] : [before])].map((sha256) => storedFile(context, sha256)),
  lookBeforeRevert: (context, { path }) => writeObstacles(context, path),
}

import { z } from 'zod'
import { MigratorError } from '../host/errors.ts'
import { sha256Of } from '../host/value-digest.ts'
import type { Change, ChangeContext } from './change.ts'
import { revertFile } from './edited-file.ts'
import { mendJson, mendNames } from './json-mends.ts'
import { readStored, storedFile, storeFile } from './stored-file.ts'
import { writeObstacles } from './write-obstacle.ts'

const Params = z.object({ path: z.string(), mends: z.array(z.enum(mendNames)).min(1), purpose: z.string() })
type Params = z.infer<typeof Params>

/** Texts before and after are in the vault: the file may hold passwords. */
type Before = { before: string; after: string }

/** Makes valid JSON of a configuration file that a comment, a comma, a byte order mark or a key that stands twice has spoilt. */
export const mendJsonFile: Change<Params, Before, Before> = {
  kind: 'mend-json',
  undo: 'exact',
  params: Params,
  describe: ({ path, purpose }) => `${purpose} (${path})`,
  inspect: async (context, params, { before }) => {
    const text = await read(context, params)
    if (before === undefined) return { state: 'pending' }
    if (sha256Of(text) === before.after) return { state: 'applied' }
    if (sha256Of(text) === before.before) return { state: 'pending' }
    return { state: 'conflict', before: 'as it was', after: 'mended', now: 'another text' }
  },
  prepare: async (context, params) => {
    const text = await read(context, params)
    const mended = mendJson(text, params.mends)
    if (mended === null) throw notMendable(params.path)
    return {
      before: await storeFile(context, Buffer.from(text)),
      after: await storeFile(context, Buffer.from(mended)),
    }
  },
  apply: async (context, params, before) => {
    await context.host.writeFile(params.path, await readStored(context, before.after))
    return before
  },
  revert: (context, params, before) => revertFile(context, { path: params.path, ...before }, false),
  needs: (context, _params, before) => [storedFile(context, before.before), storedFile(context, before.after)],
  lookBeforeRevert: (context, { path }) => writeObstacles(context, path),
}

const read = async (context: ChangeContext, { path }: Params): Promise<string> =>
  (await context.host.readFile(path)).toString()

const notMendable = (path: string): MigratorError =>
  new MigratorError({
    code: 'config-not-mendable',
    kind: 'failed',
    message: `${path} cannot be mended without guessing.`,
    untouched: 'The file was not changed.',
    hint: `Correct it by hand; python3 -m json.tool ${path} must accept it.`,
    failureClass: 'configuration',
  })

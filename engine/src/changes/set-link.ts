import { z } from 'zod'
import { MigratorError } from '../host/errors.ts'
import { failureCode } from '../services/text-file.ts'
import type { Change, ChangeContext } from './change.ts'
import { writeObstacles } from './write-obstacle.ts'

/** `to` null: the link goes. What stands there and is no link is never touched. */
const Params = z.object({ path: z.string(), to: z.string().nullable(), purpose: z.string() })
type Before = { text: string | null }

/** Puts a symbolic link where none, or one that leads nowhere, stands; or takes such a one away. */
export const setLink: Change<z.infer<typeof Params>, Before, null> = {
  kind: 'set-link',
  undo: 'exact',
  params: Params,
  describe: ({ path, purpose }) => `${purpose} (${path})`,
  inspect: async (context, { path, to }) => ({
    state: (await textOf(context, path)) === to ? 'applied' : 'pending',
  }),
  prepare: async (context, { path }) => ({ text: await textOf(context, path) }),
  apply: async (context, { path, to }) => {
    await put(context, path, to)
    return null
  },
  revert: async (context, { path, to }, { text }) => {
    const now = await textOf(context, path)
    if (now === text) return []
    if (now !== to && context.onConflict === 'keep')
      return [{ what: path, left: to ?? 'removed', now: now === null ? 'gone' : `a link to ${now}` }]
    await put(context, path, text)
    return []
  },
  lookBeforeRevert: (context, { path }) => writeObstacles(context, path.slice(0, path.lastIndexOf('/'))),
}

async function put(context: ChangeContext, path: string, text: string | null): Promise<void> {
  if (text === null) await context.host.remove(path)
  else await context.host.writeLink(path, text)
}

/** @throws MigratorError `no-link` when a file or directory stands there */
async function textOf(context: ChangeContext, path: string): Promise<string | null> {
  try {
    return await context.host.readLink(path)
  } catch (error) {
    if (failureCode(error) === 'ENOENT') return null
    if (failureCode(error) !== 'EINVAL') throw error
    throw new MigratorError({
      code: 'no-link',
      kind: 'failed',
      message: `${path} is no link.`,
      untouched: 'It was left as it is.',
      hint: 'Look what it is, move it away, then try again.',
      failureClass: 'configuration',
      cause: error,
    })
  }
}

import { z } from 'zod'
import { failureCode } from '../services/text-file.ts'
import type { Change, ChangeContext } from './change.ts'

const Params = z.object({ link: z.string(), from: z.string(), to: z.string() })

/** Lets a symbolic link lead elsewhere: to a directory's new name. It is replaced by rename, so it leads somewhere at any moment. */
export const link: Change<z.infer<typeof Params>, null, null> = {
  kind: 'link',
  undo: 'exact',
  params: Params,
  describe: ({ link: path, from, to }) => `Let the link ${path} lead to ${to} instead of ${from}`,
  inspect: async (context, { link: path, from, to }) => {
    const now = await textOf(context, path)
    if (now === from || now === to) return { state: now === from ? 'pending' : 'applied' }
    return { state: 'conflict', before: `a link to ${from}`, after: `a link to ${to}`, now: now ?? 'no link' }
  },
  prepare: async () => null,
  apply: async (context, { link: path, from, to }) => {
    const now = await textOf(context, path)
    if (now === from || now === to) await context.host.writeLink(path, to)
    return null
  },
  revert: async (context, { link: path, from, to }) => {
    const now = await textOf(context, path)
    if (now !== from && now !== to) {
      return [{ what: path, left: `a link to ${to}`, now: now === null ? 'no link any more' : `a link to ${now}` }]
    }
    await context.host.writeLink(path, from)
    return []
  },
}

async function textOf(context: ChangeContext, path: string): Promise<string | null> {
  try {
    return await context.host.readLink(path)
  } catch (error) {
    if (failureCode(error) === 'ENOENT' || failureCode(error) === 'EINVAL') return null
    throw error
  }
}

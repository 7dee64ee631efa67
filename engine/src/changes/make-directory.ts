import { basename, join } from 'node:path'
import { z } from 'zod'
import type { Change, ChangeContext, Kept } from './change.ts'

const Params = z.object({
  path: z.string(),
  /** Directories in it, parents first. */
  inside: z.array(z.string()),
  /** Of those, what the running site makes anew by itself: nobody's content. */
  passing: z.array(z.string()),
  purpose: z.string(),
})
type Params = z.infer<typeof Params>

/** Makes a directory with directories in it, under a name that nothing serves yet. */
export const makeDirectory: Change<Params, null, null> = {
  kind: 'make-directory',
  undo: 'exact',
  params: Params,
  describe: ({ path, purpose }) => `${purpose} (${path})`,
  inspect: async (context, { path }, { before }) =>
    before === undefined && (await context.host.status(path)) !== null
      ? { state: 'conflict', before: 'nothing there', after: 'a new directory', now: `${path} is there` }
      : { state: 'pending' },
  prepare: async () => null,
  apply: async (context, { path, inside }) => {
    for (const part of ['', ...inside]) await context.host.makeDirectory(join(path, part))
    return null
  },
  revert: async (context, params) => {
    const { path } = params
    if ((await context.host.status(path)) === null) return asideOf(context, path)
    if (!(await holdsContent(context, params))) {
      await context.host.remove(path, { recursive: true })
      return []
    }
    await context.host.makeDirectory(join(context.benchPath, 'archived', 'migrator'))
    await context.host.rename(path, asidePath(context, path))
    return asideOf(context, path)
  },
}

/** Anything but the directories themselves and what passes. */
async function holdsContent(context: ChangeContext, { path, inside, passing }: Params): Promise<boolean> {
  for (const part of ['', ...inside]) {
    if (passing.includes(part)) continue
    const directory = join(path, part)
    if ((await context.host.status(directory)) === null) continue
    for (const name of await context.host.list(directory)) {
      const child = part === '' ? name : `${part}/${name}`
      const known = inside.some((one) => one === child || one.startsWith(`${child}/`))
      if (!known) return true
    }
  }
  return false
}

const asidePath = (context: ChangeContext, path: string): string =>
  join(context.benchPath, 'archived', 'migrator', `${context.runId}-${basename(path).replace(/^\.+/, '')}`)

/** Read from the archive itself, so that a rollback that goes on after a kill still lists it. */
async function asideOf(context: ChangeContext, path: string): Promise<Kept[]> {
  const aside = asidePath(context, path)
  if ((await context.host.status(aside)) === null) return []
  return [{ what: path, left: 'empty', now: `something was put into it; it was moved to ${aside}` }]
}

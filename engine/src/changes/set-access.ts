import { z } from 'zod'
import { MigratorError } from '../host/errors.ts'
import type { Change, ChangeContext, Kept } from './change.ts'

const Params = z.object({
  files: z
    .array(
      z.object({
        path: z.string(),
        /** Permission bits. Writable for everybody is never asked for. */
        mode: z
          .number()
          .refine((mode) => (mode & 0o002) === 0)
          .exactOptional(),
        owner: z.object({ userId: z.number(), groupId: z.number() }).exactOptional(),
      }),
    )
    .min(1),
  /** Through root: chown always, chmod where the file is another user's. */
  privileged: z.boolean(),
  purpose: z.string(),
})
type Params = z.infer<typeof Params>
type Access = { path: string; mode: number; userId: number; groupId: number }

/** Gives files and directories the owner or the permission bits they must have; links are not followed. */
export const setAccess: Change<Params, Access[], null> = {
  kind: 'set-access',
  undo: 'exact',
  params: Params,
  describe: ({ files, purpose }) =>
    `${purpose} (${files
      .slice(0, 3)
      .map(({ path }) => path)
      .join(', ')}${files.length > 3 ? `, ${files.length - 3} more` : ''})`,
  inspect: async (context, params) => {
    const now = await accessOf(context, params)
    const wanted = wantedOf(params, now)
    return { state: now.every((one, at) => same(one, wanted[at])) ? 'applied' : 'pending' }
  },
  prepare: accessOf,
  apply: async (context, params, before) => {
    for (const one of wantedOf(params, before)) await give(context, one, params.privileged)
    return null
  },
  revert: async (context, params, before) => {
    const wanted = wantedOf(params, before)
    const kept: Kept[] = []
    for (const [at, one] of before.entries()) {
      const now = await lookAt(context, one.path)
      if (now === null) kept.push({ what: one.path, left: words(wanted[at]), now: 'gone' })
      else if (same(now, one)) continue
      else if (!same(now, wanted[at]) && context.onConflict === 'keep')
        kept.push({ what: one.path, left: words(wanted[at]), now: words(now) })
      else await give(context, one, params.privileged)
    }
    return kept
  },
}

const words = (one: Access | undefined): string =>
  one === undefined ? '' : `mode ${one.mode.toString(8)}, owner ${one.userId}:${one.groupId}`

const same = (one: Access, other: Access | undefined): boolean => words(one) === words(other)

async function lookAt(context: ChangeContext, path: string): Promise<Access | null> {
  const found = await context.host.status(path)
  if (found === null || found.kind === 'symlink') return null
  return { path, mode: found.mode, userId: found.userId, groupId: found.groupId }
}

async function accessOf(context: ChangeContext, { files }: Params): Promise<Access[]> {
  const found = await Promise.all(files.map(({ path }) => lookAt(context, path)))
  return found.filter((one) => one !== null)
}

const wantedOf = ({ files }: Params, before: Access[]): Access[] =>
  before.map((one) => {
    const wanted = files.find(({ path }) => path === one.path)
    return { ...one, ...wanted?.owner, ...(wanted?.mode === undefined ? {} : { mode: wanted.mode }) }
  })

/** Owner first: changing it may take permission bits away. */
async function give(context: ChangeContext, { path, mode, userId, groupId }: Access, privileged: boolean) {
  const now = await lookAt(context, path)
  if (now === null) return
  if (now.userId !== userId || now.groupId !== groupId)
    await run(context, ['chown', '-h', `${userId}:${groupId}`, path], privileged)
  const after = await lookAt(context, path)
  if (after?.mode !== mode) await run(context, ['chmod', mode.toString(8), path], privileged)
}

async function run(context: ChangeContext, argv: [string, ...string[]], privileged: boolean): Promise<void> {
  const done = await context.host.run({ argv, privileged })
  if (done.exitCode === 0) return
  throw new MigratorError({
    code: 'access-not-given',
    kind: 'failed',
    message: `${argv[0]} failed.`,
    evidence: done.stderr.trim().slice(0, 300),
    hint: `Type it as root: ${argv.join(' ')}`,
    failureClass: 'permission',
  })
}

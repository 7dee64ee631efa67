import { join } from 'node:path'
import { z } from 'zod'
import { MigratorError } from '../host/errors.ts'
import type { Change, ChangeContext } from './change.ts'
import { keepLog } from './step-log.ts'

const Params = z.object({
  app: z.string().regex(/^[\w-]+$/),
  /** Where it is got from; the app's own name where the other bench knows no address. */
  url: z.string(),
  branch: z.string().nullable(),
  /** Checked out afterwards: bench itself gets the newest of a branch. */
  commit: z
    .string()
    .regex(/^[0-9a-f]{7,64}$/)
    .nullable(),
})
type Params = z.infer<typeof Params>

/** An app is cloned, its requirements are installed and its assets are built. */
const PATIENCE_MILLISECONDS = 3_600_000

/** Gets an app that the site needs with the bench program, at the commit the other bench has. */
export const getApp: Change<Params, null, { log: string }> = {
  kind: 'get-app',
  undo: 'none',
  params: Params,
  describe: ({ app, url, branch, commit }) =>
    `Get the app ${app} (bench get-app ${url}${branch === null ? '' : ` --branch ${branch}`}${commit === null ? '' : `, then commit ${commit.slice(0, 9)}`}); a rollback leaves it on the bench`,
  inspect: async () => ({ state: 'pending' }),
  prepare: async () => null,
  apply: async (context, { app, url, branch, commit }) => {
    const path = join(context.benchPath, 'apps', app)
    const there = await context.host.status(path)
    const got =
      there === null
        ? await said(context, ['bench', 'get-app', url, ...(branch === null ? [] : ['--branch', branch])], app)
        : ''
    const checkedOut = commit === null ? '' : await checkOut(context, path, commit, app)
    return { log: await keepLog(context, `${got}\n${checkedOut}`) }
  },
  // The plan says so: code of an app that no site uses hurts nobody, and taking it away could hurt a site that was made since.
  revert: async () => [],
}

async function checkOut(context: ChangeContext, path: string, commit: string, app: string): Promise<string> {
  const git = ['git', '-C', path] as const
  const head = await context.host.run({ argv: [...git, 'rev-parse', 'HEAD'] })
  if (head.stdout.trim() === commit) return ''
  const remotes = (await context.host.run({ argv: [...git, 'remote'] })).stdout.split('\n')
  const remote = remotes.includes('upstream') ? 'upstream' : 'origin'
  return (
    (await said(context, [...git, 'fetch', '--depth', '1', remote, commit], app)) +
    (await said(context, [...git, 'checkout', '--quiet', commit], app)) +
    (await said(context, ['bench', 'setup', 'requirements', app], app))
  )
}

async function said(context: ChangeContext, argv: [string, ...string[]], app: string): Promise<string> {
  const done = await context.host.run({
    ...{ argv, directory: context.benchPath, timeoutMilliseconds: PATIENCE_MILLISECONDS, signal: context.signal },
    onStart: (identity) => context.child(identity, argv.slice(0, 3).join(' ')),
  })
  const text = `$ ${argv.join(' ')}\n${done.stdout}\n${done.stderr}\n`
  if (done.exitCode === 0) return text
  const log = await keepLog(context, text)
  throw new MigratorError({
    code: 'app-not-got',
    kind: 'failed',
    message: `The app ${app} could not be got: ${argv.slice(0, 2).join(' ')} failed.`,
    evidence: `${done.stderr.trim().slice(-600)}\nwhole output: ${log}`,
    hint: `Get it by hand on the target, then run this again: cd ${context.benchPath} && ${argv.join(' ')}`,
    failureClass: 'dependency',
  })
}

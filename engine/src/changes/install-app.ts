import { z } from 'zod'
import { MigratorError } from '../host/errors.ts'
import type { Change, ChangeContext } from './change.ts'

const Params = z.object({ app: z.string().regex(/^[\w-]+$/) })

const PATIENCE_MILLISECONDS = 300_000

/** Lets the bench's Python environment know an app that lies in apps/; nothing else in the environment changes. */
export const installApp: Change<z.infer<typeof Params>, null, null> = {
  kind: 'install-app',
  undo: 'regenerate',
  params: Params,
  describe: ({ app }) => `Install apps/${app} into the Python environment, without its requirements`,
  inspect: async () => ({ state: 'pending' }),
  prepare: async () => null,
  apply: async (context, { app }) => {
    await pip(context, ['install', '--quiet', '--no-deps', '--editable', `apps/${app}`], app)
    return null
  },
  revert: async (context, { app }) => {
    // What pip does not know, because it failed or is not there itself, is as it was.
    const argv = [`${context.benchPath}/env/bin/python`, '-m', 'pip', 'show', '--quiet', app] as const
    const known = await context.host.run({ argv: [...argv], directory: context.benchPath })
    if (known.exitCode === 0) await pip(context, ['uninstall', '--quiet', '--yes', app], app)
    return []
  },
}

async function pip(context: ChangeContext, words: string[], app: string): Promise<void> {
  const done = await context.host.run({
    argv: [`${context.benchPath}/env/bin/python`, '-m', 'pip', '--disable-pip-version-check', ...words],
    ...{ directory: context.benchPath, timeoutMilliseconds: PATIENCE_MILLISECONDS, signal: context.signal },
    onStart: (identity) => context.child(identity, 'pip'),
  })
  if (done.exitCode === 0) return
  throw new MigratorError({
    code: 'app-not-installed',
    kind: 'failed',
    message: `pip could not do it with ${app}.`,
    evidence: done.stderr.trim().slice(-600),
    hint: `Look at it: cd ${context.benchPath} && env/bin/pip install -e apps/${app}`,
    failureClass: 'configuration',
  })
}

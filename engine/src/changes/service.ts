import { z } from 'zod'
import { MigratorError } from '../host/errors.ts'
import type { Change, ChangeContext } from './change.ts'

const Params = z.object({
  manager: z.enum(['supervisor', 'systemd']),
  name: z.string(),
  action: z.enum(['start', 'restart', 'update']),
  /** How supervisord is asked. */
  supervisorctl: z.tuple([z.string()], z.string()).exactOptional(),
  privileged: z.boolean(),
})
type Params = z.infer<typeof Params>

/** Starts or restarts a service by the manager that keeps it. Taken back, one that did not run is stopped again. */
export const service: Change<Params, { ran: boolean }, null> = {
  kind: 'service',
  undo: 'regenerate',
  params: Params,
  describe: ({ manager, name, action }) =>
    action === 'update'
      ? `Let ${manager} read its files anew`
      : `${action === 'start' ? 'Start' : 'Restart'} ${name} (${manager})`,
  inspect: async () => ({ state: 'pending' }),
  prepare: async (context, params) => ({ ran: await isRunning(context, params) }),
  apply: async (context, params) => {
    await act(context, params, params.action)
    return null
  },
  revert: async (context, params, { ran }) => {
    if (params.action !== 'update' && !ran && (await isRunning(context, params))) await act(context, params, 'stop')
    return []
  },
}

const commandOf = (params: Params, ...words: string[]): [string, ...string[]] =>
  params.manager === 'systemd' ? ['systemctl', ...words] : [...(params.supervisorctl ?? ['supervisorctl']), ...words]

async function isRunning(context: ChangeContext, params: Params): Promise<boolean> {
  if (params.manager === 'systemd')
    return (await context.host.run({ argv: ['systemctl', 'is-active', '--quiet', params.name] })).exitCode === 0
  const done = await context.host.run({ argv: commandOf(params, 'status', params.name), privileged: params.privileged })
  return /^\S+\s+RUNNING\b/m.test(done.stdout)
}

async function act(context: ChangeContext, params: Params, action: Params['action'] | 'stop'): Promise<void> {
  const argv = action === 'update' ? commandOf(params, 'update') : commandOf(params, action, params.name)
  const done = await context.host.run({
    ...{ argv, privileged: params.privileged, timeoutMilliseconds: 120_000 },
    onStart: (identity) => context.child(identity, argv[0]),
  })
  if (done.exitCode === 0 && !/ERROR \((?!already started|not running)/.test(done.stdout)) return
  throw new MigratorError({
    code: 'service-refused',
    kind: 'failed',
    message: `${argv.join(' ')} failed.`,
    evidence: (done.stderr || done.stdout).trim().slice(0, 500),
    hint:
      params.manager === 'systemd'
        ? `See why: journalctl -u ${params.name} -n 50 --no-pager`
        : `See why: supervisorctl tail ${params.name} stderr`,
    // Not `service`: trying the same again five times would keep somebody waiting for nothing.
    failureClass: 'configuration',
  })
}

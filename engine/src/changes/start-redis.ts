import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { MigratorError } from '../host/errors.ts'
import type { Change, ChangeContext } from './change.ts'
import { endGently, ProcessMark, stillRuns } from './process-mark.ts'

const Params = z.object({ config: z.string(), port: z.number() })

const PATIENCE_MILLISECONDS = 20_000

/** Starts a Redis of the bench from the bench's own file for it, in the background; taken back, that very process is ended. */
export const startRedis: Change<z.infer<typeof Params>, null, ProcessMark> = {
  kind: 'start-redis',
  undo: 'exact',
  params: Params,
  describe: ({ config, port }) => `Start Redis on port ${port} (redis-server ${config})`,
  inspect: async (context, { port }) => ({ state: (await listenerOf(context, port)) === null ? 'pending' : 'applied' }),
  prepare: async () => null,
  apply: async (context, { config, port }) => {
    const there = await listenerOf(context, port)
    if (there !== null) return there
    const done = await context.host.run({
      ...{ argv: ['redis-server', config, '--daemonize', 'yes'], directory: context.benchPath },
      onStart: (identity) => context.child(identity, 'redis-server'),
    })
    for (const until = Date.now() + PATIENCE_MILLISECONDS; Date.now() < until; await delay(100)) {
      const mark = await listenerOf(context, port)
      if (mark !== null) {
        await context.journal({ event: 'started', ...mark })
        return mark
      }
    }
    throw new MigratorError({
      code: 'redis-not-started',
      kind: 'failed',
      message: `Redis did not come up on port ${port}.`,
      evidence: (done.stderr || done.stdout).trim().slice(-500),
      hint: `See why: cd ${context.benchPath} && redis-server ${config}`,
      failureClass: 'configuration',
    })
  },
  revert: async (context, { port }, _before, after) => {
    const noted = after ?? ProcessMark.safeParse(context.progress().at(-1)).data
    // Nobody listened before: a Redis that works in this bench and came up too late to be noted is the one that was started.
    const started = noted ?? (await ownListener(context, port))
    if (started !== null && (await stillRuns(context, started))) await endGently(context, started)
    return []
  },
}

async function listenerOf(context: ChangeContext, port: number): Promise<ProcessMark | null> {
  const found = (await context.host.listeners()).find((one) => one.port === port && one.pid !== null)
  const identity = found?.pid == null ? null : await context.host.processIdentity(found.pid)
  return identity === null ? null : { ...identity }
}

async function ownListener(context: ChangeContext, port: number): Promise<ProcessMark | null> {
  const mark = await listenerOf(context, port)
  const found = (await context.host.processes()).find(({ pid }) => pid === mark?.pid)
  return found?.directory?.startsWith(`${context.benchPath}/`) === true ? mark : null
}

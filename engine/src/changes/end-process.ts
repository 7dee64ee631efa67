import { z } from 'zod'
import { MigratorError } from '../host/errors.ts'
import type { Change, ChangeContext } from './change.ts'

const Params = z.object({ pid: z.number(), startTime: z.string(), bootId: z.string(), command: z.string() })
type Params = z.infer<typeof Params>

const PATIENCE_MILLISECONDS = 10_000

async function isThere(context: ChangeContext, { pid, startTime, bootId }: Params): Promise<boolean> {
  const now = await context.host.processIdentity(pid)
  return now !== null && now.startTime === startTime && now.bootId === bootId
}

/** Ends a process by its identity (pid, start time, boot), gently; never one that merely has its number. */
export const endProcess: Change<Params, null, null> = {
  kind: 'end-process',
  undo: 'none',
  params: Params,
  describe: ({ pid, command }) => `End process ${pid} (${command})`,
  inspect: async (context, params) => ({ state: (await isThere(context, params)) ? 'pending' : 'applied' }),
  prepare: async () => null,
  apply: async (context, params) => {
    if (!(await isThere(context, params))) return null
    await context.host.run({ argv: ['kill', '-TERM', String(params.pid)] })
    const until = Date.now() + PATIENCE_MILLISECONDS
    while (await isThere(context, params)) {
      if (Date.now() > until) {
        throw new MigratorError({
          code: 'process-stays',
          kind: 'failed',
          message: `Process ${params.pid} (${params.command}) did not end within ${PATIENCE_MILLISECONDS / 1000} s.`,
          untouched: 'It goes on running.',
          hint: 'Look what it waits for; it was asked with TERM.',
          failureClass: 'unknown',
        })
      }
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    return null
  },
  revert: async (_context, { pid, command }) => [
    { what: `process ${pid} (${command})`, left: 'ended', now: 'start it again if it is needed' },
  ],
}

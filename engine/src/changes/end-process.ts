import { z } from 'zod'
import type { Change } from './change.ts'
import { endGently, ProcessMark, stillRuns } from './process-mark.ts'

const Params = ProcessMark.extend({ command: z.string() })
type Params = z.infer<typeof Params>

/** Ends a process by its identity (pid, start time, boot), gently; never one that merely has its number. */
export const endProcess: Change<Params, null, null> = {
  kind: 'end-process',
  undo: 'none',
  params: Params,
  describe: ({ pid, command }) => `End process ${pid} (${command})`,
  inspect: async (context, params) => ({ state: (await stillRuns(context, params)) ? 'pending' : 'applied' }),
  prepare: async () => null,
  apply: async (context, params) => {
    if (await stillRuns(context, params)) await endGently(context, params)
    return null
  },
  revert: async (_context, { pid, command }) => [
    { what: `process ${pid} (${command})`, left: 'ended', now: 'start it again if it is needed' },
  ],
}

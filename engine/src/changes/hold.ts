import { z } from 'zod'
import type { Change } from './change.ts'

/** The run waits for somebody to say go. No failure: nothing is taken back, nothing more is done. */
export class Held extends Error {
  constructor() {
    super('waits before the cut-over, as --hold wants; resume goes on, rollback takes it back')
  }
}

const Params = z.object({ question: z.string() })

/**
 * The last moment before the site goes down. At a terminal it is asked; where nobody is, or the answer is no, the run stops here, and
 * the process that takes it up again goes on: to resume is to say go.
 */
export const hold: Change<z.infer<typeof Params>, null, null> = {
  kind: 'hold',
  undo: 'exact',
  params: Params,
  describe: () => 'Wait here until somebody says go (--hold); without a terminal: stop, and go on with resume',
  inspect: async (context) => ({ state: context.progress().length ? 'partial' : 'pending' }),
  prepare: async () => null,
  apply: async (context, { question }) => {
    if (context.progress().some((line) => line['held'] === true)) return null
    if (await context.mayGoOn(question)) return null
    await context.journal({ held: true })
    throw new Held()
  },
  revert: async () => [],
}

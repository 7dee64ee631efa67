import { holdersOf } from '../../../changes/open-files.ts'
import { shellWord } from '../../../host/shell-word.ts'
import type { Repair } from '../repair.ts'

/** What supervisor, logrotate and Python's handlers call a log that they have closed. */
const TURNED_OVER = /\.log(?:[.-]\d[\d.-]*)+$/

/** A log that nobody writes any more. One that is held open is logrotate's: whoever holds it would go on writing into what was removed. */
export const largeLog: Repair = {
  id: 'large-log',
  findings: ['log-large'],
  cause: 'no_space_left',
  remedies: [
    {
      ...{ id: 'compress', risk: 'medium', prior: { worked: 9, failed: 1 } },
      describe: 'Compress the log, which no process holds open',
      plan: async ({ host }, { subject }) => {
        if (subject.endsWith('.gz')) return null
        const { pids, sure } = await holdersOf(host, subject)
        // The log of a process that may not be looked into could be open all the same.
        if (pids.length > 0 || !(sure || TURNED_OVER.test(subject))) return null
        return {
          steps: [{ kind: 'compress-file', params: { path: subject } }],
          commands: [`gzip ${shellWord(subject)}`],
        }
      },
    },
  ],
}

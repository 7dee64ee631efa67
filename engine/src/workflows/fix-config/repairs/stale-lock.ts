import { shellWord } from '../../../host/shell-word.ts'
import type { Repair } from '../repair.ts'
import { setAside } from '../steps.ts'

/** The lock of a document whose job was killed. One that a process holds is never touched: the analysis tells it apart. */
export const staleLock: Repair = {
  id: 'stale-lock',
  findings: ['lock-stale'],
  cause: 'stale_lock_files',
  remedies: [
    {
      ...{ id: 'set-aside', risk: 'low', prior: { worked: 18, failed: 1 } },
      describe: 'Move the lock away that no process holds',
      plan: (_look, { evidence }) => {
        const path = /^(\/.+?\.lock)\b/.exec(evidence)?.[1]
        return path === undefined ? null : { steps: [setAside(path)], commands: [`rm ${shellWord(path)}`], mark: path }
      },
    },
  ],
}

import { z } from 'zod'
import { auditRun } from './audit-run.ts'
import type { RunEnvironment } from './environment.ts'
import type { Plan } from './plan.ts'
import { openJournal, readRun, releaseReserve } from './run-directory.ts'

const Request = z.object({ runs: z.array(z.string()) })

/** Marks the runs that a cleanup has retired, and the cleanup itself: none of them can be taken back any more. */
export async function retireRuns(
  environment: Pick<RunEnvironment, 'benchPath' | 'onEvent'>,
  cleanup: Plan,
  cleanupId: string,
): Promise<void> {
  for (const id of [...Request.parse(cleanup.request).runs, cleanupId]) {
    const { run, plan, state } = await readRun(environment.benchPath, id)
    if (state === 'retired') continue
    const journal = await openJournal(run)
    try {
      await journal.append({ type: 'state', state: 'retired', reason: `by ${cleanupId}`, pid: process.pid })
    } finally {
      await journal.close()
    }
    await releaseReserve(run)
    await auditRun(environment, run, plan, journal.lines)
  }
}

import { z } from 'zod'
import { syncAudit } from './audit.ts'
import type { Plan } from './plan.ts'
import { openJournal, readRun, releaseReserve } from './run-directory.ts'

const Request = z.object({ runs: z.array(z.string()) })

/** Marks the runs that a cleanup has retired, and the cleanup itself: none of them can be taken back any more. */
export async function retireRuns(benchPath: string, cleanup: Plan, cleanupId: string): Promise<void> {
  for (const id of [...Request.parse(cleanup.request).runs, cleanupId]) {
    const { run, plan, state } = await readRun(benchPath, id)
    if (state === 'retired') continue
    const journal = await openJournal(run)
    try {
      await journal.append({ type: 'state', state: 'retired', reason: `by ${cleanupId}`, pid: process.pid })
    } finally {
      await journal.close()
    }
    await releaseReserve(run)
    await syncAudit(benchPath, id, plan, journal.lines)
  }
}

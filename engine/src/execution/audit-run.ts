import { syncAudit } from './audit.ts'
import type { RunEnvironment } from './environment.ts'
import { withReserve } from './full-disk.ts'
import type { JournalLine } from './journal.ts'
import { withRecords } from './lock.ts'
import type { Plan } from './plan.ts'
import type { RunDirectory } from './run-directory.ts'

/** Brings the audit log up to the journal. What a run has done stands, whether or not its log can be written: that is a warning. */
export async function auditRun(
  environment: Pick<RunEnvironment, 'onEvent'>,
  run: RunDirectory,
  plan: Plan,
  lines: JournalLine[],
): Promise<void> {
  try {
    await withRecords(run.home, run.id, () => withReserve(run, () => syncAudit(run.home, run.id, plan, lines)))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    environment.onEvent({
      event: 'warning',
      message: `The audit log could not be written: ${reason}. The next command of this run adds what is missing.`,
    })
  }
}

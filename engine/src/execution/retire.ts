import { z } from 'zod'
import { readAnyRun } from './all-runs.ts'
import { auditRun } from './audit-run.ts'
import type { RunEnvironment } from './environment.ts'
import type { JournalLine } from './journal.ts'
import type { Plan } from './plan.ts'
import { openJournal, type RunSummary, readRun, releaseReserve } from './run-directory.ts'
import { tellBenches } from './tell-benches.ts'

const Request = z.object({ runs: z.array(z.string()) })

/** Runs that a cleanup retires. */
export const retiredBy = (cleanup: Plan): string[] => Request.parse(cleanup.request).runs

export const vaultStep = (run: string): string => `remove-vault-${run}`

export const databaseStep = (run: string): string => `drop-database-${run}`
export const keptStep = (what: string, run: string): string => `remove-${what}-${run}`

/** Whether a cleanup has begun to remove vaults, databases or files: from then on it can only go forward. */
export const isPastReturn = ({ plan, lines }: Pick<RunSummary, 'plan' | 'lines'>): boolean =>
  plan.command === 'cleanup' && retiredBy(plan).some((id) => hasBegun(lines, id))

/** The names of these steps end with the run they remove something of. */
const hasBegun = (lines: JournalLine[], run: string): boolean =>
  lines.some((line) => line.type === 'intent' && /^(remove|drop)-/.test(line.step) && line.step.endsWith(`-${run}`))

/**
 * Marks as retired, however the cleanup ended, the runs whose vaults it has begun to remove, for they cannot be taken back any more;
 * and at last, when it is done, the cleanup itself.
 */
export async function retireRuns(environment: Audited, cleanupId: string): Promise<void> {
  const { home } = environment
  const { plan, lines, state } = await readRun(home, cleanupId)
  const gone = retiredBy(plan).filter((id) => hasBegun(lines, id))
  for (const id of gone) await retire(environment, id, cleanupId)
  if (state === 'done') await retire(environment, cleanupId, cleanupId)
}

type Audited = Pick<RunEnvironment, 'home' | 'onEvent' | 'place'>

async function retire(environment: Audited, id: string, by: string): Promise<void> {
  const found = await readAnyRun(environment.home, id)
  // One that was given up because its record is damaged says so itself.
  if (found.state === 'retired' || (found.state === 'damaged' && found.lastState === 'retired')) return
  if (found.state === 'damaged') throw found.problem
  const { run, plan } = found
  const journal = await openJournal(run)
  try {
    await journal.append({ type: 'state', state: 'retired', reason: `by ${by}`, pid: process.pid })
  } finally {
    await journal.close()
  }
  await releaseReserve(run)
  await tellBenches(environment, run, plan, 'retired')
  await auditRun(environment, run, plan, journal.lines)
}

import { rename } from 'node:fs/promises'
import { syncDirectory } from '../host/local/files.ts'
import type { DamagedRun } from './all-runs.ts'
import { auditRun } from './audit-run.ts'
import type { RunEnvironment } from './environment.ts'
import { Journal } from './journal.ts'
import { withLock } from './lock.ts'
import { type RunSummary, releaseReserve } from './run-directory.ts'

/**
 * Gives a run up: it is neither finished nor taken back any more, and blocks nothing. The site stays as it stands, and so does the
 * vault. A journal that cannot be read is put aside.
 * @throws MigratorError `bench-locked`
 */
export function abandonRun(
  environment: Pick<RunEnvironment, 'host' | 'benchPath' | 'onEvent'>,
  { run, plan, state }: RunSummary | DamagedRun,
): Promise<void> {
  return withLock(environment.host, environment.benchPath, { id: run.id, touchesMachine: false }, async () => {
    if (state === 'damaged') await putAside(run.journal)
    const journal = await Journal.open(run.journal)
    try {
      await journal.append({ type: 'state', state: 'retired', reason: 'given up', pid: process.pid })
    } finally {
      await journal.close()
    }
    await releaseReserve(run)
    if (plan) await auditRun(environment, run, plan, journal.lines)
  })
}

async function putAside(path: string): Promise<void> {
  await rename(path, `${path}.damaged-${Date.now()}`).catch((error: NodeJS.ErrnoException) => {
    // It is the plan that is damaged, and nothing was journalled.
    if (error.code !== 'ENOENT') throw error
  })
  await syncDirectory(path.slice(0, path.lastIndexOf('/')))
}

import { rename } from 'node:fs/promises'
import { syncDirectory } from '../host/local/files.ts'
import type { DamagedRun } from './all-runs.ts'
import { auditRun } from './audit-run.ts'
import { forgetElsewhere } from './elsewhere.ts'
import type { RunEnvironment } from './environment.ts'
import { Journal } from './journal.ts'
import { type BenchToLock, withLocks } from './lock.ts'
import { type RunSummary, releaseReserve } from './run-directory.ts'

/**
 * Gives a run up: it is neither finished nor taken back any more, and blocks nothing. The site stays as it stands, and so does the
 * vault. A journal that cannot be read is put aside.
 * @param benches those it worked on and that can be reached: they are told. A server may be gone.
 * @throws MigratorError `bench-locked`
 */
export function abandonRun(
  onEvent: RunEnvironment['onEvent'],
  benches: readonly Pick<BenchToLock, 'host' | 'benchPath'>[],
  { run, plan, state }: RunSummary | DamagedRun,
): Promise<void> {
  const wanted = benches.map((bench) => ({ ...bench, touchesMachine: false }))
  return withLocks(wanted, { id: run.id, overPlaces: run.home.kind === 'user' }, async () => {
    if (state === 'damaged') await putAside(run.journal)
    const journal = await Journal.open(run.journal)
    try {
      await journal.append({ type: 'state', state: 'retired', reason: 'given up', pid: process.pid })
    } finally {
      await journal.close()
    }
    await releaseReserve(run)
    for (const { host, benchPath } of benches)
      if (run.home.kind === 'user') await forgetElsewhere(host, benchPath, run.id)
    if (plan) await auditRun({ onEvent }, run, plan, journal.lines)
  })
}

async function putAside(path: string): Promise<void> {
  await rename(path, `${path}.damaged-${Date.now()}`).catch((error: NodeJS.ErrnoException) => {
    // It is the plan that is damaged, and nothing was journalled.
    if (error.code !== 'ENOENT') throw error
  })
  await syncDirectory(path.slice(0, path.lastIndexOf('/')))
}

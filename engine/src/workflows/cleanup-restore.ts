import { z } from 'zod'
import { keptPath } from '../database/kept-address.ts'
import type { JournalLine } from '../execution/journal.ts'
import type { Plan, PlanStep } from '../execution/plan.ts'
import { databaseStep, keptStep } from '../execution/retire.ts'
import type { RunDirectory } from '../execution/run-directory.ts'
import { plannedStep } from './planned-step.ts'

interface Retired {
  run: RunDirectory
  state: string
  plan: Plan | null
  lines?: JournalLine[]
}

const Switched = z.object({ oldAddress: z.string().nullable() })
const Made = z.object({ address: z.string() })
const Moved = z.object({ to: z.string() })

/**
 * What a restore has kept and nobody needs once it is retired: of one that stands the database and the files it replaced; of one that
 * was taken back the database it made, where that was written to since.
 */
export function leftByRestore({ run, state, plan, lines = [] }: Retired): PlanStep[] {
  const restore = plan?.preview.restore
  if (plan === null || restore === undefined || (state !== 'done' && state !== 'rolled-back')) return []
  const { name, replaces, hosts } = restore.database
  const drop = (address: string, database: string, why: string): PlanStep =>
    plannedStep(databaseStep(run.id), 'cleanup', 'drop-database', {
      addressFile: keptPath(run.vault, address),
      ...{ database, hosts, why },
    })
  if (state === 'rolled-back') {
    const made = Made.safeParse(intentOf(lines, 'create-database')).data
    const kept = keptBy(lines, 'create-database')
    if (!made || kept.length === 0) return []
    const [what] = kept
    return [drop(made.address, name, `run ${run.id} was taken back and left ${what}`)]
  }
  const old = Switched.safeParse(intentOf(lines, 'switch-database')).data?.oldAddress ?? null
  const why = `what ${plan.site.newName} held before run ${run.id}`
  const files = plan.steps.filter((step) => step.kind === 'move-directory' && step.id.startsWith('keep-'))
  return [
    ...(old !== null && replaces !== null ? [drop(old, replaces, why)] : []),
    ...files.map((step) =>
      plannedStep(keptStep(step.id, run.id), 'cleanup', 'remove-kept', {
        path: Moved.parse(step.params).to,
        what: why,
      }),
    ),
  ]
}

function intentOf(lines: JournalLine[], step: string): unknown {
  const found = lines.findLast((line) => line.type === 'intent' && line.step === step)
  return found?.type === 'intent' ? found.before : null
}

/** The database that was written to, or its account alone, which an administrator has to drop. */
const keptBy = (lines: JournalLine[], step: string): string[] => {
  const last = lines.findLast((line) => line.type === 'reverted' && line.step === step)
  if (last?.type !== 'reverted') return []
  return last.kept.map(({ what }) => what).filter((what) => what.startsWith('the database '))
}

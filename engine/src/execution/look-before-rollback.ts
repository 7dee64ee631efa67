import type { Obstacle } from '../changes/change.ts'
import { damageOf } from '../changes/stored-file.ts'
import { MigratorError } from '../host/errors.ts'
import type { RunEnvironment } from './environment.ts'
import type { Journal } from './journal.ts'
import type { PlanStep } from './plan.ts'
import type { RunDirectory } from './run-directory.ts'
import { recordOf, withStepContext } from './step-context.ts'

const SHOWN = 5
const NEVER = new AbortController().signal

/**
 * Whether the steps can be taken back at all: what they stored is whole, and what they will edit or move is there.
 * @throws MigratorError `vault-damaged`, `rollback-impossible` or `target-written`, before anything is touched
 */
export async function lookBeforeRollback(
  environment: RunEnvironment,
  run: RunDirectory,
  journal: Journal,
  steps: PlanStep[],
): Promise<void> {
  const damaged = new Set<string>()
  const obstacles: Obstacle[] = []
  for (const step of steps) {
    const { intent, done } = recordOf(journal, step.id)
    const change = environment.changes.get(step.kind)
    if (!change) throw new Error(`The plan names an unknown kind of change: ${step.kind}`)
    if (!intent) continue
    await withStepContext(environment, run, journal, step, 'revert', NEVER, async (context) => {
      for (const file of change.needs(context, step.params, intent.before)) {
        const damage = await damageOf(file)
        if (damage !== null) damaged.add(`${file.path} (${damage})`)
      }
      obstacles.push(...(await change.lookBeforeRevert(context, step.params, intent.before, done?.after)))
    })
  }
  if (damaged.size) throw vaultDamaged(run, [...damaged])
  const yielding = obstacles.filter(({ yieldsTo }) => yieldsTo !== undefined)
  const standing = obstacles.filter(({ yieldsTo }) => yieldsTo === undefined)
  if (standing.length) throw rollbackImpossible(run, standing)
  if (yielding.length && !environment.abandonTargetWrites) throw targetWritten(run, yielding)
}

/** Everything is listed: somebody has to decide about it. */
const targetWritten = (run: RunDirectory, obstacles: Obstacle[]): MigratorError =>
  new MigratorError({
    code: 'target-written',
    kind: 'refused',
    message: `Run ${run.id} was not taken back: the target was written to since it was opened, and the source knows nothing of that.`,
    evidence: [...new Set(obstacles.map(({ what }) => what))].join('; '),
    untouched: 'Nothing was changed.',
    hint: `${[...new Set(obstacles.map(({ remedy }) => remedy))].join(' ')} To go back without these writes (the target's database is kept): frappe-migrator rollback --run ${run.id} --abandon-target-writes`,
  })

const vaultDamaged = (run: RunDirectory, files: string[]): MigratorError =>
  new MigratorError({
    code: 'vault-damaged',
    kind: 'attention',
    message: `Run ${run.id} cannot be rolled back: ${files.length} file(s) of its vault are gone or no longer what was stored.`,
    evidence: files.slice(0, SHOWN).join(', '),
    untouched: 'Nothing was changed.',
    hint: `Put the vault back from a backup of the machine. The safety backup of the database, if it is still there, is the last resort. If the run shall never be taken back: frappe-migrator cleanup --run ${run.id} --abandon`,
  })

function rollbackImpossible(run: RunDirectory, obstacles: Obstacle[]): MigratorError {
  const distinct = [...new Map(obstacles.map((obstacle) => [obstacle.what, obstacle])).values()]
  const remedies = [...new Set(distinct.map(({ remedy }) => remedy))]
  return new MigratorError({
    code: 'rollback-impossible',
    kind: 'attention',
    message: `Run ${run.id} cannot be rolled back as things stand.`,
    evidence: distinct
      .slice(0, SHOWN)
      .map(({ what }) => what)
      .join('; '),
    untouched: 'Nothing was changed.',
    hint: `${remedies.slice(0, SHOWN).join(' ')} Then: frappe-migrator rollback --run ${run.id}. If it shall never be taken back: frappe-migrator cleanup --run ${run.id} --abandon`,
    failureClass: 'configuration',
  })
}

import { test } from 'node:test'
import { killedCleanup } from './cleanup.ts'
import {
  boundariesOf,
  eachOf,
  killedRename,
  killedRollback,
  killedTwice,
  oneOfEach,
  share,
  undisturbed,
} from './matrix.ts'
import { randomMoments } from './random-moments.ts'
import { createSqliteStage } from './sqlite-stage.ts'
import { type KillStage, PROVE } from './stage.ts'

/** Each kind of change once, what follows a kill at a few places; scripts/prove takes every boundary. */
test('SQLite: killed at any moment, a rename is resumed to its end, or taken back to the start', async (t) => {
  const stage = await createSqliteStage({ deep: true })
  t.after(() => stage.remove())
  const ends = await undisturbed(stage)
  await randomMoments(t, stage, ends, 3)
  const doing = share(oneOfEach(ends.boundaries))
  await eachOf(t, 'rename', stage, doing, (boundary) => killedRename(stage, ends, boundary))
  const undoing = share(oneOfEach(ends.undoing))
  await eachOf(t, 'rollback', stage, undoing, (boundary, index) => killedRollback(stage, ends, boundary, index))
  for (const action of ['resume', 'rollback'] as const) {
    const again = oneOfEach(await boundariesOf(stage, action)).filter(({ label }) =>
      /(done|reverted|rows) after$/.test(label),
    )
    await eachOf(t, `${action} of a killed rename`, stage, PROVE ? again : again.slice(0, 4), (boundary) =>
      killedTwice(stage, ends, action, boundary),
    )
  }
  const clearing = oneOfEach(await cleanupBoundaries(stage)).filter(
    ({ label }) => PROVE || /journal:(intent|done|state) after$|remove kept after$/.test(label),
  )
  await eachOf(t, 'cleanup', stage, clearing, (boundary) => killedCleanup(stage, ends, boundary))
})

async function cleanupBoundaries(stage: KillStage) {
  stage.fresh()
  await stage.drive('rename')
  return stage.boundaries('cleanup')
}

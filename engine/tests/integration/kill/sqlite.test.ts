import { test } from 'node:test'
import { eachOf, killedRename, killedRollback, oneOfEach, share, undisturbed } from './matrix.ts'
import { createSqliteStage } from './sqlite-stage.ts'

/** Each kind of change once; tests/prove/kill takes every boundary. */
test('SQLite: killed at any moment, a rename is resumed to its end, or taken back to the start', async (t) => {
  const stage = await createSqliteStage({ deep: true })
  t.after(() => stage.remove())
  const ends = await undisturbed(stage)
  await eachOf(t, 'rename', share(oneOfEach(ends.boundaries)), (boundary) => killedRename(stage, ends, boundary))
  await eachOf(t, 'rollback', share(oneOfEach(ends.undoing)), (boundary) => killedRollback(stage, ends, boundary))
})

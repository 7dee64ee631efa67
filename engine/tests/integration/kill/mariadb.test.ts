import { test } from 'node:test'
import { resumedIsRetired } from './cleanup.ts'
import { createMariadbStage } from './mariadb-stage.ts'
import { eachOf, killedRename, killedRollback, mariadbShare, oneOfEach, undisturbed } from './matrix.ts'
import { randomMoments } from './random-moments.ts'

/** Each kind of change that SQLite's bench has not, once; scripts/prove takes every boundary. */
test('MariaDB, nginx, Redis: killed at any moment, a rename is resumed to its end, or taken back to the start', async (t) => {
  const stage = await createMariadbStage()
  t.after(() => stage.remove())
  const ends = await undisturbed(stage)
  await randomMoments(t, stage, ends, 2)
  const [doing = [], undoing = []] = [ends.boundaries, ends.undoing].map((all) => mariadbShare(oneOfEach(all)))
  await eachOf(t, 'rename', stage, doing, (boundary) => killedRename(stage, ends, boundary))
  await eachOf(t, 'rollback', stage, undoing, (boundary, index) => killedRollback(stage, ends, boundary, index))
  // At last, since nothing can be taken back after it.
  const at = { label: 'retire-redirect journal:intent after', number: 1 }
  await t.test(`cleanup killed: ${at.label}`, async () => {
    stage.fresh()
    await stage.drive('rename')
    await stage.drive('cleanup', at)
    await resumedIsRetired(stage)
  })
})

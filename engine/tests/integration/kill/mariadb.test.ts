import { test } from 'node:test'
import { createMariadbStage } from './mariadb-stage.ts'
import { eachOf, killedRename, killedRollback, mariadbShare, oneOfEach, undisturbed } from './matrix.ts'

/** Each kind of change that SQLite's bench has not, once; tests/prove/kill takes every boundary. */
test('MariaDB, nginx, Redis: killed at any moment, a rename is resumed to its end, or taken back to the start', async (t) => {
  const stage = await createMariadbStage()
  t.after(() => stage.remove())
  const ends = await undisturbed(stage)
  const [doing, undoing] = [ends.boundaries, ends.undoing].map((all) => mariadbShare(oneOfEach(all)))
  await eachOf(t, 'rename', doing ?? [], (boundary) => killedRename(stage, ends, boundary))
  await eachOf(t, 'rollback', undoing ?? [], (boundary) => killedRollback(stage, ends, boundary))
})

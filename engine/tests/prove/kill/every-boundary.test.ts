import { test } from 'node:test'
import { createMariadbStage } from '../../integration/kill/mariadb-stage.ts'
import { eachOf, killedRename, killedRollback, undisturbed } from '../../integration/kill/matrix.ts'
import { createSqliteStage } from '../../integration/kill/sqlite-stage.ts'
import type { KillStage } from '../../integration/kill/stage.ts'

const stages: Record<string, () => Promise<KillStage>> = {
  SQLite: () => createSqliteStage({ deep: true }),
  'MariaDB, nginx, Redis': () => createMariadbStage({ deep: true }),
}

for (const [name, create] of Object.entries(stages)) {
  test(`${name}: every boundary of a rename and of its rollback survives SIGKILL`, async (t) => {
    const stage = await create()
    t.after(() => stage.remove())
    const ends = await undisturbed(stage)
    await eachOf(t, 'rename', ends.boundaries, (boundary) => killedRename(stage, ends, boundary))
    await eachOf(t, 'rollback', ends.undoing, (boundary) => killedRollback(stage, ends, boundary))
  })
}

import { test } from 'node:test'
import { createMariadbStage } from '../../integration/kill/mariadb-stage.ts'
import {
  boundariesOf,
  eachOf,
  killedRename,
  killedRollback,
  killedTwice,
  undisturbed,
} from '../../integration/kill/matrix.ts'
import { createSqliteStage } from '../../integration/kill/sqlite-stage.ts'
import type { KillStage } from '../../integration/kill/stage.ts'

const stages: Record<string, () => Promise<KillStage>> = {
  SQLite: () => createSqliteStage({ deep: true }),
  'MariaDB, nginx, Redis': () => createMariadbStage({ deep: true }),
}

for (const [name, create] of Object.entries(stages)) {
  test(`${name}: every boundary of a rename, of its rollback, and of what goes on after a kill, survives SIGKILL`, async (t) => {
    const stage = await create()
    t.after(() => stage.remove())
    const ends = await undisturbed(stage)
    await eachOf(t, 'rename', stage, ends.boundaries, (boundary) => killedRename(stage, ends, boundary))
    await eachOf(t, 'rollback', stage, ends.undoing, (boundary, index) => killedRollback(stage, ends, boundary, index))
    if (name !== 'SQLite') return
    for (const action of ['resume', 'rollback'] as const) {
      const again = await boundariesOf(stage, action)
      await eachOf(t, `${action} of a killed rename`, stage, again, (boundary) =>
        killedTwice(stage, ends, action, boundary),
      )
    }
  })
}

import { test } from 'node:test'
import type { Boundary } from '../../integration/kill/boundaries.ts'
import {
  boundariesOf,
  eachOf,
  killedRename,
  killedRollback,
  killedTwice,
  oneOfEach,
  undisturbed,
} from '../../integration/kill/matrix.ts'
import type { KillStage } from '../../integration/kill/stage.ts'

/** A rename and its rollback, killed at each of the chosen boundaries and gone on with, both ways. */
export function everyBoundary(
  name: string,
  create: () => Promise<KillStage>,
  chosen: (boundaries: Boundary[]) => Boundary[],
  alsoTwice: boolean,
): void {
  test(`${name} survives SIGKILL: a rename, its rollback, and what goes on after a kill`, async (t) => {
    const stage = await create()
    t.after(() => stage.remove())
    const ends = await undisturbed(stage)
    const [doing, undoing] = [chosen(ends.boundaries), chosen(ends.undoing)]
    await eachOf(t, 'rename', stage, doing, (boundary) => killedRename(stage, ends, boundary))
    await eachOf(t, 'rollback', stage, undoing, (boundary, index) => killedRollback(stage, ends, boundary, index))
    if (!alsoTwice) return
    for (const action of ['resume', 'rollback'] as const) {
      const again = oneOfEach(await boundariesOf(stage, action))
      await eachOf(t, `${action} of a killed rename`, stage, again, (boundary) =>
        killedTwice(stage, ends, action, boundary),
      )
    }
  })
}

/** Every line of the journal, whole and torn. What stands before a line stands behind the one before it, or is of the quick tier's. */
export const everyJournalLine = (boundaries: Boundary[]): Boundary[] =>
  boundaries.filter(({ label }) => / journal:\S+ (after|torn)$/.test(label))

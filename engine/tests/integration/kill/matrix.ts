import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { brokenAuditLine } from '../../../src/execution/audit.ts'
import type { Boundary } from './boundaries.ts'
import type { KillStage } from './stage.ts'

/** The two states that a killed run may end in. */
export interface Ends {
  start: string
  end: string
  boundaries: Boundary[]
  undoing: Boundary[]
}

/** Runs and takes back once without disturbing: the states to compare with, and the boundaries there are. */
export async function undisturbed(stage: KillStage): Promise<Ends> {
  const start = await stage.state()
  const boundaries = await stage.boundaries('rename')
  const end = await stage.state()
  assert.notEqual(end, start)
  const undoing = await stage.boundaries('rollback')
  assert.equal(await stage.state(), start, 'a rollback that nobody disturbs ends at the start')
  stage.fresh()
  return { start, end, boundaries, undoing }
}

/** The first boundary of every label: each kind of change with each kind of moment once. */
export function oneOfEach(boundaries: Boundary[]): Boundary[] {
  const seen = new Set<string>()
  return boundaries.filter(({ label }) => !seen.has(label) && seen.add(label))
}

/** Killed at a boundary of the rename: resumed to the undisturbed end, and from the same state taken back to the start. */
export async function killedRename(stage: KillStage, { start, end }: Ends, { number }: Boundary): Promise<void> {
  stage.fresh()
  const kill = async () => assert.equal(await stage.drive('rename', number), null, 'the driver was killed')
  await kill()
  stage.keep()
  const resumed = await stage.drive('resume')
  assert.ok(resumed === 'done' || resumed === 'finished' || resumed === 'nothing', `resume: ${resumed}`)
  assert.equal(await stage.state(), resumed === 'nothing' ? start : end, 'after resume')
  assert.equal(await brokenAuditLine(stage.benchPath), null)
  await stage.again(kill)
  const back = await stage.drive('rollback')
  assert.ok(back === 'rolled-back' || back === 'nothing', `rollback: ${back}`)
  assert.equal(await stage.state(), start, 'after rollback')
  assert.equal(await brokenAuditLine(stage.benchPath), null)
}

/** Killed at a boundary of the rollback of a finished run: resume goes on taking back. */
export async function killedRollback(stage: KillStage, { start }: Ends, { number }: Boundary): Promise<void> {
  stage.fresh()
  assert.equal(await stage.drive('rename'), 'done')
  assert.equal(await stage.drive('rollback', number), null, 'the driver was killed')
  const resumed = await stage.drive('resume')
  // Killed before the way back was begun, or after it was over.
  if (resumed === 'finished' || resumed === 'nothing') await stage.drive('rollback')
  else assert.equal(resumed, 'rolled-back')
  assert.equal(await stage.state(), start)
  assert.equal(await brokenAuditLine(stage.benchPath), null)
}

/** Runs the cases one after the other; after one that failed the bench is in no known state, so the rest is not begun. */
export async function eachOf(
  t: TestContext,
  what: string,
  boundaries: Boundary[],
  run: (boundary: Boundary) => Promise<void>,
): Promise<void> {
  for (const boundary of boundaries) {
    let whole = false
    await t.test(`${what} killed at ${boundary.number}: ${boundary.label}`, async () => {
      await run(boundary)
      whole = true
    })
    if (!whole) return
  }
}

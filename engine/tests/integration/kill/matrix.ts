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

/** What the quick tier takes of them: where something of the site's own changes, and the journal lines around it. */
export const share = (boundaries: Boundary[]): Boundary[] =>
  boundaries.filter(
    ({ label }) =>
      /sync site before$|(rename|truncate) site after$| rows |^(?!begin|pre).* child:\S+ after$/.test(label) ||
      /(move-directory|rewrite-database|edit-json|move-jobs|proxy-config) journal:(intent|done|reverted) after$/.test(
        label,
      ) ||
      /(safety-backup|capture-rows|record-digest|clear-cache) journal:intent after$/.test(label) ||
      /rewrite-database journal:progress torn$/.test(label),
  )

/** MariaDB's share is what SQLite's bench has not: the dump, Redis, nginx, and rows in a server that outlives us. */
export const mariadbShare = (boundaries: Boundary[]): Boundary[] =>
  share(boundaries).filter(({ label }) =>
    /proxy-config (rename|child:nginx)|move-jobs child|resume-workers|clear-cache|safety-backup child|rewrite-database (rows|journal:progress)/.test(
      label,
    ),
  )

/** Killed at a boundary of the rename: resumed to the undisturbed end, and from the same state taken back to the start. */
export async function killedRename(stage: KillStage, { start, end }: Ends, at: Boundary): Promise<void> {
  stage.fresh()
  const kill = async () => assert.equal(await stage.drive('rename', at), null, 'the driver was killed')
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
export async function killedRollback(stage: KillStage, { start }: Ends, at: Boundary): Promise<void> {
  stage.fresh()
  assert.equal(await stage.drive('rename'), 'done')
  assert.equal(await stage.drive('rollback', at), null, 'the driver was killed')
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
    await t.test(`${what} killed: ${boundary.label} ${boundary.number}`, async () => {
      await run(boundary)
      whole = true
    })
    if (!whole) return
  }
}

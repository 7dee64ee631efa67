import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { brokenAuditLine } from '../../../src/execution/audit.ts'
import { listRuns, type RunSummary, readRun } from '../../../src/execution/run-directory.ts'
import { benchHome } from '../../../src/execution/run-home.ts'
import type { Boundary } from './boundaries.ts'
import { type KillStage, LATER_MILLISECONDS, PROVE } from './stage.ts'

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
export async function killedRename(stage: KillStage, ends: Ends, at: Boundary): Promise<void> {
  stage.fresh()
  const kill = async () => assert.equal(await stage.drive('rename', at), null, 'the driver was killed')
  await kill()
  stage.keep()
  await goesOn(stage, ends, 'resume')
  await stage.again(kill)
  await goesOn(stage, ends, 'rollback')
}

/** Killed at a boundary of the rollback of a finished run: resume goes on taking back, and so does a second rollback. */
export async function killedRollback(stage: KillStage, ends: Ends, at: Boundary, index: number): Promise<void> {
  stage.fresh()
  const kill = async () => {
    assert.equal(await stage.drive('rename'), 'done')
    assert.equal(await stage.drive('rollback', at), null, 'the driver was killed')
  }
  await kill()
  stage.keep()
  // Killed before its first line a rollback has not begun, and resume leaves the run done: so the one that ends at the start is the last.
  const ways = ['resume', 'rollback'] as const
  for (const [turn, way] of (PROVE ? ways : [ways[index % 2] ?? 'resume']).entries()) {
    if (turn > 0) await stage.again(kill)
    await goesOn(stage, ends, way)
  }
}

const MIDDLE: Boundary = { label: 'rewrite-database rows after', number: 1 }

/** The boundaries of what goes on with a rename that was killed in its middle. */
export async function boundariesOf(stage: KillStage, action: 'resume' | 'rollback'): Promise<Boundary[]> {
  stage.fresh()
  assert.equal(await stage.drive('rename', MIDDLE), null)
  return stage.boundaries(action)
}

/** Killed in its middle, and killed again while it went on, or back. */
export async function killedTwice(
  stage: KillStage,
  ends: Ends,
  action: 'resume' | 'rollback',
  at: Boundary,
): Promise<void> {
  stage.fresh()
  const kill = async () => {
    assert.equal(await stage.drive('rename', MIDDLE), null)
    assert.equal(await stage.drive(action, at), null, 'the driver was killed')
  }
  await kill()
  stage.keep()
  await goesOn(stage, ends, 'resume')
  await stage.again(kill)
  await goesOn(stage, ends, 'rollback')
}

/** Goes on by the real command line; what the run then says of itself is the state that is there, and its report lies beside it. */
export async function goesOn(stage: KillStage, ends: Ends, action: 'resume' | 'rollback'): Promise<void> {
  const { code, stdout, stderr } = await stage.command(action, '--json', '--no-interactive').ended
  assert.equal(code, 0, stderr)
  assert.ok(JSON.parse(stdout), 'one document')
  const run = (await runsOf(stage)).findLast(({ lines }) => lines.length > 0)
  // Killed before the first line of its journal, a run has touched nothing.
  const state = run?.state ?? 'rolled-back'
  if (action === 'rollback') assert.equal(state, 'rolled-back')
  assert.ok(state === 'done' || state === 'rolled-back', state)
  if (run) {
    const report = JSON.parse(readFileSync(run.run.report, 'utf8'))
    assert.equal(report.run.state, state, 'the report is that of the end')
    assert.ok(existsSync(run.run.page))
  }
  const wanted = state === 'done' ? ends.end : ends.start
  assert.equal(await stage.state(), wanted, `after ${action}`)
  assert.equal(await brokenAuditLine(benchHome(stage.benchPath)), null)
  await stage.keepForLater(wanted)
}

export async function runsOf({ benchPath }: KillStage): Promise<RunSummary[]> {
  return Promise.all((await listRuns(benchHome(benchPath))).map((id) => readRun(benchHome(benchPath), id)))
}

/**
 * Runs the cases one after the other, and at last looks at all their ends again; after one that failed the bench is in no known
 * state, so the rest is not begun.
 */
export async function eachOf(
  t: TestContext,
  what: string,
  stage: KillStage,
  boundaries: Boundary[],
  run: (boundary: Boundary, index: number) => Promise<void>,
): Promise<void> {
  assert.ok(boundaries.length > 0, `there are boundaries of ${what}`)
  for (const [index, boundary] of boundaries.entries()) {
    let whole = false
    await t.test(`${what} killed: ${boundary.label} ${boundary.number}`, async () => {
      await run(boundary, index)
      whole = true
    })
    if (!whole) return
  }
  await t.test(`${what} killed: all looked at again, ${LATER_MILLISECONDS / 1000} s later`, () => stage.lookAgain())
}

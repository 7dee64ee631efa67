import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { type AnyChange, forgetTypes } from '../../../src/changes/change.ts'
import { hold } from '../../../src/changes/hold.ts'
import { changeKinds } from '../../../src/changes/registry.ts'
import type { Plan, PlanStep } from '../../../src/execution/plan.ts'
import { resumeRun, rollBackRun, startRun } from '../../../src/execution/start-run.ts'
import { plannedStep } from '../../../src/workflows/planned-step.ts'
import { attended, twoBenches, within } from './stage.ts'

const stage = await twoBenches({ after })
beforeEach(() => stage.reset())
const before = stage.trees()

const holding: Plan = {
  ...stage.plan,
  steps: [plannedStep('hold', 'backup_current_state', hold.kind, { question: 'Go?' }), ...stage.plan.steps],
}

test('a held run without a terminal stops with nothing done, and to resume it is to say go', async () => {
  const { outcome } = await within(holding, (environment) => startRun(environment, holding))
  assert.deepEqual(outcome, { outcome: 'held' })
  assert.deepEqual(stage.trees(), before)
  assert.equal(stage.isLocked(stage.source), false)
  const [run] = await stage.runs()
  assert.ok(run)
  const state = run.lines.at(-1)
  assert.ok(state?.type === 'state' && state.state === 'attention' && /resume goes on/.test(state.reason))
  assert.equal(stage.pointer(stage.source)?.unfinished, true)
  const resumed = await within(holding, (environment) => resumeRun(environment, run))
  assert.equal(resumed.outcome.outcome, 'done')
})

for (const { answer, ends } of [
  { answer: true, ends: 'done' },
  { answer: false, ends: 'held' },
])
  test(`a held run at a terminal asks: ${answer ? 'go' : 'not yet'} → ${ends}`, async () => {
    const asked: string[] = []
    const mayGoOn = async (question: string) => {
      asked.push(question)
      return answer
    }
    const { outcome } = await within(holding, (environment) => startRun(environment, holding), {
      ...attended,
      ...{ interactive: true, mayGoOn },
    })
    assert.equal(outcome.outcome, ends)
    assert.deepEqual(asked, ['Go?'])
  })

test('a rehearsal measures every step and leaves both benches as they were', async () => {
  const rehearsal: Plan = { ...stage.plan, rehearsal: true }
  const { outcome } = await within(rehearsal, (environment) => startRun(environment, rehearsal))
  assert.deepEqual(outcome, { outcome: 'rehearsed', kept: 0 })
  assert.deepEqual(stage.trees(), before)
  const [run] = await stage.runs()
  const measured = run?.lines.flatMap((line) => (line.type === 'done' ? [line.milliseconds] : [])) ?? []
  assert.equal(measured.length, rehearsal.steps.length)
  assert.equal(stage.pointer(stage.target), null)
})

/** A kind whose undoing would leave behind what was written since. */
const opened = (written: boolean): AnyChange => ({
  ...forgetTypes(hold),
  kind: 'open',
  describe: () => 'Open',
  apply: async () => null,
  lookBeforeRevert: async () =>
    written ? [{ what: 'tabToDo: 3 rows', remedy: 'Copy them by hand first.', yieldsTo: 'abandon-target-writes' }] : [],
})

test('a target that was written to is taken back only when that is said, and what was said outlives a kill', async () => {
  const step: PlanStep = { ...plannedStep('open', 'verify_migration', hold.kind, { question: '' }), kind: 'open' }
  const plan: Plan = { ...stage.plan, steps: [...stage.plan.steps, step] }
  const changes = new Map([...changeKinds, ['open', opened(true)]])
  await within(plan, (environment) => startRun({ ...environment, changes }, plan))
  const done = stage.trees()
  const [run] = await stage.runs()
  assert.ok(run)
  const back = (abandonTargetWrites: boolean) =>
    within(plan, (environment) => rollBackRun({ ...environment, changes }, run), { abandonTargetWrites })
  await assert.rejects(back(false), {
    code: 'target-written',
    evidence: 'tabToDo: 3 rows',
    hint: /Copy them by hand first\..*--abandon-target-writes/,
  })
  assert.deepEqual(stage.trees(), done)
  assert.equal((await back(true)).outcome.outcome, 'rolled-back')
  assert.deepEqual(stage.trees(), before)
  const [after] = await stage.runs()
  assert.ok(after?.lines.some((line) => line.type === 'state' && line.abandonTargetWrites === true))
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Plan } from '../../../src/execution/plan.ts'
import { emptyPlan } from './empty-plan.ts'

test('nothing is taken for a plan that is none', () => {
  assert.ok(Plan.safeParse(JSON.parse(JSON.stringify(emptyPlan({})))).success)
  for (const wrong of [{ format: 2 }, { command: 'drop-site' }, { steps: [{ id: 'x' }] }, { benchPath: 5 }]) {
    assert.ok(!Plan.safeParse({ ...emptyPlan({}), ...wrong }).success)
  }
})

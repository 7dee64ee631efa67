import assert from 'node:assert/strict'
import { test } from 'node:test'
import { movedFacts, Plan } from '../../../src/execution/plan.ts'
import { emptyPlan } from './empty-plan.ts'

const step = (id: string, params: Plan['steps'][number]['params']): Plan['steps'][number] => ({
  id,
  phase: 'update_configurations',
  kind: 'edit-json',
  params,
  describe: 'words',
  undo: 'exact',
})
const stored = emptyPlan({
  binding: [
    { item: 'frappe version', value: '15.55.1' },
    { item: 'switches', value: '' },
  ],
  steps: [step('site-config', { path: '/a', edits: [{ keys: ['host_name'], value: 'x' }] })],
})

test('the same plan made later has moved in nothing, whatever its estimates, words and order of keys', () => {
  const fresh = emptyPlan({
    ...stored,
    createdAt: '2027-01-01T00:00:00.000Z',
    steps: [
      { ...step('site-config', { edits: [{ value: 'x', keys: ['host_name'] }], path: '/a' }), describe: 'others' },
    ],
    preview: { ...stored.preview, diskBytesFree: 5, downtimeSeconds: 9 },
    findings: [{ id: 'f', severity: 'warning', title: '', evidence: '', remedies: [], subject: '' }],
  })
  assert.deepEqual(movedFacts(stored, fresh), [])
})

test('a fact with another value is named with both', () => {
  const fresh = emptyPlan({
    ...stored,
    binding: [
      { item: 'frappe version', value: '16.0.0' },
      { item: 'switches', value: '' },
    ],
  })
  assert.deepEqual(movedFacts(stored, fresh), [{ item: 'frappe version', stored: '15.55.1', now: '16.0.0' }])
})

test('facts that came or went are named', () => {
  const fresh = emptyPlan({
    ...stored,
    binding: [
      { item: 'switches', value: '' },
      { item: 'service: nginx', value: 'running' },
    ],
  })
  assert.deepEqual(movedFacts(stored, fresh), [
    { item: 'frappe version', stored: '15.55.1', now: '(not there)' },
    { item: 'service: nginx', stored: '(not there)', now: 'running' },
  ])
})

test('a step with other parameters, kind or phase, one more or one less, has moved', () => {
  const [own] = stored.steps
  assert.ok(own)
  for (const steps of [
    [{ ...own, params: { path: '/b' } }],
    [{ ...own, kind: 'edit-text' }],
    [{ ...own, phase: 'cleanup' as const }],
    [own, step('more', {})],
    [],
  ]) {
    const moved = movedFacts(stored, emptyPlan({ ...stored, steps }))
    assert.equal(moved.length, 1)
    assert.match(moved[0]?.item ?? '', /^step (site-config|more) \(words\)$/)
  }
})

test('nothing is taken for a plan that is none', () => {
  assert.ok(Plan.safeParse(JSON.parse(JSON.stringify(stored))).success)
  for (const wrong of [{ format: 2 }, { command: 'drop-site' }, { steps: [{ id: 'x' }] }, { benchPath: 5 }]) {
    assert.ok(!Plan.safeParse({ ...stored, ...wrong }).success)
  }
})

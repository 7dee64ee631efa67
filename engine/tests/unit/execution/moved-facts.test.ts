import assert from 'node:assert/strict'
import { test } from 'node:test'
import { movedFacts } from '../../../src/execution/moved-facts.ts'
import type { Plan } from '../../../src/execution/plan.ts'
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
  assert.deepEqual(movedFacts(stored, fresh), ['frappe version: was 15.55.1, is 16.0.0'])
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
    'frappe version: was 15.55.1, is not there',
    'service: nginx: is running, was not there',
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
    assert.match(
      moved[0] ?? '',
      /^step (site-config|more) (would do something else than planned|is new|is gone): words$/,
    )
  }
})

test('what moved in a table is told by its columns, and a table that came or went in one word', () => {
  const table = (value: Record<string, string>) => ({ item: 'table tabToDo', value })
  const before = { 'primary key': 'name', 'column name': 'varchar 140', 'column priority': 'varchar 140' }
  const withTable = (value: Record<string, string>) => emptyPlan({ ...stored, binding: [table(value)] })
  const after = { 'primary key': 'name', 'column name': 'varchar 255', 'column colour': 'text' }
  assert.deepEqual(movedFacts(withTable(before), withTable(after)), [
    'table tabToDo: column name was varchar 140, is varchar 255',
    'table tabToDo: column priority is gone',
    'table tabToDo: column colour is new (text)',
  ])
  const none = emptyPlan({ ...stored, binding: [] })
  assert.deepEqual(movedFacts(none, withTable(after)), ['table tabToDo is new'])
  assert.deepEqual(movedFacts(withTable(after), none), ['table tabToDo is gone'])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Plan } from '../../../src/execution/plan.ts'
import { renderPlan } from '../../../src/report/render-plan.ts'
import { plainStyle } from '../../../src/report/style.ts'
import { asTyped } from '../../../src/report/typed-as.ts'
import { plan } from './run-story.ts'

const withPreview = (preview: Partial<Plan['preview']>): Plan => ({ ...plan, preview: { ...plan.preview, ...preview } })
const column = (name: string, values: number, code = false): Plan['preview']['rewrite'][number] => ({
  ...{ table: 'tabX', column: name, field: null, values, places: values, code, reason: '' },
  samples: [{ row: 'r', before: `https://old.cloud/${name}`, after: `https://new.domain/${name}` }],
})
const textOf = (shown: Plan, details = false) => renderPlan(shown, plainStyle, { details })

test('what a person decides or does stands directly below the summary', () => {
  const text = textOf({
    ...plan,
    findings: [{ id: 'f', severity: 'warning', title: 'A warning.', evidence: '', remedies: [], subject: '' }],
  })
  const places = [
    'Rename old',
    'Findings',
    'By hand',
    'Offered, but off',
    'What runs',
    'Files and keys',
    'Database',
  ].map((title) => text.indexOf(title))
  assert.deepEqual(
    places,
    places.toSorted((one, other) => one - other),
  )
  assert.ok(places.every((place) => place >= 0))
})

test('a long list of columns is folded to the largest; code that runs is shown in any case, and --details shows all', () => {
  const rewrite = [
    ...Array.from({ length: 40 }, (_, index) => column(`c${index}`, 100 - index)),
    column('script', 1, true),
  ]
  const folded = textOf(withPreview({ rewrite }))
  assert.ok(folded.includes('tabX.c14: 86 values') && !folded.includes('tabX.c15:'))
  assert.match(folded, /tabX\.script: 1 value · code, look at it\n.*https:\/\/old\.cloud\/script/)
  assert.match(folded, /and 1825 values in 25 more columns \(all of them: --details or --json\)/)
  const whole = textOf(withPreview({ rewrite }), true)
  assert.ok(whole.includes('tabX.c39: 61 values') && !whole.includes('more columns'))
})

test('what is never rewritten is a line for each kind; refused values keep their counts', () => {
  const never = (kind: string, ...tables: string[]) => ({
    what: '',
    values: null,
    reason: `${kind}!`,
    never: { kind, tables },
  })
  const skipped = [
    { what: 'tabACME.url', values: 3, reason: 'not valid JSON' },
    never('history and logs', 'tabVersion', 'tabComment'),
    never('history and logs', 'tabVersion', 'tabError Log'),
    never('credentials', '__Auth'),
  ]
  const folded = textOf(withPreview({ skipped }))
  assert.match(folded, /tabACME\.url \(3 values\): not valid JSON/)
  assert.match(folded, /history and logs: 3 tables\n +credentials: 1 table\n +never rewritten on any site/)
  assert.ok(!folded.includes('tabError Log'))
  assert.match(textOf(withPreview({ skipped }), true), /history and logs!:\n +tabVersion, tabError Log/)
})

test('labels of columns are never taken for secrets, samples of them are', () => {
  const offered = [
    {
      ...{ what: 'tabEmail Account.signature: the name standing alone', values: 1 },
      ...{ switch: '--include "tabEmail Account.password:host"', samples: ['row: password: S3CRET old.cloud'] },
    },
  ]
  const text = textOf(withPreview({ offered, rewrite: [column('api_key', 2)] }))
  for (const label of [
    'tabEmail Account.signature: the name standing alone: 1 value; switch on with --include "tabEmail Account.password:host"',
    'tabX.api_key: 2 values',
  ])
    assert.ok(text.includes(label), label)
  assert.ok(!text.includes('S3CRET'))
})

test('a saved plan ends with the command that runs the file', () =>
  assert.equal(
    renderPlan(plan, plainStyle, { savedAs: '/tmp/my plan.json' }).split('\n').at(-1)?.trim(),
    "frappe-migrator rename-domain --plan-file '/tmp/my plan.json'",
  ))

test('what root does is listed, and its steps are marked', () => {
  const rights = { id: 'rights', phase: 'pre_migration_checks' as const, params: { privileged: ['write /etc/hosts'] } }
  const steps = plan.steps.map((step) => (step.id === 'nginx' ? { ...step, params: { privileged: true } } : step))
  const text = textOf({ ...plan, checks: [rights], steps })
  assert.match(text, /root +1 action, listed below/)
  assert.match(text, /As root\n {2}write \/etc\/hosts/)
  assert.match(text, /nginx in sites \(root\)/)
})

test('root is told the script, everybody else the front door they came by', () => {
  const both = 'sudo frappe-migrator rename-domain --plan or frappe-migrator rename-domain --plan'
  assert.equal(
    asTyped(both, 'bench migrator', '/b/env/bin/frappe-migrator'),
    'sudo /b/env/bin/frappe-migrator rename-domain --plan or bench migrator rename-domain --plan',
  )
  assert.equal(asTyped(both, 'frappe-migrator', 'frappe-migrator'), both)
  const path = '/b/env/bin/frappe-migrator rollback'
  assert.equal(asTyped(path, 'bench migrator', 'x'), path)
})

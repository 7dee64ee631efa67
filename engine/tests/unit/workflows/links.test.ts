import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resolveNames } from '../../../src/workflows/rename-domain/names.ts'
import { planLinks } from '../../../src/workflows/rename-domain/plan-links.ts'
import { factsOf, requestOf, siteOf } from './facts.ts'

for (const [text, inside, after] of [
  ['old.cloud', 'old.cloud', 'new.domain'],
  ['./old.cloud/', 'old.cloud', './new.domain/'],
  ['/home/frappe/frappe-bench/sites/old.cloud', 'old.cloud', '/home/frappe/frappe-bench/sites/new.domain'],
  ['old.cloud/public', 'old.cloud/public', 'new.domain/public'],
  ['x/../old.cloud', 'old.cloud', 'x/../new.domain'],
  ['old.cloud/../old.cloud/./a', 'old.cloud/a', '/home/frappe/frappe-bench/sites/new.domain/a'],
  ['old.cloud.bak', 'old.cloud.bak', null],
  ['/srv/old.cloud', null, null],
] as const) {
  test(`a link to ${text} ${after === null ? 'stays' : `becomes one to ${after}`}`, () => {
    const link = '/home/frappe/frappe-bench/sites/alias'
    const facts = factsOf([siteOf('old.cloud')], { links: [{ path: link, text, inside }] })
    const plan = (renameDirectory: 'yes' | 'no') =>
      planLinks(facts, resolveNames(facts, requestOf('old.cloud', 'new.domain', { renameDirectory })))
    assert.deepEqual(plan('yes'), after === null ? [] : [{ link, from: text, to: after }])
    assert.deepEqual(plan('no'), [])
  })
}

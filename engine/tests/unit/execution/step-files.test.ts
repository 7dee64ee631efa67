import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSharedByMachine } from '../../../src/execution/step-files.ts'

const step = (kind: string, params: object) => ({
  ...{ id: kind, phase: 'update_configurations' as const, kind, describe: '', undo: 'exact' as const },
  params: JSON.parse(JSON.stringify(params)),
})

test("files outside the bench and the owner's crontab are shared with other benches, the bench's own files are not", () => {
  const bench = '/home/frappe/one'
  assert.equal(isSharedByMachine(step('edit-text', { path: '/etc/hosts' }), bench), true)
  assert.equal(isSharedByMachine(step('user-crontab', { edits: [] }), bench), true)
  assert.equal(isSharedByMachine(step('edit-json', { path: `${bench}/sites/a/site_config.json` }), bench), false)
  assert.equal(isSharedByMachine(step('edit-json', { path: `${bench}-two/sites/a/site_config.json` }), bench), true)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { untouchedDocTypes, untouchedTables } from '../../../../src/rewrite/fields/history-tables.ts'
import { kindOfReason } from '../../../../src/rewrite/fields/kind-of-reason.ts'

test('every reason of the listed tables belongs to a kind of its own, none falls among the names', () => {
  const reasons = { ...untouchedDocTypes, ...untouchedTables }
  delete reasons['tabSingles']
  for (const [name, reason] of Object.entries(reasons))
    assert.notEqual(kindOfReason(reason), 'names, choices and numbers', name)
})

test('history, credentials, schema and other services are told apart', () => {
  assert.deepEqual(
    [
      'audit trail',
      'credential',
      'schema: comes from the app’s files',
      'address of another service',
      'the record’s name',
    ].map(kindOfReason),
    ['history and logs', 'credentials', 'schema of apps', 'addresses of other services', 'names, choices and numbers'],
  )
})

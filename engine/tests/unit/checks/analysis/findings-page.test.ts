import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { findingsPage } from '../../../../src/checks/analysis/findings-page.ts'
import { analysisChecks } from '../../../../src/checks/analysis/registry.ts'

test('docs/findings.md lists exactly what the checks can find (node scripts/findings.ts writes it)', () => {
  const page = readFileSync(new URL('../../../../../docs/findings.md', import.meta.url), 'utf8')
  assert.equal(page, findingsPage())
})

test('ids are stable words, and each belongs to one check', () => {
  const ids = analysisChecks.flatMap(({ finds }) => Object.keys(finds))
  assert.deepEqual(
    ids.filter((id) => !/^[a-z0-9]+(-[a-z0-9]+)+$/.test(id)),
    [],
  )
  assert.deepEqual(
    ids.filter((id, at) => ids.indexOf(id) !== at),
    [],
  )
})

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { publishedSchemas } from '../../../scripts/write-schemas.ts'

test('the published schemas are those of the code', () => {
  for (const [path, text] of publishedSchemas()) {
    assert.equal(readFileSync(path, 'utf8'), text, 'run: node engine/scripts/write-schemas.ts')
  }
})

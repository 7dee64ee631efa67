import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { mendJson, mendNames } from '../../../src/changes/json-mends.ts'

describe('mending a configuration file', () => {
  it('takes a byte order mark, comments and trailing commas away and leaves every other byte', () => {
    const text = '\uFEFF{\n // office\n "a": "x, }", /* two */\n "b": [1, 2,],\n}\n'
    assert.equal(mendJson(text, ['byte-order-mark', 'comments-and-commas']), '{\n \n "a": "x, }", \n "b": [1, 2]\n}\n')
  })

  it('keeps the last of two equal keys, which is the one that counts', () => {
    assert.equal(mendJson('{"a": 1, "b": 2, "a": 3}', ['duplicate-keys']), '{"b": 2, "a": 3}')
  })

  for (const [what, text] of [
    ['a missing comma', '{"a": 1 "b": 2}'],
    ['a file that was cut off', '{"a": 1, "b": "passw'],
    ['single quotes', "{'a': 1}"],
    ['two commas', '{"a": 1,, "b": 2}'],
    ['nothing', ''],
    ['a list', '[1, 2,]'],
  ] as const) {
    it(`guesses nothing about ${what}`, () => assert.equal(mendJson(text, mendNames), null))
  }

  it('never changes a value, whatever is in it', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const plain = JSON.stringify(value)
        const spoilt = `\uFEFF${plain.slice(0, -1)}${plain === '{}' ? '' : ','} // ", }\n}`
        assert.deepEqual(JSON.parse(mendJson(spoilt, mendNames) ?? 'null'), JSON.parse(plain))
      }),
    )
  })
})

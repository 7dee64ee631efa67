import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseJsonObject } from '../../../src/host/parse-json.ts'

const broken: [string, number, number, RegExp][] = [
  ['{\n "a": 1\n "b": 2\n}', 3, 2, /comma/],
  ['{\n "a": 1,\n}', 3, 1, /property name/],
  ['{\n "a": "open\n}', 2, 7, /string/],
  ['{a: 1}', 1, 2, /symbol/],
  ['// note\n{}', 1, 1, /comment/],
  ['', 1, 1, /value expected/],
  ['\uFEFF{}', 1, 1, /byte order mark/],
  ['{"a": 1} tail', 1, 10, /symbol/],
  ['[1]', 1, 1, /no object/],
  ['"text"', 1, 1, /no object/],
]

test('a broken file is reported with line and column', () => {
  for (const [text, line, column, what] of broken) {
    const { value, problem } = parseJsonObject(text)
    assert.equal(value, null, text)
    assert.deepEqual([problem?.line, problem?.column], [line, column], text)
    assert.match(problem?.what ?? '', what, text)
  }
})

test('what is said about a broken file never quotes it', () => {
  const { problem } = parseJsonObject('{"db_password": hunter2}')
  assert.doesNotMatch(JSON.stringify(problem), /hunter2/)
})

test('a key that stands twice is named with its second place, the last value counts', () => {
  const parsed = parseJsonObject('{\n "a": {"b": 1},\n "c": [{"b": 2, "b": 3}],\n "a": 4\n}')
  assert.deepEqual(parsed.duplicates, [
    { key: 'b', line: 3, column: 17 },
    { key: 'a', line: 4, column: 2 },
  ])
  assert.equal(parsed.value?.['a'], 4)
})

test('valid JSON objects are read as JSON.parse reads them', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const text = JSON.stringify(value, null, 1)
      const parsed = parseJsonObject(text)
      assert.deepEqual(parsed.value, JSON.parse(text))
      assert.equal(parsed.problem, null)
    }),
  )
})

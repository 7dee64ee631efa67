import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { applyKeyEdits, type KeyEdit, setKey, stateAt, stateWanted, valueAt } from '../../../src/changes/json-keys.ts'

const config = {
  db_name: '_5e1f',
  host_name: 'https://old.cloud',
  'schlüssel "α"': 'ü\u2028"\\',
  limits: { users: 5, 'tief/er': { emoji: '🦆', list: [1, 2.5, null] } },
  domains: ['www.old.cloud', { domain: 'erp.old.cloud', ssl_certificate: '/x' }],
  maintenance_mode: 0,
}
const styles: Record<string, string> = {
  'Frappe (one blank)': JSON.stringify(config, null, 1),
  'two blanks': JSON.stringify(config, null, 2),
  tabs: JSON.stringify(config, null, '\t'),
  'one line': JSON.stringify(config),
  'CRLF, newline at the end': `${JSON.stringify(config, null, 2).replaceAll('\n', '\r\n')}\r\n`,
  'odd blanks, \\/ and big numbers': JSON.stringify(config, null, 4)
    .replace('"db_name": ', '"db_name"   :\t')
    .replace('https://', 'https:\\/\\/')
    .replace('"users": 5', '"users": 5, "id": 12345678901234567890, "rate": 1.0'),
}

for (const [style, text] of Object.entries(styles)) {
  test(`${style}: a value is replaced and every other byte stays`, () => {
    const at = text.search(/"https:[^"]*"/)
    const end = text.indexOf('"', at + 1) + 1
    assert.equal(
      setKey(text, ['host_name'], 'http://new.domain:8000'),
      `${text.slice(0, at)}"http://new.domain:8000"${text.slice(end)}`,
    )
  })

  test(`${style}: a nested value is replaced and every other byte stays`, () => {
    assert.equal(setKey(text, ['limits', 'tief/er', 'emoji'], 'x'), text.replace('"🦆"', '"x"'))
  })

  test(`${style}: a key is added, and removing it again leaves the same bytes`, () => {
    for (const keys of [['pause_scheduler'], ['limits', 'neu']]) {
      const added = setKey(text, keys, 1)
      assert.equal(valueAt(added, keys), 1)
      assert.equal(setKey(added, keys, undefined), text)
    }
  })

  test(`${style}: the result is JSON of the same keys in the same order`, () => {
    const edits: KeyEdit[] = [
      { keys: ['host_name'], value: 'https://new.domain' },
      { keys: ['maintenance_mode'], value: 1 },
      { keys: ['schlüssel "α"'], value: ['é'] },
    ]
    const now: unknown = JSON.parse(applyKeyEdits(text, edits))
    assert.ok(now !== null && typeof now === 'object')
    assert.deepEqual(Object.keys(now), Object.keys(config))
  })
}

const byHand = '{\n\n "a": {"x":1,  "y": [1,2]}, "b" : 3,\n    "c":4 }\n'

test('a layout made by hand stays, whatever is added, replaced or removed', () => {
  assert.equal(setKey(byHand, ['d'], 1), byHand.replace('"c":4', '"c":4,\n    "d":1'))
  assert.equal(setKey(byHand, ['a', 'z'], 1), byHand.replace('[1,2]', '[1,2],  "z": 1'))
  assert.equal(setKey(byHand, ['a', 'x'], 'new'), byHand.replace(':1', ':"new"'))
  assert.equal(setKey(byHand, ['b'], undefined), byHand.replace(', "b" : 3', ''))
  assert.equal(setKey(byHand, ['a'], undefined), '{\n\n "b" : 3,\n    "c":4 }\n')
  assert.equal(setKey(byHand, ['none'], undefined), byHand)
})

test('of a key that stands twice the last counts, as for Python and JavaScript', () => {
  const text = '{"host_name": "a", "host_name": "b", "x": 1}'
  assert.equal(valueAt(text, ['host_name']), 'b')
  assert.equal(
    applyKeyEdits(text, [{ keys: ['host_name'], value: 'c' }]),
    '{"host_name": "a", "host_name": "c", "x": 1}',
  )
})

test('an empty file of keys takes the first', () => {
  for (const text of ['{}', '{\n}', '{ }']) assert.deepEqual(JSON.parse(setKey(text, ['a'], [1])), { a: [1] })
})

test('a list is laid out as Frappe does', () => {
  const text = JSON.stringify({ domains: ['a'], x: 1 }, null, 1)
  const wanted = ['a', { domain: 'b', ssl_certificate: '/c' }]
  assert.equal(setKey(text, ['domains'], wanted), JSON.stringify({ domains: wanted, x: 1 }, null, 1))
  assert.equal(setKey('{\n "x": 1\n}', ['domains'], wanted), JSON.stringify({ x: 1, domains: wanted }, null, 1))
})

test('a key inside something that is no object is absent', () => {
  for (const keys of [['domains', '0'], ['db_name', 'length'], ['no', 'thing'], ['toString'], ['__proto__', 'x']]) {
    assert.equal(stateAt(JSON.stringify(config), keys), 'absent', keys.join('.'))
  }
})

test('a state is a digest: no value can be read from it', () => {
  const text = JSON.stringify({ db_password: 'S3CRET' })
  assert.ok(!stateAt(text, ['db_password']).includes('S3CRET'))
  assert.equal(stateAt(text, ['db_password']), stateWanted({ keys: ['db_password'], value: 'S3CRET' }))
  assert.notEqual(stateAt(text, ['db_password']), stateWanted({ keys: ['db_password'], value: 's3cret' }))
})

test('null is a value, absent is none', () => {
  assert.notEqual(stateAt('{"a": null}', ['a']), stateAt('{}', ['a']))
  assert.equal(stateAt('{"a": null}', ['a']), stateWanted({ keys: ['a'], value: null }))
})

const key = fc.oneof(
  fc.constantFrom('host_name', 'maintenance_mode', 'schlüssel "α"', 'a/b', 'a.b'),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).filter((name) => name !== '__proto__'),
)
const value = fc.jsonValue({ maxDepth: 2 })
const file = fc.tuple(fc.dictionary(key, value), fc.constantFrom(0, 1, 2, 4, '\t'), fc.constantFrom('\n', '\r\n'))

test('a value replaced and replaced back gives the same bytes', () => {
  fc.assert(
    fc.property(file, fc.nat(), fc.jsonValue({ maxDepth: 1 }), ([object, indent, end], which, wanted) => {
      const keys = Object.keys(object)
      fc.pre(keys.length > 0)
      const name = keys[which % keys.length] ?? ''
      const text = JSON.stringify(object, null, indent).replaceAll('\n', end)
      const before = valueAt(text, [name])
      // What an object or list looked like inside is not kept by a value; those go back as whole files.
      fc.pre(before === null || typeof before !== 'object')
      const edit: KeyEdit = { keys: [name], value: JSON.parse(JSON.stringify(wanted)) }
      const once = applyKeyEdits(text, [edit])
      assert.equal(stateAt(once, [name]), stateWanted(edit))
      assert.equal(applyKeyEdits(once, [edit]), once)
      assert.equal(setKey(once, [name], before), text)
    }),
  )
})

test('no other key changes its value', () => {
  fc.assert(
    fc.property(file, key, fc.option(value, { nil: undefined }), ([object, indent, end], name, wanted) => {
      const text = JSON.stringify(object, null, indent).replaceAll('\n', end)
      const now = setKey(text, [name], wanted === undefined ? undefined : JSON.parse(JSON.stringify(wanted)))
      const parsed: Record<string, unknown> = JSON.parse(now)
      for (const other of Object.keys(object)) {
        if (other !== name) assert.deepEqual(parsed[other], JSON.parse(text)[other])
      }
    }),
  )
})

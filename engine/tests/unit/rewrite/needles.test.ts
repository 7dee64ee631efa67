import assert from 'node:assert/strict'
import { test } from 'node:test'
import { needlesFor } from '../../../src/rewrite/needles.ts'

test('a plain name is looked for as it is and with its dots escaped', () => {
  assert.deepEqual(needlesFor('old.cloud'), ['old.cloud', 'old\\.cloud', 'old\\\\.cloud', 'old%2ecloud'])
  assert.deepEqual(needlesFor('site1'), ['site1'])
})

test('an internationalised name has needles for its written, escaped and encoded forms', () => {
  const needles = needlesFor('xn--bcher-kva.example')
  for (const expected of [
    'xn--bcher-kva.example',
    'bücher.example',
    'bÜcher.example',
    'bu\u0308cher.example',
    'b\\u00fccher.example',
    'b\\\\u00fccher.example',
    'b\\u00dccher.example',
    'b\\xfccher.example',
    'b%c3%bccher.example',
    'b%25c3%25bccher.example',
    'b&uuml;cher.example',
    'b&#252;cher.example',
    'b&amp;#xfc;cher.example',
  ]) {
    assert.ok(needles.includes(expected), expected)
  }
  assert.equal(new Set(needles).size, needles.length)
})

test('a label that begins with a capital has its needle', () => {
  assert.ok(needlesFor('xn--nl-wkac.example').includes('Ünlü.example'))
})

test('no needle contains another', () => {
  const needles = needlesFor('xn--ber-goa.example')
  assert.ok(needles.includes('\\u00fcber.example'))
  for (const needle of needles) {
    assert.deepEqual(
      needles.filter((other) => other !== needle && other.includes(needle)),
      [],
    )
  }
})

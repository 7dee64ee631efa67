import assert from 'node:assert/strict'
import { test } from 'node:test'
import { caseVariants, needlesFor } from '../../../src/rewrite/needles.ts'

test('a plain name is its only needle', () => {
  assert.deepEqual(needlesFor({ from: 'old.cloud', to: 'new.domain' }), ['old.cloud'])
  assert.deepEqual(needlesFor({ from: '10.0.0.5', fromPort: 8000, to: 'new.domain' }), ['10.0.0.5'])
})

test('an internationalised name has needles for its written, escaped and encoded forms', () => {
  const needles = needlesFor({ from: 'xn--bcher-kva.example', to: 'new.domain' })
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
  assert.ok(needlesFor({ from: 'xn--nl-wkac.example', to: 'new.domain' }).includes('Ünlü.example'))
})

test('no needle contains another', () => {
  const needles = needlesFor({ from: 'xn--ber-goa.example', to: 'new.domain' })
  assert.ok(needles.includes('\\u00fcber.example'))
  for (const needle of needles) {
    assert.deepEqual(
      needles.filter((other) => other !== needle && other.includes(needle)),
      [],
    )
  }
})

test('the usual cases of a needle leave its escapes valid', () => {
  assert.deepEqual(caseVariants('old.cloud'), ['old.cloud', 'OLD.CLOUD', 'Old.cloud', 'Old.Cloud'])
  assert.deepEqual(caseVariants('10.0.0.5'), ['10.0.0.5'])
  assert.ok(caseVariants('b\\u00fccher.example').includes('B\\u00fcCHER.EXAMPLE'))
  assert.ok(caseVariants('b\\u00fccher.example').includes('b\\u00FCcher.example'))
  assert.ok(caseVariants('b%c3%bccher.example').includes('b%C3%BCcher.example'))
})

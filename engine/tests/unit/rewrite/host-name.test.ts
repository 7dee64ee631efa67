import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isAmbiguousHost, parseHostName } from '../../../src/rewrite/host-name.ts'

for (const [text, host] of [
  ['old.cloud', 'old.cloud'],
  ['OLD.Cloud', 'old.cloud'],
  ['x.y-z.old.cloud', 'x.y-z.old.cloud'],
  ['Bücher.example', 'xn--bcher-kva.example'],
  ['XN--Bcher-KVA.example', 'xn--bcher-kva.example'],
  ['10.0.0.5', '10.0.0.5'],
  [`${'a'.repeat(63)}.example`, `${'a'.repeat(63)}.example`],
] as const) {
  test(`a host name is read: ${text}`, () => {
    assert.deepEqual(parseHostName(text), { ok: true, host, port: null, warnings: [] })
  })
}

for (const [text, problem] of [
  ['', 'empty'],
  ['  ', 'empty'],
  ['old cloud', 'white-space'],
  ['old.cloud\n', 'white-space'],
  ['https://old.cloud', 'scheme'],
  ['//old.cloud', 'scheme'],
  ['me@old.cloud', 'userinfo'],
  ['old.cloud/app', 'path'],
  ['old.cloud?x', 'path'],
  ['old.cloud#x', 'path'],
  ['old.cloud\\x', 'path'],
  ['../old.cloud', 'path'],
  ['*.old.cloud', 'wildcard'],
  ['old.cloud:8000', 'port'],
  ['old.cloud:', 'port'],
  [':8000', 'port'],
  ['[::1]', 'bad-character'],
  ['.old.cloud', 'dot-at-edge'],
  ['old.cloud.', 'dot-at-edge'],
  ['..', 'dot-at-edge'],
  ['old..cloud', 'empty-label'],
  ['-old.cloud', 'dash-at-edge'],
  ['old-.cloud', 'dash-at-edge'],
  ['old.cloud-', 'dash-at-edge'],
  [`${'a'.repeat(64)}.example`, 'label-too-long'],
  [`${'abcdefg.'.repeat(31)}abcdef`, 'name-too-long'],
  ['old!.cloud', 'bad-character'],
  ['xn--\u00fc.example', 'bad-character'],
  ['256.0.0.1', 'bad-address'],
  ['10.0.0', 'bad-address'],
  ['010.0.0.1', 'bad-address'],
] as const) {
  test(`a malformed name is refused as ${problem}: ${JSON.stringify(text.slice(0, 30))}`, () => {
    const parsed = parseHostName(text)
    assert.equal(parsed.ok, false)
    assert.equal(parsed.ok || parsed.problem, problem)
    assert.ok(!parsed.ok && parsed.sentence.length > 10)
  })
}

test('the longest name DNS knows is read', () => {
  const name = `${'abcdefg.'.repeat(31)}abcde`
  assert.equal(name.length, 253)
  assert.equal(parseHostName(name).ok, true)
})

test('a port is read where the name may have one', () => {
  assert.deepEqual(parseHostName('10.0.0.5:8000', { allowPort: true }), {
    ok: true,
    host: '10.0.0.5',
    port: 8000,
    warnings: [],
  })
  assert.equal(parseHostName('10.0.0.5:80000', { allowPort: true }).ok, false)
  assert.equal(parseHostName('a:1:2', { allowPort: true }).ok, false)
})

test('underscores and ambiguous names are read with a warning', () => {
  assert.deepEqual(parseHostName('my_site.local'), {
    ok: true,
    host: 'my_site.local',
    port: null,
    warnings: ['underscore'],
  })
  assert.deepEqual(parseHostName('site1'), { ok: true, host: 'site1', port: null, warnings: ['ambiguous'] })
})

test('names too common to be replaced everywhere are known', () => {
  for (const host of ['site1', 'frontend', 'localhost', '127.0.0.1', '0.0.0.0', 'a.b'])
    assert.equal(isAmbiguousHost(host), true, host)
  for (const host of ['site1.local', 'old.cloud', '10.0.0.5', 'a.io']) assert.equal(isAmbiguousHost(host), false, host)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonicalHost, parseWrittenHost } from '../../../src/bench/host-name.ts'

test('host names are read as people write them', () => {
  const cases: [string, ReturnType<typeof parseWrittenHost>][] = [
    ['old.cloud', { host: 'old.cloud', port: null, scheme: null }],
    ['https://Old.Cloud/', { host: 'old.cloud', port: null, scheme: 'https' }],
    ['https://old.cloud:443', { host: 'old.cloud', port: null, scheme: 'https' }],
    ['https://old.cloud:8443/desk', { host: 'old.cloud', port: 8443, scheme: 'https' }],
    ['http://10.0.0.5:8000', { host: '10.0.0.5', port: 8000, scheme: 'http' }],
    ['old.cloud:80', { host: 'old.cloud', port: null, scheme: null }],
    ['http://münchen.example', { host: 'xn--mnchen-3ya.example', port: null, scheme: 'http' }],
    ['[::1]:8000', { host: '[::1]', port: 8000, scheme: null }],
    ['', null],
    ['https://', null],
    ['two words', null],
    ['ftp://old.cloud', null],
  ]
  for (const [text, expected] of cases) assert.deepEqual(parseWrittenHost(text), expected, text)
})

test('a name that is no host keeps its meaning', () => {
  assert.equal(canonicalHost('1'), '1')
  assert.equal(canonicalHost('Site_1.local.'), 'site_1.local')
})

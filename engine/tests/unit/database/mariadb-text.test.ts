import assert from 'node:assert/strict'
import { test } from 'node:test'
import { optionFile } from '../../../src/database/mariadb/dump-command.ts'
import { needlePattern } from '../../../src/database/mariadb/needle-pattern.ts'
import { needleTest } from '../../../src/database/needle.ts'

test('a needle becomes a pattern that matches itself only', () => {
  assert.equal(needlePattern(['old.cloud', 'a|b']), '(?i)old\\x2ecloud|a\\x7cb')
  assert.equal(needlePattern(['ü.de']), '(?i)(?:ü|Ü)\\x2ede')
  assert.equal(needlePattern(['a.b', 'a\\.b', 'a%2eb', 'c']), '(?i)a(?:\\x2eb|\\x5c\\x2eb|\\x252eb)|c')
  assert.equal(needlePattern(['ab', 'abc', 'ad']), '(?i)a(?:b|d)')
})

test('the row test agrees with the pattern on case, dots and binary values', () => {
  const holds = needleTest(['other.name', 'old.cloud'])
  assert.ok(holds({ a: null, b: 'x old.cloud' }, ['a', 'b']))
  assert.ok(holds({ a: 'OLD.CLOUD' }, ['a']))
  assert.ok(!holds({ a: 'oldxcloud' }, ['a']))
  assert.ok(holds({ a: Buffer.from('\xff old.cloud', 'latin1') }, ['a']))
  assert.ok(!holds({ a: 'x', b: 'old.cloud' }, ['a']), 'only searched columns count')
})

test('an option file keeps passwords with quotes and backslashes', () => {
  const file = optionFile({
    kind: 'mariadb',
    host: null,
    port: null,
    socket: '/run/s',
    user: 'u',
    password: 'a"b\\c#d',
    database: 'x',
  })
  assert.ok(file.includes('password="a\\"b\\\\c#d"'))
  assert.ok(file.includes('socket="/run/s"'))
})

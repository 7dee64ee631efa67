import assert from 'node:assert/strict'
import { test } from 'node:test'
import { classifyFailure, decideRecovery, retryDelay } from '../../../src/execution/recovery.ts'
import { MigratorError } from '../../../src/host/errors.ts'

const system = (code: string, cause?: unknown) => Object.assign(new Error(code, { cause }), { code })
const ours = (failureClass?: MigratorError['failureClass'], cause?: unknown) =>
  new MigratorError({ code: 'x', kind: 'failed', message: 'x', cause, ...(failureClass ? { failureClass } : {}) })

for (const [what, error, expected] of [
  ['what an error of ours says of itself', ours('dependency', system('EACCES')), 'dependency'],
  ['its cause, where it says nothing', ours(undefined, system('EACCES')), 'permission'],
  ['a cause deep down', new Error('a', { cause: new Error('b', { cause: system('ENOSPC') }) }), 'dependency'],
  ['a read-only file system', system('EROFS'), 'permission'],
  ['a refused connection', system('ECONNREFUSED'), 'service'],
  ['a missing file', system('ENOENT'), 'configuration'],
  ['a code nobody knows', system('EWHATEVER'), 'unknown'],
  ['an error without code', new Error('x'), 'unknown'],
  ['what is no error', 'x', 'unknown'],
  ['undefined', undefined, 'unknown'],
] as const) {
  test(`a failure is classified by ${what}: ${expected}`, () => {
    assert.equal(classifyFailure(error), expected)
  })
}

test('only a service is tried again by itself, and not for ever', () => {
  const choices = Array.from({ length: 20 }, (_, index) => decideRecovery(system('ECONNREFUSED'), index + 1, false))
  const last = choices.findIndex(({ choice }) => choice !== 'retry')
  assert.ok(last >= 2)
  assert.ok(choices.slice(last).every(({ choice, strategy }) => choice === 'rollback' && strategy === 'rollback'))
  for (const code of ['EACCES', 'ENOSPC', 'ENOENT', 'EWHATEVER']) {
    assert.equal(decideRecovery(system(code), 1, false).choice, 'rollback')
  }
})

test('somebody at the terminal is asked, once trying again has not helped', () => {
  assert.equal(decideRecovery(system('ECONNREFUSED'), 1, true).choice, 'retry')
  assert.equal(decideRecovery(system('ECONNREFUSED'), 100, true).choice, 'ask')
  assert.deepEqual(decideRecovery(system('EACCES'), 1, true).strategy, 'guided')
})

test('every decision says why', () => {
  for (const code of ['ECONNREFUSED', 'EACCES', 'EWHATEVER'])
    for (const interactive of [true, false]) {
      const { reason, failureClass, choice } = decideRecovery(system(code), 1, interactive)
      assert.ok(choice === 'retry' ? /try 2 of/.test(reason) : reason.includes(failureClass))
    }
})

test('pauses grow', () => {
  const pauses = [1, 2, 3, 4].map(retryDelay)
  assert.deepEqual(
    pauses,
    [...pauses].sort((one, other) => one - other),
  )
  assert.ok((pauses[0] ?? 0) >= 500)
})

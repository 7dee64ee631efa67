import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { MigratorError } from '../../../src/host/errors.ts'
import { errorJson, exitCodeOf, renderError } from '../../../src/report/error.ts'
import { plainStyle } from '../../../src/report/style.ts'

const debug = process.env['MIGRATOR_DEBUG']
afterEach(() => {
  if (debug === undefined) delete process.env['MIGRATOR_DEBUG']
  else process.env['MIGRATOR_DEBUG'] = debug
})

test('an error says what, evidence, what is untouched, what next: four lines; an unexpected one shows no stack unasked', () => {
  const error = new MigratorError({
    ...{ code: 'x', kind: 'refused', message: 'It cannot be.', evidence: 'seen', untouched: 'All.', hint: 'Do.' },
  })
  assert.equal(
    renderError(error, plainStyle),
    'Error: It cannot be.\n  Seen:      seen\n  Untouched: All.\n  Next:      Do.',
  )
  delete process.env['MIGRATOR_DEBUG']
  assert.doesNotMatch(renderError(new Error('boom'), plainStyle), /error\.test/)
  assert.match(renderError(new Error('boom'), plainStyle), /boom\n +Next: .*run\.log/)
  process.env['MIGRATOR_DEBUG'] = '1'
  assert.match(renderError(new Error('boom'), plainStyle), /error\.test/)
  assert.match(renderError(new AggregateError([error, new Error('second')]), plainStyle), /cannot be[\s\S]*second/)
})

test('errors as data carry the same, and exit codes follow the kind', () => {
  const kinds = ['usage', 'refused', 'failed', 'attention'] as const
  const codes = kinds.map((kind) => exitCodeOf(new MigratorError({ code: 'x', kind, message: 'm' })))
  assert.deepEqual(codes, [3, 4, 1, 5])
  assert.equal(exitCodeOf(new Error('x')), 1)
  const error = new MigratorError({ code: 'c', kind: 'usage', message: 'm', evidence: 'redis://:hunter2@h' })
  assert.deepEqual(errorJson(error), {
    ...{ code: 'c', message: 'm', evidence: 'redis://***@h', untouched: null, next: null, exit_code: 3 },
  })
  assert.equal(errorJson('thrown text')['code'], 'unexpected')
})

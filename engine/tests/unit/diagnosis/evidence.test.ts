import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tellingLines } from '../../../src/diagnosis/match/evidence.ts'
import { prepareReport } from '../../../src/diagnosis/text/prepare-report.ts'

const numbers = (...lines: string[]): number[] => tellingLines(prepareReport(lines.join('\n'))).map(({ line }) => line)

test("the exception that ended it all comes first, then the app's frame before it", () => {
  const told = [
    'Traceback (most recent call last):',
    '  File "apps/erpnext/erpnext/x.py", line 1, in x',
    '    go()',
    '  File "env/lib/python3.11/site-packages/y.py", line 2, in y',
    '    stop()',
    'odd.Trouble: over',
    'more of it',
  ]
  assert.deepEqual(numbers(...told), [6, 2])
})

test('without an exception the last lines of trouble tell, without any the first that was written', () => {
  assert.deepEqual(numbers('start', 'it failed', 'fine', 'permission denied', 'and an error'), [4, 5])
  assert.deepEqual(numbers('', 'the desk is empty after login', 'why'), [2])
})

test('secrets of a line are masked, and long lines are cut', () => {
  const [one] = tellingLines(prepareReport(`error: password = topsecret9 ${'x'.repeat(900)}`))
  assert.ok(one && !one.text.includes('topsecret9') && one.text.length <= 400)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RunEvent } from '../../../src/execution/environment.ts'
import { bytesText, clockText, durationText } from '../../../src/report/amounts.ts'
import { progressReporter } from '../../../src/report/progress.ts'
import { plainStyle } from '../../../src/report/style.ts'

function play(terminal: boolean, events: [seconds: number, event: RunEvent][]): string {
  let text = ''
  let seconds = 0
  const sink = { columns: 60, write: (piece: string) => (text += piece) }
  const report = progressReporter(sink, { terminal, style: plainStyle, now: () => seconds * 1000 })
  for (const [at, event] of events) {
    seconds = at
    report(event)
  }
  return text
}

const begin: RunEvent = { event: 'step', step: 's', describe: 'Back up', direction: 'apply' }
const end: RunEvent = { event: 'step-done', step: 's', milliseconds: 30_000, direction: 'apply' }
const moved = (done: number): RunEvent => ({
  ...{ event: 'progress', step: 's', done, total: 3_000_000, unit: 'bytes', what: 'backing up' },
})

test('into a file: one line a step, and a line with rate and time left at most every ten seconds', () => {
  const seconds = Array.from({ length: 29 }, (_, index) => index + 1)
  const text = play(false, [
    [0, begin],
    ...seconds.map((at): [number, RunEvent] => [at, moved(at * 100_000)]),
    [30, end],
  ])
  assert.deepEqual(text.split('\n'), [
    '    backing up: 1.0 MB of 3.0 MB, 100 KB/s, 20.0 s left',
    '    backing up: 2.0 MB of 3.0 MB, 100 KB/s, 10.0 s left',
    '  done Back up 30.0 s',
    '',
  ])
})

test('on a terminal the line is redrawn in place and never longer than the terminal is wide', () => {
  const text = play(true, [
    [0, begin],
    [1, moved(1)],
    [3, moved(300_000)],
    [3.1, moved(310_000)],
    [4, moved(400_000)],
    [5, end],
  ])
  const drawn = text.split('\r\u001b[2K').filter((piece) => piece.startsWith('    backing up'))
  assert.equal(drawn.length, 2, 'quiet for two seconds, then at most five times a second')
  assert.ok(text.endsWith('\r\u001b[2K  done Back up 30.0 s\n'))
  for (const piece of text.split('\r\u001b[2K')) assert.ok(piece.length <= 60)
})

test('a step with a long name is cut to the width while it goes on, and told whole when it is done', () => {
  const describe = 'Rename the directory '.repeat(9)
  const text = play(true, [
    [0, { event: 'step', step: 's', describe, direction: 'apply' }],
    [1, end],
  ])
  const [, drawn = '', done = ''] = text.split('\r\u001b[2K')
  assert.equal(drawn.length, 59)
  assert.ok(done.includes(describe))
})

test('a failure says which step, why, and what was decided', () => {
  const decision = { failureClass: 'service', strategy: 'automatic', choice: 'retry', reason: 'may come back' } as const
  assert.equal(
    play(false, [
      [0, begin],
      [1, { event: 'failure', message: 'gone', decision }],
    ]),
    '  FAIL Back up: gone\n       → retry: may come back\n',
  )
})

test('amounts and times read naturally at their edges', () => {
  assert.deepEqual([0, 999, 999_600, 1_500_000].map(bytesText), ['0 B', '999 B', '1.0 MB', '1.5 MB'])
  assert.deepEqual([12, 300, 59_960, 125_000, 3_840_000].map(durationText), [
    ...['12 ms', '0.3 s', '1 min 0 s', '2 min 5 s', '1 h 4 min'],
  ])
  assert.deepEqual([400, 59_600, 360_000_000].map(clockText), ['00:00:00', '00:01:00', '100:00:00'])
})

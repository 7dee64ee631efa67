import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Cause } from '../../../src/diagnosis/knowledge/cause.ts'
import { matchCause, matchCauses, matcherOf } from '../../../src/diagnosis/match/match-causes.ts'
import { prepareReport } from '../../../src/diagnosis/text/prepare-report.ts'

const causeWith = (id: string, detection: unknown): Cause =>
  Cause.parse({
    id,
    label: 'port_conflict',
    title: 'A port is taken',
    explanation: 'Two programs want the same port.',
    detection,
    solution_steps: [{ say: 'Look who listens on port {port}' }],
    validation: [{ say: 'Start again' }],
    risk_level: 'low',
    sources: ['invented'],
  })

test('literals are found regardless of letter case, and the line that decides is the evidence', () => {
  const cause = causeWith('taken', { patterns: [{ text: 'address already in use', weight: 10 }] })
  const match = matchCause(cause, prepareReport('starting\nOSError: [Errno 98] Address already in use\n'))
  assert.equal(match.score, 10)
  assert.deepEqual(match.evidence, [{ line: 2, text: 'OSError: [Errno 98] Address already in use' }])
})

test('an expression is tried around its anchor only, and its named groups are captured', () => {
  const cause = causeWith('taken', {
    patterns: [{ text: 'could not create server tcp', matching: String.raw`socket [\d.*]+:(?<port>\d+)`, weight: 10 }],
  })
  const line = '# Could not create server TCP listening socket 127.0.0.1:13000: bind: Address already in use'
  assert.deepEqual(matchCause(cause, prepareReport(line)).captures, { port: '13000' })
  const far = `could not create server TCP\n${'x'.repeat(3000)}\nsocket 127.0.0.1:13000`
  assert.equal(matchCause(cause, prepareReport(far)).score, 0)
})

test('near and unless look as far as within says', () => {
  const near = causeWith('near', { patterns: [{ text: 'errno 111', near: ['redis'], within: 1, weight: 5 }] })
  assert.equal(matchCause(near, prepareReport('redis\nerrno 111')).score, 5)
  assert.equal(matchCause(near, prepareReport('redis\n\nerrno 111')).score, 0)
  const unless = causeWith('unless', { patterns: [{ text: 'errno 111', unless: ['redis'], weight: 5 }] })
  assert.equal(matchCause(unless, prepareReport('errno 111')).score, 5)
  assert.equal(matchCause(unless, prepareReport(`redis${'\n'.repeat(300)}errno 111`)).score, 0)
})

test('counter patterns take their weight away', () => {
  const cause = causeWith('taken', {
    patterns: [{ text: 'permissionerror', weight: 5 }],
    counter_patterns: [{ text: 'frappe.exceptions.permissionerror', weight: 4 }],
  })
  assert.equal(matchCause(cause, prepareReport('frappe.exceptions.PermissionError')).score, 1)
})

test('only the exception that ends a chain is the last one', () => {
  const chained = [
    'Traceback (most recent call last):',
    '  File "a.py", line 3, in connect',
    '    open(path)',
    'ConnectionRefusedError: [Errno 111] Connection refused',
    '',
    'During handling of the above exception, another exception occurred:',
    '',
    'Traceback (most recent call last):',
    '  File "b.py", line 5, in send',
    '    raise Gone',
    'some.Gone: the other end is gone',
  ].join('\n')
  const patterns = (kind: string) => ({ patterns: [{ text: 'connection refused', in: kind, weight: 5 }] })
  assert.equal(matchCause(causeWith('any', patterns('exception')), prepareReport(chained)).score, 5)
  assert.equal(matchCause(causeWith('last', patterns('last_exception')), prepareReport(chained)).score, 0)
})

test('the cause with more weight comes first', () => {
  const weak = causeWith('weak', { patterns: [{ text: 'in use', weight: 2 }] })
  const strong = causeWith('strong', { patterns: [{ text: 'already in use', weight: 8 }] })
  const ranked = matchCauses(matcherOf([weak, strong]), prepareReport('Address already in use'))
  assert.deepEqual(
    ranked.map((match) => match.cause.id),
    ['strong', 'weak'],
  )
})

test('letter case is ignored and kept: in expressions, in what they capture, and around escapes', () => {
  const matching = [
    String.raw`Server (?P<what>\S+) IS \p{Lu}?\x{41}?(?i:DOWN)`,
    'SERVER (?<what>[A-Z]+) is [^X]*DOWN$',
    String.raw`(?s)server (?<what>\w+).{0,20}DOWN\.?`,
  ]
  for (const one of matching) {
    const cause = causeWith('down', { patterns: [{ text: 'server', matching: one, weight: 5 }] })
    assert.deepEqual(matchCause(cause, prepareReport('The Server MariaDB is Down')).captures, { what: 'MariaDB' }, one)
  }
})

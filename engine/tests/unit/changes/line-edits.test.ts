import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  applyLineEdits,
  type LineEdit,
  lineEdit,
  lineEditsBetween,
  revertLineEdits,
} from '../../../src/changes/line-edits.ts'

const word = (line: string, from: string, to: string) => [{ at: line.indexOf(from), from, to }]
const hosts = '127.0.0.1 localhost\n10.0.0.5 old.cloud www.old.cloud # erp\n\n::1 localhost'
const hostsLine = '10.0.0.5 old.cloud www.old.cloud # erp'
const hostsEdit = lineEdit(2, hostsLine, word(hostsLine, 'old.cloud', 'new.domain'))

test('only the words change; every other byte of the text stays', () => {
  assert.deepEqual(applyLineEdits(hosts, [hostsEdit]), {
    text: '127.0.0.1 localhost\n10.0.0.5 new.domain www.old.cloud # erp\n\n::1 localhost',
    missing: [],
  })
})

test('an edit holds no word of the line but those it replaces', () => {
  const line = '5 * * * * curl -u admin:S3CRET https://old.cloud/api?token=S3CRET'
  const edit = lineEdit(1, line, word(line, 'old.cloud', 'new.domain'))
  assert.ok(!JSON.stringify(edit).includes('S3CRET'))
  const { text } = applyLineEdits(line, [edit])
  assert.equal(text, line.replace('old.cloud', 'new.domain'))
  const { kept } = revertLineEdits('crontab', text.replace('5 *', '6 *'), [edit])
  assert.equal(kept.length, 1)
  assert.ok(!JSON.stringify(kept).includes('S3CRET'))
})

test('a line that moved is found; of two alike the nearest is taken', () => {
  const moved = `# a line more\n${hosts}\n${hostsLine}`
  const { text, missing } = applyLineEdits(moved, [hostsEdit])
  assert.deepEqual(missing, [])
  assert.equal(text, moved.replace(hostsLine, hostsLine.replace('old.cloud', 'new.domain')))
})

test('two equal lines are both changed, and both taken back', () => {
  const text = `${hostsLine}\n${hostsLine}`
  const edits = [1, 2].map((line) => lineEdit(line, hostsLine, word(hostsLine, 'old.cloud', 'new.domain')))
  const done = applyLineEdits(text, edits)
  assert.ok(!/ old\.cloud/.test(done.text))
  assert.equal(revertLineEdits('hosts', done.text, edits).text, text)
})

test('a line that is no longer there is missing; one that is done already is not', () => {
  assert.deepEqual(applyLineEdits('127.0.0.1 localhost', [hostsEdit]).missing, [hostsEdit])
  const done = applyLineEdits(hosts, [hostsEdit]).text
  assert.deepEqual(applyLineEdits(done, [hostsEdit]), { text: done, missing: [] })
})

test('taking back keeps, and lists, a line that somebody changed since', () => {
  const done = applyLineEdits(hosts, [hostsEdit]).text.replace('# erp', '# theirs')
  const { text, kept } = revertLineEdits('/etc/hosts', done, [hostsEdit])
  assert.equal(text, done)
  assert.deepEqual(kept, [
    { what: '/etc/hosts, line 2', left: 'as the run wrote it', now: 'changed by somebody since' },
  ])
})

test('line ends of Windows stay', () => {
  const text = hosts.replaceAll('\n', '\r\n')
  const done = applyLineEdits(text, [hostsEdit])
  assert.deepEqual(done.missing, [])
  assert.equal(done.text, text.replace('old.cloud', 'new.domain'))
  assert.equal(revertLineEdits('hosts', done.text, [hostsEdit]).text, text)
})

test('edits between two texts are known only where no line came or went', () => {
  assert.equal(lineEditsBetween('a\nb', 'a'), null)
  assert.deepEqual(lineEditsBetween('a\nb', 'a\nb'), [])
})

const line = fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replace(/[\r\n]/g, ''))

test('applying is idempotent and taking back is its inverse, whatever the lines', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ left: line, host: fc.constantFrom('old.cloud', 'other.test'), right: line }), {
        minLength: 1,
      }),
      (parts) => {
        const lines = parts.map(({ left, host, right }) => `${left}|${host}|${right}`)
        const edits = parts.flatMap(({ left, host }, index): LineEdit[] =>
          host === 'old.cloud'
            ? [lineEdit(index + 1, lines[index] ?? '', [{ at: left.length + 1, from: host, to: 'new.domain' }])]
            : [],
        )
        const text = lines.join('\n')
        const once = applyLineEdits(text, edits)
        assert.deepEqual(once.missing, [])
        assert.equal(
          once.text,
          parts
            .map(({ left, host, right }) => `${left}|${host === 'old.cloud' ? 'new.domain' : host}|${right}`)
            .join('\n'),
        )
        assert.deepEqual(applyLineEdits(once.text, edits), once)
        assert.deepEqual(revertLineEdits('x', once.text, edits), { text, kept: [] })
        assert.deepEqual(revertLineEdits('x', text, edits), { text, kept: [] })
      },
    ),
  )
})

test('edits between two texts lead from one to the other and back', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(line, line), { minLength: 1 }), (pairs) => {
      const before = pairs.map(([one]) => one).join('\n')
      const after = pairs.map(([, other]) => other).join('\n')
      const edits = lineEditsBetween(before, after)
      assert.ok(edits)
      const distinct = new Set(pairs.flatMap(([one, other]) => (one === other ? [one] : [one, other])))
      // Where a line's text stands twice, which of them was meant is told by nearness alone.
      fc.pre(distinct.size === pairs.reduce((sum, [one, other]) => sum + (one === other ? 1 : 2), 0))
      assert.equal(applyLineEdits(before, edits).text, after)
      assert.equal(revertLineEdits('x', after, edits).text, before)
    }),
  )
})

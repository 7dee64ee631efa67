import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { Journal, type NewJournalLine, parseJournal } from '../../../src/execution/journal.ts'
import { MigratorError } from '../../../src/host/errors.ts'

const home = mkdtempSync(join(tmpdir(), 'migrator-journal-'))
process.on('exit', () => rmSync(home, { recursive: true, force: true }))
let made = 0
const newPath = (): string => {
  made += 1
  return join(home, `journal-${made}.jsonl`)
}

const lines: NewJournalLine[] = [
  { type: 'state', state: 'running', reason: 'started', pid: 1 },
  { type: 'phase', phase: 'domain_changes', event: 'begin' },
  { type: 'intent', step: 'move', kind: 'move-directory', before: { path: '/ä/🦆\n"' } },
  { type: 'done', step: 'move', after: null, milliseconds: 3 },
]

async function written(): Promise<{ path: string; bytes: Buffer }> {
  const path = newPath()
  const journal = await Journal.open(path)
  for (const line of lines) await journal.append(line)
  await journal.close()
  return { path, bytes: readFileSync(path) }
}

test('what was appended is read back, numbered and timed, from a file of mode 0600', async () => {
  const { path, bytes } = await written()
  const { lines: read, goodBytes } = parseJournal(path, bytes)
  assert.equal(goodBytes, bytes.length)
  assert.deepEqual(
    read.map(({ sequence, time, ...line }) => ({ sequence, isTime: !Number.isNaN(Date.parse(time)), line })),
    lines.map((line, index) => ({ sequence: index + 1, isTime: true, line })),
  )
  assert.equal(statSync(path).mode & 0o777, 0o600)
})

test('a journal cut anywhere is its whole lines: a torn last one never counts', async () => {
  const { path, bytes } = await written()
  const ends = [...bytes.entries()].filter(([, byte]) => byte === 0x0a).map(([index]) => index + 1)
  fc.assert(
    fc.property(fc.nat(bytes.length), (length) => {
      const { lines: read, goodBytes } = parseJournal(path, bytes.subarray(0, length))
      assert.equal(read.length, ends.filter((end) => end <= length).length)
      assert.equal(goodBytes, ends.findLast((end) => end <= length) ?? 0)
    }),
  )
})

test('opening cuts a torn line off, and the next line stands where it stood', async () => {
  const { path, bytes } = await written()
  appendFileSync(path, '{"type":"done","step":"mo')
  const journal = await Journal.open(path)
  assert.equal(journal.lines.length, lines.length)
  assert.deepEqual(readFileSync(path), bytes)
  await journal.append({ type: 'state', state: 'done', reason: 'end', pid: 1 })
  await journal.close()
  assert.equal(journal.state, 'done')
  assert.equal(parseJournal(path, readFileSync(path)).lines.at(-1)?.sequence, lines.length + 1)
})

test('a damaged line anywhere else is refused with its number, and the file is left as it is', async () => {
  const { path, bytes } = await written()
  for (const damage of ['{"type":"nonsense"}', '{}', 'x', '']) {
    const texts = bytes.toString().split('\n')
    texts[1] = damage
    writeFileSync(path, texts.join('\n'))
    const before = readFileSync(path)
    await assert.rejects(Journal.open(path), (error) => {
      assert.ok(error instanceof MigratorError)
      assert.equal(error.code, 'journal-damaged')
      assert.match(error.message, /line 2/)
      assert.ok(error.hint && error.untouched)
      return true
    })
    assert.deepEqual(readFileSync(path), before)
  }
})

test('appends at the same time come one after the other', async () => {
  const path = newPath()
  const journal = await Journal.open(path)
  const all = Array.from({ length: 50 }, (_, index) =>
    journal.append({ type: 'progress', step: 's', direction: 'apply', record: { index } }),
  )
  await Promise.all(all)
  await journal.close()
  const { lines: read } = parseJournal(path, readFileSync(path))
  assert.deepEqual(
    read.map((line) => [line.sequence, line.type === 'progress' ? line.record['index'] : null]),
    Array.from({ length: 50 }, (_, index) => [index + 1, index]),
  )
})

test('a line that is none is not written, and the journal goes on', async () => {
  const path = newPath()
  const journal = await Journal.open(path)
  await assert.rejects(journal.append({ type: 'phase', phase: 'nonsense', event: 'begin' } as never))
  await journal.append({ type: 'state', state: 'running', reason: 'started', pid: 1 })
  await journal.close()
  assert.equal(parseJournal(path, readFileSync(path)).lines.length, 1)
})

import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { auditPath, brokenAuditLine, syncAudit } from '../../../src/execution/audit.ts'
import type { JournalLine } from '../../../src/execution/journal.ts'
import { benchHome } from '../../../src/execution/run-home.ts'
import { emptyPlan } from './empty-plan.ts'

const home = mkdtempSync(join(tmpdir(), 'migrator-audit-'))
process.on('exit', () => rmSync(home, { recursive: true, force: true }))
let made = 0
function newBench(): string {
  made += 1
  const bench = join(home, `bench-${made}`)
  mkdirSync(dirname(auditPath(benchHome(bench))), { recursive: true })
  return bench
}

const time = '2026-01-01T00:00:00.000Z'
const plan = emptyPlan({
  steps: [
    { id: 'move', phase: 'domain_changes', kind: 'k', params: {}, describe: 'Rename the directory', undo: 'exact' },
  ],
})
const journal: JournalLine[] = [
  { sequence: 1, time, type: 'state', state: 'running', reason: 'started', pid: 1 },
  { sequence: 2, time, type: 'intent', step: 'move', kind: 'k', before: { secret: 'S3CRET' } },
  { sequence: 3, time, type: 'done', step: 'move', after: { secret: 'S3CRET' }, milliseconds: 1 },
  {
    sequence: 4,
    time,
    type: 'failure',
    step: null,
    phase: 'start_services',
    code: 'ENOSPC',
    message: 'S3CRET',
    failureClass: 'dependency',
    choice: 'rollback',
    reason: '',
  },
  { sequence: 5, time, type: 'reverted', step: 'move', milliseconds: 1, kept: [{ what: 'x', left: 'y', now: 'z' }] },
  { sequence: 6, time, type: 'state', state: 'rolled-back', reason: '', pid: 1 },
]
const read = (bench: string) =>
  readFileSync(auditPath(benchHome(bench)), 'utf8')
    .trim()
    .split('\n')
    .map((line): Record<string, unknown> => JSON.parse(line))

test('one line per change and outcome, in words, without what the changes held', async () => {
  const bench = newBench()
  await syncAudit(benchHome(bench), 'run-1', plan, journal)
  assert.deepEqual(
    read(bench).map(({ step, what, outcome }) => [step, what, outcome]),
    [
      ['run', 'rename-domain', 'running'],
      ['move', 'Rename the directory', 'done'],
      ['start_services', 'rename-domain', 'failed: ENOSPC'],
      ['move', 'Rename the directory', 'reverted-in-part'],
      ['run', 'rename-domain', 'rolled-back'],
    ],
  )
  assert.ok(!readFileSync(auditPath(benchHome(bench)), 'utf8').includes('S3CRET'))
  assert.equal(statSync(auditPath(benchHome(bench))).mode & 0o777, 0o600)
  assert.equal(await brokenAuditLine(benchHome(bench)), null)
})

test('it is derived: synced at any moments, and again, it ends the same', async () => {
  const [bench, other] = [newBench(), newBench()]
  for (let length = 0; length <= journal.length; length += 1) {
    await syncAudit(benchHome(bench), 'run-1', plan, journal.slice(0, length))
    await syncAudit(benchHome(bench), 'run-1', plan, journal.slice(0, length))
  }
  await syncAudit(benchHome(other), 'run-1', plan, journal)
  assert.deepEqual(read(bench), read(other))
})

test('a line torn by a kill is written anew', async () => {
  const bench = newBench()
  await syncAudit(benchHome(bench), 'run-1', plan, journal.slice(0, 3))
  appendFileSync(auditPath(benchHome(bench)), '{"time":"2026-ä')
  await syncAudit(benchHome(bench), 'run-1', plan, journal)
  assert.equal(read(bench).length, 5)
  assert.equal(await brokenAuditLine(benchHome(bench)), null)
})

test('runs follow each other in one chain', async () => {
  const bench = newBench()
  await syncAudit(benchHome(bench), 'run-1', plan, journal)
  await syncAudit(benchHome(bench), 'run-2', plan, journal)
  const lines = read(bench)
  assert.equal(lines.length, 10)
  for (const [index, line] of lines.entries()) assert.equal(line['previous'], lines[index - 1]?.['hash'] ?? '')
  assert.equal(await brokenAuditLine(benchHome(bench)), null)
})

test('a line changed, taken out or put elsewhere breaks the chain, and which one is said', async () => {
  const bench = newBench()
  await syncAudit(benchHome(bench), 'run-1', plan, journal)
  const lines = readFileSync(auditPath(benchHome(bench)), 'utf8')
    .trim()
    .split('\n')
  const [first = '', second = '', third = '', ...rest] = lines
  for (const [broken, expected] of [
    [[first, second.replace('"done"', '"reverted"'), third, ...rest], 2],
    [[first, third, ...rest], 2],
    [[first, third, second, ...rest], 2],
    [[second, third, ...rest], 1],
    [[first, second.replace('Rename', 'Keep'), third, ...rest], 2],
  ] as const) {
    writeFileSync(auditPath(benchHome(bench)), `${broken.join('\n')}\n`)
    assert.equal(await brokenAuditLine(benchHome(bench)), expected)
  }
})

test('a line that cannot be read stops nobody: a new chain begins after it and names it, and the break is found', async () => {
  const bench = newBench()
  await syncAudit(benchHome(bench), 'run-1', plan, journal)
  appendFileSync(auditPath(benchHome(bench)), 'not a line\n')
  await syncAudit(benchHome(bench), 'run-2', plan, journal)
  const lines = readFileSync(auditPath(benchHome(bench)), 'utf8')
    .trim()
    .split('\n')
  assert.equal(lines.length, 11)
  assert.match(String(JSON.parse(lines[6] ?? '').previous), /^broken:[0-9a-f]{64}$/)
  assert.equal(await brokenAuditLine(benchHome(bench)), 6)
})

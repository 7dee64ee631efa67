import assert from 'node:assert/strict'
import { appendFileSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { likelihood, type Outcome, rankRemedies } from '../../../src/diagnosis/outcomes/outcome.ts'
import { appendOutcome, readOutcomes } from '../../../src/diagnosis/outcomes/outcome-file.ts'

const outcome = (remedy: string, passed: boolean, more: Partial<Outcome> = {}): Outcome => ({
  ...{ time: '2026-11-25T03:00:00.000Z', finding: 'redis-not-running', cause: 'redis_issue', repair: 'redis', remedy },
  ...{ seen: 'connect ECONNREFUSED', done: 'Start Redis', passed },
  ...more,
})
const remedy = (id: string, risk: string, worked: number, failed: number) => ({ id, risk, prior: { worked, failed } })

describe('what repairs came to', () => {
  let directory = ''
  let path = ''
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'migrator-outcomes-'))
    path = join(directory, 'state', 'outcomes.jsonl')
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  it('is kept for its owner alone, without secrets', () => {
    appendOutcome(outcome('start', true, { seen: 'redis://:hunter2@127.0.0.1:6379 db_password: hunter2' }), path)
    assert.equal(statSync(path).mode & 0o777, 0o600)
    const { outcomes } = readOutcomes(path)
    assert.equal(outcomes.length, 1)
    assert.ok(!JSON.stringify(outcomes).includes('hunter2'))
  })

  it('is read on after a line that was torn, and that line is counted', () => {
    appendOutcome(outcome('start', true), path)
    appendFileSync(path, '{"time": "2026-')
    appendOutcome(outcome('start', false), path)
    const { outcomes, unreadable } = readOutcomes(path)
    assert.deepEqual([outcomes.map(({ passed }) => passed), unreadable], [[true, false], 1])
  })

  it('is nothing where there is no file yet', () =>
    assert.deepEqual(readOutcomes(path), { outcomes: [], unreadable: 0 }))
})

describe('the order of remedies', () => {
  const remedies = [remedy('start', 'low', 4, 1), remedy('restart', 'low', 3, 1), remedy('move', 'medium', 99, 0)]
  const order = (outcomes: Outcome[]) => rankRemedies('redis', remedies, outcomes).map(({ id }) => id)

  it('is the shipped one before anything was seen', () => assert.deepEqual(order([]), ['start', 'restart', 'move']))
  it('changes once the first failed often enough', () =>
    assert.deepEqual(order([outcome('start', false), outcome('start', false)]), ['restart', 'start', 'move']))
  it('never puts more risk before less, however often that worked', () => {
    const failures = Array.from({ length: 50 }, () => outcome('start', false))
    assert.equal(order([...failures, ...Array.from({ length: 50 }, () => outcome('move', true))]).at(-1), 'move')
  })
  it('takes no notice of what another repair came to', () => {
    const others = [outcome('start', false, { repair: 'nginx' }), outcome('start', false, { repair: 'nginx' })]
    assert.deepEqual(order(others), ['start', 'restart', 'move'])
  })
  it('is by the mean of the posterior', () => {
    assert.equal(likelihood({ worked: 3, failed: 1 }, [outcome('start', true), outcome('start', false)]).mean, 5 / 8)
  })
})

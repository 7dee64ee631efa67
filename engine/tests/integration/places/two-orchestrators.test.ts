import assert from 'node:assert/strict'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, beforeEach, test } from 'node:test'
import { removeForeignLock, withLocks } from '../../../src/execution/lock.ts'
import { resumeRun, startRun } from '../../../src/execution/start-run.ts'
import { localHost } from '../../../src/host/local/index.ts'
import { twoBenches, within } from './stage.ts'

const stage = await twoBenches({ after })
beforeEach(() => stage.reset())
const before = stage.trees()
const host = localHost()
const { plan } = stage
const start = () => within(plan, (environment) => startRun(environment, plan))
const over = (id: string) => ({ id, overPlaces: true })
const bench = (benchPath: string) => ({ host, benchPath, touchesMachine: false })

/** As a migrator of another machine left it. */
function leaveLock(benchPath: string, machine: { name: string; id: string }): string {
  const lock = join(benchPath, '.migrator', 'lock')
  const owner = { who: 'admin', when: '2026-01-01T00:00:00.000Z', pid: 99_999_999, startTime: '1', bootId: 'x' }
  mkdirSync(lock, { recursive: true })
  writeFileSync(join(lock, 'owner.json'), JSON.stringify({ ...owner, run: 'theirs', token: 't', machine }))
  return lock
}

for (const held of ['source', 'target'] as const)
  test(`a run is refused, with nothing touched, while another works on its ${held}`, async () => {
    await withLocks([bench(stage[held])], over('first'), async () => {
      await assert.rejects(start(), { code: 'bench-locked', message: /run first, started by .* on .*, process \d+/ })
      const other = held === 'source' ? 'target' : 'source'
      assert.equal(stage.isLocked(stage[other]), false)
    })
    assert.deepEqual(stage.trees(), before)
    assert.deepEqual(await stage.runs(), [])
  })

test('a bench that is both source and target is locked once, and no lock is left', async () => {
  const twice = [
    { ...bench(stage.source), touchesMachine: true },
    { ...bench(stage.source), touchesMachine: true },
  ]
  assert.equal(await withLocks(twice, over('clone'), async () => 'held'), 'held')
  assert.equal(stage.isLocked(stage.source), false)
})

test('the lock of another machine is never judged by a process number; it goes when somebody says that machine is gone', async () => {
  leaveLock(stage.target, { name: 'laptop', id: 'aa' })
  await assert.rejects(start(), {
    code: 'bench-locked',
    message: /run theirs, started by admin on laptop/,
    hint: /cleanup --run theirs --abandon --bench/,
  })
  assert.equal(await removeForeignLock(host, stage.target, 'another'), false)
  assert.equal(await removeForeignLock(host, stage.target, 'theirs'), true)
  assert.equal((await start()).outcome.outcome, 'done')
})

test('a run whose lock is taken away stops before its next change, keeps its state, and goes on with resume', async () => {
  const stolen = await within(plan, (environment) => startRun(environment, plan), {
    onEvent: (event) => {
      if (event.event === 'step-done' && event.step === 'on-target')
        rmSync(join(stage.source, '.migrator', 'lock'), { recursive: true })
    },
  })
  assert.equal(stolen.outcome.outcome, 'attention')
  const [run] = await stage.runs()
  assert.ok(run)
  assert.deepEqual(
    run.lines.flatMap((line) => (line.type === 'failure' ? [[line.code, line.choice]] : [])),
    [['lock-lost', 'keep']],
  )
  assert.equal(run.lines.filter(({ type }) => type === 'done').length, 2)
  const resumed = await within(plan, (environment) => resumeRun(environment, run))
  assert.equal(resumed.outcome.outcome, 'done')
})

test('a killed orchestrator leaves locks that it alone takes over: its benches refuse other runs and say where it is', async () => {
  assert.equal(await stage.drive('start', 8), null)
  assert.ok(stage.isLocked(stage.source) && stage.isLocked(stage.target))
  const [run] = await stage.runs()
  assert.ok(run)
  await assert.rejects(start(), { code: 'unfinished-run', message: /is kept on .* by /, hint: /resume --run/ })
  assert.equal(await stage.drive('resume'), 'done')
})

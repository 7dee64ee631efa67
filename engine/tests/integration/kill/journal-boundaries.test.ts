import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { brokenAuditLine } from '../../../src/execution/audit.ts'
import { createKillBench } from '../../kill/sqlite-bench.ts'

/** Every boundary before a line; after it and half of it for a share that keeps this tier short. `scripts/prove` does all (MIGRATOR_PROVE). */
const all = process.env['MIGRATOR_PROVE'] === '1'
const share = { before: all ? 1 : 2, after: all ? 1 : 5, torn: all ? 1 : 7 }

test('a rename killed at any journal line can be resumed to the undisturbed end, and rolled back to the same digest', async (t) => {
  const bench = await createKillBench()
  t.after(() => bench.remove())
  const start = await bench.state()
  const whole = bench.run(0, 'never')
  assert.equal(whole?.outcome, 'done')
  const lines = whole?.lines ?? 0
  const end = await bench.state()
  assert.notEqual(end, start)
  assert.ok(lines > 20, `${lines} journal lines`)

  for (const moment of ['before', 'after', 'torn'] as const) {
    for (let line = 1; line <= lines; line += share[moment]) {
      await t.test(`killed ${moment} line ${line}`, async () => {
        bench.reset()
        assert.equal(bench.run(line, moment), null, 'the driver was killed')
        bench.keep()
        const resumed = await bench.resume()
        if (resumed) {
          assert.equal(resumed.outcome, 'done')
          assert.equal(await bench.state(), end)
        } else assert.equal(await bench.state(), start)
        bench.restore()
        const rolledBack = await bench.rollBack()
        if (rolledBack) assert.deepEqual(rolledBack, { outcome: 'rolled-back', error: null, kept: 0 })
        assert.equal(await bench.state(), start)
      })
    }
  }
})

test('the audit log keeps its chain over kills', async (t) => {
  const bench = await createKillBench()
  t.after(() => bench.remove())
  bench.run(14, 'after')
  await bench.resume()
  await bench.rollBack()
  assert.equal(await brokenAuditLine(join(bench.path, 'bench')), null)
})

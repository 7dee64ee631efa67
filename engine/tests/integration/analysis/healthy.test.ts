/** No false alarms: a bench with everything running has nothing that needs attention. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type HealthyBench, setHealthyBench } from './stage.ts'

let bench: HealthyBench
before(async () => {
  bench = await setHealthyBench()
})
after(() => bench?.stop())

test('a healthy bench has nothing that needs attention', async () => {
  const findings = await bench.analyze()
  assert.deepEqual(
    findings.filter(({ severity }) => severity !== 'information'),
    [],
  )
  assert.ok(
    findings.every(({ area }) => area !== undefined),
    'every finding says what part it is about',
  )
})

test('the command says so with exit code 0, and in a few lines', async () => {
  const looked = await bench.migrate('analyze-site', '--all-sites')
  assert.equal(looked.code, 0, looked.stdout)
  assert.match(looked.stdout, /nothing needs attention/)
  assert.doesNotMatch(looked.stdout, /What needs attention/)
})

test('looking changes nothing', async () => {
  const [tree, digest] = [bench.tree(), await bench.digest()]
  await bench.analyze()
  assert.deepEqual(bench.tree(), tree)
  assert.equal(await bench.digest(), digest)
})

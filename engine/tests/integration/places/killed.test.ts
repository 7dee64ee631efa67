import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { twoBenches } from './stage.ts'

const stage = await twoBenches({ after })
const before = stage.trees()

test('a run over two places killed after any line of its journal is finished by resume, or taken back on both', async () => {
  assert.equal(await stage.drive('start'), 'done')
  const [whole] = await stage.runs()
  assert.ok(whole)
  const done = stage.trees()
  assert.notDeepEqual(done, before)
  assert.deepEqual(
    whole.lines.flatMap((line) => (line.type === 'checks' ? line.results.map(({ status }) => status) : [])),
    ['passed', 'passed'],
  )
  for (let line = 1; line <= whole.lines.length; line += 1) {
    stage.reset()
    assert.equal(await stage.drive('start', line), null, `line ${line}`)
    const [killed] = await stage.runs()
    const at = `killed after line ${line}: ${JSON.stringify(killed?.lines.at(-1))}`
    const isOver = line === whole.lines.length
    // Lines in turn: each way from every second of them.
    if (line % 2 === 0 && !isOver) {
      assert.equal(await stage.drive('resume'), 'done', at)
      assert.deepEqual(stage.trees(), done, at)
      for (const bench of [stage.source, stage.target]) assert.equal(stage.pointer(bench)?.unfinished, false, at)
    } else {
      // The way back is killed too, once its first step is begun.
      const reverting = line + 2
      const back = await stage.drive('rollback', reverting)
      if (back === null) assert.equal(await stage.drive('resume'), 'rolled-back', at)
      else assert.equal(back, 'rolled-back', at)
      assert.deepEqual(stage.trees(), before, at)
      for (const bench of [stage.source, stage.target]) assert.equal(stage.pointer(bench), null, at)
    }
    for (const bench of [stage.source, stage.target]) assert.equal(stage.isLocked(bench), false, at)
  }
})

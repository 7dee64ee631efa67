import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { migrator } from '../../servers/migrator.ts'
import { twoBenches } from './stage.ts'

const stage = await twoBenches({ after })
const before = stage.trees()
const elsewhere = join(stage.home, 'elsewhere')
mkdirSync(elsewhere)
const here = (...argv: string[]) => migrator(stage.home, argv)
/** As somebody who keeps other runs: on another machine, or with another home. */
const others = (bench: string, ...argv: string[]) => migrator(bench, argv, { XDG_STATE_HOME: elsewhere })

test('a killed run over two places is told of on both benches, and finished, taken back and retired where it is kept', async () => {
  assert.equal(await stage.drive('start', 8), null)
  const [run] = await stage.runs()
  assert.ok(run)
  const { id } = run.run
  const way = new RegExp(`XDG_STATE_HOME=\\S+ frappe-migrator resume --run ${id}`)
  for (const bench of [stage.source, stage.target]) {
    const looked = await others(bench, 'analyze-site')
    assert.equal(looked.code, 2, looked.stderr)
    assert.match(looked.stdout, new RegExp(`Run ${id} \\(transfer of shop.example\\) is not finished; it is kept on`))
    const there = await others(bench, 'resume')
    assert.equal(there.code, 3, there.stderr)
    assert.match(there.stderr, way)
    const listed = await others(bench, 'rollback', '--list')
    assert.match(listed.stdout, new RegExp(`${id} .*not finished.*kept on`))
  }
  const renamed = await others(
    stage.target,
    'rename-domain',
    '--source',
    'shop.example',
    '--target',
    'b.example',
    '--plan',
  )
  assert.equal(renamed.code, 4, renamed.stderr)
  assert.match(renamed.stderr, way)

  const resumed = await here('resume')
  assert.equal(resumed.code, 0, resumed.stderr)
  assert.equal(stage.pointer(stage.source)?.unfinished, false)
  const verified = await here('verify-migration', '--run', id)
  assert.equal(verified.code, 0, verified.stderr + verified.stdout)
  const standing = await migrator(stage.source, ['rollback', '--list'])
  assert.match(standing.stdout, new RegExp(`${id}.* done `))

  const back = await migrator(stage.source, ['rollback'])
  assert.equal(back.code, 0, back.stderr)
  assert.deepEqual(stage.trees(), before)
  assert.equal(stage.pointer(stage.target), null)
  const cleaned = await here('cleanup', '--run', id, '--yes')
  assert.equal(cleaned.code, 0, cleaned.stderr)
  assert.match((await here('rollback', '--list')).stdout, new RegExp(`${id}.*retired`))
})

test('a bench forgets a run whose machine is gone, once that is said, and is free again', async () => {
  stage.reset()
  assert.equal(await stage.drive('start', 8), null)
  const [run] = await stage.runs()
  const id = run?.run.id ?? ''
  const asked = await others(stage.target, 'cleanup', '--run', id, '--abandon')
  assert.match(asked.stderr, /Add --yes to forget it/)
  assert.ok(stage.pointer(stage.target))
  const forgotten = await others(stage.target, 'cleanup', '--run', id, '--abandon', '--yes')
  assert.equal(forgotten.code, 0, forgotten.stderr)
  assert.deepEqual([stage.pointer(stage.target), stage.isLocked(stage.target)], [null, false])
})

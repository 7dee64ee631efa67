import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { createSandboxBench } from '../../../src/sandbox/sandbox-bench.ts'
import { migrator } from '../../servers/migrator.ts'
import { treeOf } from '../../servers/tree.ts'

const home = mkdtempSync(join(tmpdir(), 'migrator-again-'))
const bench = join(home, 'bench')
process.on('exit', () => rmSync(home, { recursive: true, force: true }))

const rename = (...more: string[]) =>
  migrator(bench, [
    ...['rename-domain', '--source', 'old.cloud', '--target', 'new.domain', '--no-interactive'],
    ...['--nginx-config', join(home, 'none'), '--hosts-file', join(home, 'none'), ...more],
  ])

before(async () => {
  await createSandboxBench({ directory: bench })
  const first = await rename()
  assert.equal(first.code, 0, first.stderr)
})

test('a rename that is done and left nothing to do says so and begins no run', async () => {
  const tree = treeOf(join(bench, 'sites'))
  for (const more of [[], ['--plan'], ['--json'], ['--plan', '--json']]) {
    const { code, stdout, stderr } = await rename(...more)
    assert.equal(code, 0, stderr)
    if (!more.includes('--json')) assert.match(stdout, /^Nothing to do: the site is new\.domain already/)
    else assert.equal(JSON.parse(stdout).site.newName, 'new.domain')
  }
  assert.equal(readdirSync(join(bench, '.migrator', 'runs')).length, 1)
  assert.deepEqual(treeOf(join(bench, 'sites')), tree)
})

test('what was offered then can be switched on now', async () => {
  const offered = await rename('--include', 'tabToDo.description', '--plan')
  assert.equal(offered.code, 2, offered.stderr)
  assert.match(offered.stdout, /100 database values in 1 column/)
})

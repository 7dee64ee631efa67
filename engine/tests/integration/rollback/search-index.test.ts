import assert from 'node:assert/strict'
import { readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { start } from '../kill/command.ts'
import { keptOf, type RollbackStage, rollbackStage } from './stage.ts'

let stage: RollbackStage
let begin: string

before(async () => {
  stage = await rollbackStage({ rebuildSearch: true })
  begin = await stage.state()
})
after(() => stage?.remove())

const python = () => join(stage.benchPath, 'env', 'bin', 'python')

/**
 * Puts a program in the place of the bench's own Python that notes whether the site was in maintenance, and fails. The link itself is
 * replaced, never what it leads to: that is the machine's Python.
 */
function failingPython(): { seen(): string[]; undo(): void } {
  const leadsTo = readlinkSync(python())
  const note = join(stage.home, 'seen')
  rmSync(python())
  writeFileSync(
    python(),
    `#!/bin/sh\ncat ${stage.benchPath}/sites/*/site_config.json | grep -c '"maintenance_mode": 1' >> ${note}\necho no such index >&2\nexit 1\n`,
    { mode: 0o755, flag: 'wx' },
  )
  return {
    seen: () => readFileSync(note, 'utf8').trim().split('\n'),
    undo: () => {
      rmSync(python())
      symlinkSync(leadsTo, python())
    },
  }
}

test('an index that cannot be rebuilt is told with what to type, and changes nothing about the rename or the way back', async () => {
  const bench = failingPython()
  const { benchPath, environment } = stage
  const machine = ['--nginx-config', join(stage.home, 'none'), '--hosts-file', stage.request.hostsFile ?? '']
  const names = ['--source', 'old.cloud', '--target', 'new.domain', '--rebuild-search', '--no-interactive']
  const done = await start(benchPath, ['rename-domain', ...names, ...machine], environment).ended
  assert.equal(done.code, 0, done.stderr)
  assert.match(done.stdout, /no such index[\s\S]*bench --site new\.domain rebuild-global-search/)
  const back = await stage.quietly('rollback', '--json')
  assert.equal(back.code, 5, back.stderr)
  assert.match(keptOf(back.stdout).join('\n'), /the search index: not rebuilt.*bench --site old\.cloud/)
  assert.deepEqual([...new Set(bench.seen())], ['0'], 'the site was live each time')
  bench.undo()
  assert.equal(await stage.state(), begin)
})

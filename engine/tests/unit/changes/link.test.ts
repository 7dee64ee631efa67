import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ChangeContext } from '../../../src/changes/change.ts'
import { link } from '../../../src/changes/link.ts'
import { localHost } from '../../../src/host/local/index.ts'

test('a link follows and goes back, twice over, and nothing is left beside it; one that others changed is kept', async (t) => {
  const home = mkdtempSync(join(tmpdir(), 'migrator-link-'))
  t.after(() => rmSync(home, { recursive: true, force: true }))
  mkdirSync(join(home, 'old'))
  const path = join(home, 'alias')
  symlinkSync('./old', path)
  // What a killed writer left.
  symlinkSync('x', join(home, '.alias.migrator'))
  const context = { host: localHost() } as ChangeContext
  const params = { link: path, from: './old', to: './new' }
  assert.deepEqual(await link.inspect(context, params, {}), { state: 'pending' })
  for (let time = 0; time < 2; time += 1) await link.apply(context, params, null)
  assert.equal(readlinkSync(path), './new')
  assert.deepEqual(await link.inspect(context, params, {}), { state: 'applied' })
  for (let time = 0; time < 2; time += 1) assert.deepEqual(await link.revert(context, params, null, null), [])
  assert.equal(readlinkSync(path), './old')
  assert.deepEqual(readdirSync(home).sort(), ['alias', 'old'])
  rmSync(path)
  symlinkSync('elsewhere', path)
  assert.equal((await link.inspect(context, params, {})).state, 'conflict')
  assert.equal((await link.revert(context, params, null, null))[0]?.now, 'a link to elsewhere')
  assert.equal(readlinkSync(path), 'elsewhere')
})

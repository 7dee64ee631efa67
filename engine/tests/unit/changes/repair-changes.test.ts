/** The kinds of change that repairs are made of: applied twice, undone twice, undone when a kill came in between, and kept off others' work. */
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { ChangeContext } from '../../../src/changes/change.ts'
import { changeKinds } from '../../../src/changes/registry.ts'
import type { Json } from '../../../src/host/json.ts'
import { localHost } from '../../../src/host/local/index.ts'
import { treeOf } from '../../servers/tree.ts'

interface Case {
  kind: string
  params(at: (part: string) => string): Json
  /** Somebody changes what the run left. */
  meddle?(at: (part: string) => string): void
}

const cases: Case[] = [
  {
    kind: 'mend-json',
    params: (at) => ({ path: at('config.json'), mends: ['byte-order-mark', 'comments-and-commas'], purpose: 'Mend' }),
    meddle: (at) => writeFileSync(at('config.json'), '{"by": "somebody",\n "else": 2}\n'),
  },
  {
    kind: 'write-file',
    params: (at) => ({ path: at('apps.txt'), content: 'frappe\n', purpose: 'Write' }),
    meddle: (at) => writeFileSync(at('apps.txt'), 'frappe\nerpnext\n'),
  },
  { kind: 'write-file', params: (at) => ({ path: at('new.txt'), content: 'frappe\n', purpose: 'Write' }) },
  {
    kind: 'set-access',
    params: (at) => ({ files: [{ path: at('config.json'), mode: 0o640 }], privileged: false, purpose: 'Close' }),
    meddle: (at) => chmodSync(at('config.json'), 0o600),
  },
  {
    kind: 'add-directory',
    params: (at) => ({ path: at('site/public/files'), mode: 0o755, purpose: 'Make' }),
    meddle: (at) => writeFileSync(at('site/public/files/upload.png'), 'x'),
  },
  { kind: 'set-link', params: (at) => ({ path: at('assets'), to: at('site'), purpose: 'Link' }) },
  { kind: 'set-link', params: (at) => ({ path: at('fresh'), to: at('site'), purpose: 'Link' }) },
  {
    kind: 'set-link',
    params: (at) => ({ path: at('assets'), to: null, purpose: 'Remove' }),
    meddle: (at) => symlinkSync('/elsewhere', at('assets')),
  },
  { kind: 'set-aside', params: (at) => ({ path: at('config.json') }) },
  {
    kind: 'compress-file',
    params: (at) => ({ path: at('apps.txt') }),
    meddle: (at) => writeFileSync(at('apps.txt'), 'a new log\n'),
  },
]

describe('a change that repairs are made of', () => {
  let home = ''
  let vault = ''
  const at = (part: string) => join(home, part)
  const state = () => treeOf(home, { without: ['archived'] }).join('\n')
  const contextOf = (onConflict: 'keep' | 'restore'): ChangeContext =>
    ({
      host: localHost(),
      benchPath: home,
      vault,
      runId: 'run',
      stepId: 'step',
      onConflict,
      progress: () => [],
      journal: async () => undefined,
      child: async () => undefined,
    }) as unknown as ChangeContext
  const kindOf = (kind: string) => {
    const found = changeKinds.get(kind)
    assert.ok(found, kind)
    return found
  }

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'migrator-changes-'))
    vault = mkdtempSync(join(tmpdir(), 'migrator-vault-'))
    mkdirSync(at('site'))
    writeFileSync(at('config.json'), '\uFEFF{"a": 1, // one\n}\n')
    chmodSync(at('config.json'), 0o644)
    writeFileSync(at('apps.txt'), 'frappe\nfrappe\n')
    symlinkSync('/gone', at('assets'))
  })
  afterEach(() => {
    for (const directory of [home, vault]) rmSync(directory, { recursive: true, force: true })
  })

  for (const { kind, params, meddle } of cases) {
    const shown = JSON.stringify(params((part) => part))
    it(`${kind}: twice done and twice undone is once each ${shown}`, async () => {
      const change = kindOf(kind)
      const context = contextOf('keep')
      const before = state()
      const given = params(at)
      assert.equal((await change.inspect(context, given, {})).state, 'pending')
      const noted = await change.prepare(context, given)
      assert.equal(state(), before, 'preparing changes nothing')
      const left = await change.apply(context, given, noted)
      const after = state()
      assert.notEqual(after, before)
      await change.apply(context, given, noted)
      assert.equal(state(), after)
      assert.equal((await change.inspect(context, given, { before: noted })).state, 'applied')
      for (let time = 0; time < 2; time += 1) assert.deepEqual(await change.revert(context, given, noted, left), [])
      assert.equal(state(), before)
    })

    it(`${kind}: a kill before or after it was done is undone as well ${shown}`, async () => {
      const change = kindOf(kind)
      const context = contextOf('keep')
      const before = state()
      const noted = await change.prepare(context, params(at))
      await change.revert(context, params(at), noted, undefined)
      assert.equal(state(), before)
      await change.apply(context, params(at), noted)
      await change.revert(context, params(at), noted, undefined)
      assert.equal(state(), before)
    })

    if (meddle !== undefined)
      it(`${kind}: what somebody made of it since is kept and listed ${shown}`, async () => {
        const change = kindOf(kind)
        const noted = await change.prepare(contextOf('keep'), params(at))
        const left = await change.apply(contextOf('keep'), params(at), noted)
        meddle(at)
        const theirs = state()
        assert.equal((await change.revert(contextOf('keep'), params(at), noted, left)).length > 0, true)
        assert.equal(state(), theirs)
      })
  }

  it('never compresses a file that a process holds open, nor over one that is there', async () => {
    const compress = kindOf('compress-file')
    const before = state()
    const held = await open(at('apps.txt'), 'a')
    await assert.rejects(compress.prepare(contextOf('keep'), { path: at('apps.txt') }), /holds it open/)
    await held.close()
    assert.equal(state(), before)
    writeFileSync(at('apps.txt.gz'), 'of somebody')
    await assert.rejects(compress.prepare(contextOf('keep'), { path: at('apps.txt') }), /there already/)
    assert.equal(readFileSync(at('apps.txt.gz'), 'utf8'), 'of somebody')
  })

  it('never makes anything writable for everybody', () => {
    const open = { files: [{ path: at('config.json'), mode: 0o777 }], privileged: false, purpose: 'Open' }
    assert.throws(() => kindOf('set-access').describe(open))
  })

  it('never touches a directory that stands where a link was expected', async () => {
    const params = { path: at('site'), to: null, purpose: 'Remove' }
    await assert.rejects(kindOf('set-link').prepare(contextOf('keep'), params), /no link/)
  })

  it('keeps the texts of a mended file out of what is journalled', async () => {
    writeFileSync(at('config.json'), '\uFEFF{"db_password": "hunter2"}')
    const params = { path: at('config.json'), mends: ['byte-order-mark'], purpose: 'Mend' }
    const noted = await kindOf('mend-json').prepare(contextOf('keep'), params)
    assert.ok(!JSON.stringify(noted).includes('hunter2'))
    assert.ok(readFileSync(at('config.json'), 'utf8').startsWith('\uFEFF'))
  })
})

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { brokenAuditLine } from '../../../src/execution/audit.ts'
import { benchHome } from '../../../src/execution/run-home.ts'
import { journalOf, renameArguments, rowsBegun, start, stillOpen, until } from './command.ts'
import { smallDisk } from './full-disk.ts'
import { undisturbed } from './matrix.ts'
import { createSqliteStage } from './sqlite-stage.ts'

const quietly = ['--no-interactive']

/** A process of its own that holds a write transaction of an SQLite file open. */
async function holdWriter(path: string) {
  const script = `const { DatabaseSync } = require('node:sqlite')
    new DatabaseSync(process.argv[1]).exec('BEGIN IMMEDIATE'); console.log('held'); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['-e', script, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return () => {
    child.kill('SIGKILL')
  }
}

test('faults on a site with an SQLite file', async (t) => {
  const stage = await createSqliteStage()
  t.after(() => stage.remove())
  const ends = await undisturbed(stage)
  const { benchPath } = stage
  const rename = () => start(benchPath, renameArguments(stage.request), stage.environment)
  const command = (...parameters: string[]) => start(benchPath, [...parameters, ...quietly], stage.environment)
  const databaseAt = (site: string) => {
    const directory = join(benchPath, 'sites', site, 'db')
    return join(directory, readdirSync(directory).find((name) => name.endsWith('.db')) ?? '')
  }
  /** A rename that waits in its rewrite, because somebody else writes; `go` lets it on. */
  const held = async (test: TestContext) => {
    stage.fresh()
    const go = await holdWriter(databaseAt('old.cloud'))
    test.after(go)
    const run = rename()
    await until('the first rows are being rewritten', () => rowsBegun(benchPath))
    return { run, go }
  }

  /** Now, and at the end of this test once more. */
  const holdsAs = async (wanted: string) => {
    assert.equal(await stage.state(), wanted)
    await stage.keepForLater(wanted)
  }

  for (const action of ['resume', 'rollback'] as const) {
    await t.test(`killed while another process holds a write transaction: ${action} waits for it`, async (test) => {
      const { run, go } = await held(test)
      run.signal('SIGKILL')
      await run.ended
      const next = command(action)
      const waits = action === 'resume' ? '"reason":"resumed"' : '"type":"reverting","step":"rewrite-rows"'
      await until(`${action} has come to the rows`, () => journalOf(benchPath).includes(waits))
      assert.equal(await stillOpen(next.ended, 1000), true)
      go()
      const ended = await next.ended
      assert.equal(ended.code, 0, ended.stderr)
      await holdsAs(action === 'resume' ? ends.end : ends.start)
    })
  }

  await t.test(
    'a second migrator is refused and told who is at work; the lock of a dead one is taken over',
    async (test) => {
      const { run, go } = await held(test)
      const second = await command('rollback').ended
      assert.equal(second.code, 4, second.stderr)
      assert.match(second.stderr, new RegExp(`process ${run.pid}`))
      const third = await rename().ended
      assert.equal(third.code, 4, third.stderr)
      run.signal('SIGKILL')
      await run.ended
      go()
      const resumed = await command('resume').ended
      assert.equal(resumed.code, 0, resumed.stderr)
      await holdsAs(ends.end)
    },
  )

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    await t.test(`${signal} stops at a safe point and keeps; resume goes on`, async (test) => {
      const { run, go } = await held(test)
      run.signal(signal)
      if (signal === 'SIGINT') await until('it heard', () => run.said().includes('Stopping at the next safe point'))
      go()
      const stopped = await run.ended
      assert.equal(stopped.code, 130, stopped.stderr)
      assert.match(stopped.stdout, /frappe-migrator resume/)
      assert.notEqual(await stage.state(), ends.end)
      const resumed = await command('resume').ended
      assert.equal(resumed.code, 0, resumed.stderr)
      await holdsAs(ends.end)
    })
  }

  await t.test('a second Ctrl-C leaves at once; rollback takes all back', async (test) => {
    const { run, go } = await held(test)
    run.signal('SIGINT')
    await until('it heard', () => run.said().includes('Stopping at the next safe point'))
    run.signal('SIGINT')
    assert.equal((await run.ended).code, 130)
    go()
    const back = await command('rollback').ended
    assert.equal(back.code, 0, back.stderr)
    await holdsAs(ends.start)
  })

  await t.test('a terminal that goes away does not stop the run: it ends and logs to its folder', async (test) => {
    const { run, go } = await held(test)
    run.hangUp()
    go()
    const ended = await run.ended
    assert.equal(ended.code, 0)
    assert.equal(await stage.state(), ends.end)
    const runs = join(benchPath, '.migrator', 'runs')
    const log = spawnSync('cat', [join(runs, readdirSync(runs)[0] ?? '', 'run.log')], { encoding: 'utf8' })
    assert.match(log.stdout, /old\.cloud → new\.domain/)
  })

  await t.test('a file that becomes read-only in the middle: all is taken back', async () => {
    stage.fresh()
    const file = join(benchPath, 'sites', 'currentsite.txt')
    const at = { label: 'edit-json journal:done after', number: 1 }
    const said = await stage.drive('rename', at, ['lock', file])
    spawnSync('umount', [file])
    assert.match(said ?? '', /^rolled-back [^k]/)
    assert.equal(await stage.state(), ends.start)
  })

  await t.test('a configuration that may not be written is refused before anything is touched', async () => {
    stage.fresh()
    const file = join(benchPath, 'sites', 'currentsite.txt')
    for (const argv of [
      ['--bind', file, file],
      ['-o', 'remount,bind,ro', file],
    ]) {
      const mounted = spawnSync('mount', argv, { encoding: 'utf8' })
      assert.equal(mounted.status, 0, `this test binds a file read-only and needs root for that: ${mounted.stderr}`)
    }
    const refused = await rename().ended
    spawnSync('umount', [file])
    assert.equal(refused.code, 4, refused.stderr)
    assert.match(refused.stderr + refused.stdout, /currentsite\.txt/)
    assert.equal(await stage.state(), ends.start)
  })

  await t.test('what those ended in holds', () => stage.lookAgain())
})

test('a file that is a mount point of its own is written in place, and a kill in the middle is mended', async (t) => {
  const stage = await createSqliteStage()
  const file = join(stage.benchPath, 'config', 'machine', 'hosts')
  t.after(async () => {
    spawnSync('umount', [file])
    await stage.remove()
  })
  const mounted = spawnSync('mount', ['--bind', file, file], { encoding: 'utf8' })
  assert.equal(mounted.status, 0, `this test binds a file and needs root for that: ${mounted.stderr}`)
  const begin = await stage.state()
  const plain = await stage.boundaries('rename')
  const end = await stage.state()
  assert.equal(await stage.drive('rollback'), 'rolled-back')
  assert.equal(await stage.state(), begin)
  const inPlace = plain.filter(({ label }) => /truncate site/.test(label))
  assert.ok(inPlace.length, 'written in place')
  for (const at of inPlace) {
    assert.equal(await stage.drive('rename', at), null)
    assert.equal(await stage.drive('resume'), 'done')
    assert.equal(await stage.state(), end, at.label)
    const back = { label: `undo ${at.label}`, number: 1 }
    assert.equal(await stage.drive('rollback', back), null)
    assert.equal(await stage.drive('resume'), 'rolled-back')
    assert.equal(await stage.state(), begin, back.label)
  }
})

/** When the disk becomes full: at the backup, in the capture, before a journal line, before a configuration file. */
const fullAt = [
  'backup_current_state journal:phase after',
  'capture-rows journal:intent after',
  'rewrite-database rows after',
  'edit-json sync site before',
  'undo edit-text sync site before',
]

test('a disk that becomes full: all is taken back with the room kept for it', async (t) => {
  const disk = smallDisk(96)
  const stage = await createSqliteStage({}, disk.path)
  t.after(async () => {
    await stage.remove()
    disk.unmount()
  })
  const ends = await undisturbed(stage)
  for (const label of fullAt) {
    await t.test(label, async () => {
      stage.fresh()
      const undoing = label.startsWith('undo')
      if (undoing) assert.equal(await stage.drive('rename'), 'done')
      const at = { label, number: 1 }
      const said = await stage.drive(undoing ? 'rollback' : 'rename', at, ['fill', disk.path])
      assert.match(said ?? '', /^rolled-back(?! kept)/)
      assert.equal(await stage.state(), ends.start)
      disk.makeRoom()
      assert.equal(await brokenAuditLine(benchHome(stage.benchPath)), null)
      assert.equal(await stage.drive('rename'), 'done', 'and with room it goes through')
    })
  }
})

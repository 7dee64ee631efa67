import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { oneOfEach } from '../kill/matrix.ts'
import { said } from '../rename/stage.ts'
import { killedBack, killedRestore, killing, requestFor, undisturbed } from './killed.ts'
import { smallBackup, smallSource } from './small-backup.ts'
import { restoreStage, SITE } from './stage.ts'

const LONG_BYTES = 4 << 20

/** What the quick tier takes: where a statement may be running, and where the site is between two states. scripts/prove takes every line of the journal. */
const QUICK =
  /^(create-database journal:intent before|import-dump (statement after|journal:progress torn)|switch-database rename site after)$|^move-directory rename site after$/
const QUICK_BACK = /^undo switch-database rename site after$/

test('every row that breaks naive copies is restored as it was, and a restore killed at any moment goes on, or back', async (t) => {
  const stage = await restoreStage()
  t.after(() => stage.stop())
  const backup = join(stage.bench.directory, '..', 'small')
  await smallBackup(stage.mariadb, backup, LONG_BYTES)
  const kill = killing(stage, requestFor(stage, backup))

  await t.test(
    'NULL and empty, bits, zero dates, raw bytes, long text, odd names, views of views, triggers, engines',
    async () => {
      const done = await stage.restore('--site', SITE, '--backup-dir', backup)
      assert.equal(done.code, 0, said(done))
      const [restored, source] = [await stage.digestOf(stage.present()), await stage.digestOf(smallSource)]
      assert.deepEqual(restored.tables, source.tables)
      assert.equal((await stage.migrate('rollback', '--no-interactive')).code, 0)
    },
  )

  const ends = await undisturbed(kill)
  for (const at of oneOfEach(ends.doing).filter(({ label }) => QUICK.test(label)))
    await t.test(`killed: ${at.label}`, () => killedRestore(stage, kill, ends, at))
  for (const at of oneOfEach(ends.undoing).filter(({ label }) => QUICK_BACK.test(label)))
    await t.test(`killed on the way back: ${at.label}`, () => killedBack(stage, kill, ends, at))
})

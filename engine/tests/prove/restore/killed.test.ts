import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { oneOfEach } from '../../integration/kill/matrix.ts'
import { said } from '../../integration/rename/stage.ts'
import { killedBack, killedRestore, killing, requestFor, undisturbed } from '../../integration/restore/killed.ts'
import { smallBackup, smallSource } from '../../integration/restore/small-backup.ts'
import { restoreStage, SITE } from '../../integration/restore/stage.ts'
import { everyJournalLine } from '../kill/every-boundary.ts'

const LONG_BYTES = 64 << 20

test('a text of 64 MB is restored as it was', async (t) => {
  const stage = await restoreStage()
  t.after(() => stage.stop())
  await stage.mariadb.sql('SET GLOBAL max_allowed_packet = 1073741824')
  const backup = join(stage.bench.directory, '..', 'long')
  await smallBackup(stage.mariadb, backup, LONG_BYTES)
  const done = await stage.restore('--site', SITE, '--backup-dir', backup)
  assert.equal(done.code, 0, said(done))
  const [restored, source] = [await stage.digestOf(stage.present()), await stage.digestOf(smallSource)]
  assert.deepEqual(restored.tables, source.tables)
})

test('a restore and its rollback survive SIGKILL at every line of the journal and every kind of deed', async (t) => {
  const stage = await restoreStage()
  t.after(() => stage.stop())
  const backup = join(stage.bench.directory, '..', 'small')
  await smallBackup(stage.mariadb, backup, 1 << 20)
  const kill = killing(stage, requestFor(stage, backup))
  const ends = await undisturbed(kill)
  const chosen = (all: typeof ends.doing) => [...new Set([...everyJournalLine(all), ...oneOfEach(all)])]
  for (const at of chosen(ends.doing))
    await t.test(`killed: ${at.label} ${at.number}`, () => killedRestore(stage, kill, ends, at))
  for (const at of chosen(ends.undoing))
    await t.test(`killed on the way back: ${at.label} ${at.number}`, () => killedBack(stage, kill, ends, at))
})

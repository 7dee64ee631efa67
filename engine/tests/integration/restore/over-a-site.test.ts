import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { treeOf } from '../../servers/tree.ts'
import { login, said } from '../rename/stage.ts'
import { leaksUnder } from '../secrets/leaks.ts'
import { PREFIX, restoreStage, SITE } from './stage.ts'

test('a backup over a site: loaded beside, proven, switched to; taken back by one command; dropped by cleanup alone', async (t) => {
  const stage = await restoreStage()
  t.after(() => stage.stop())
  const before = stage.present()
  await stage.sql("INSERT INTO tabNote (name, title) VALUES ('since', 'written after the backup was taken')")
  const start = await stage.state()
  const independent = { database: '_plain', user: '_plain', password: 'plain' }
  await stage.mariadb.importDump(join(stage.backup, `${PREFIX}-database.sql.gz`), independent)
  const loaded = await stage.digestOf(independent)
  await stage.mariadb.sql("DROP DATABASE _plain; DROP USER _plain@localhost; DROP USER _plain@'%'")

  await t.test('a plan changes nothing', async () => {
    const plan = await stage.restore('--site', SITE, '--plan')
    assert.equal(plan.code, 2, said(plan))
    assert.match(plan.stdout, /old\.cloud, taken 2026-11-22 22:32:59, Frappe 15\.55\.1/)
    assert.match(plan.stdout, /CREATE DATABASE `_[0-9a-f]{16}`/)
    assert.match(plan.stdout, /encryption key: carried from the backup: 8 encrypted secrets/)
    assert.equal(await stage.state(), start)
  })

  let shown = ''
  await t.test('the site then holds what any other load of the dump gives, and nothing less', async () => {
    const done = await stage.restore('--site', SITE)
    shown += done.stdout + done.stderr
    assert.equal(done.code, 0, said(done))
    const now = stage.present()
    assert.notEqual(now.database, before.database)
    assert.deepEqual(await stage.digestOf(now), loaded)
    assert.equal((await stage.visit(SITE, '/login')).status, 200)
    const files = treeOf(join(stage.bench.sitesDirectory, SITE, 'public', 'files'))
    assert.equal(files.filter((line) => /doc-\d+\.txt/.test(line)).length, 10)
    // What was there before is there still, whole.
    assert.match((await stage.sql("SELECT title FROM tabNote WHERE name = 'since'")).trim(), /written after/)
  })

  await t.test('the proof can be asked again, also of every table', async () => {
    const again = await stage.migrate('verify-migration', '--deep')
    assert.equal(again.code, 0, said(again))
    assert.match(again.stdout, /Everything in the backup is in the database +237 tables with 13811 rows/)
    assert.match(again.stdout, /238 tables read now, all as the run left them/)
  })

  await t.test('no password and no key is where it need not be', () => {
    const secrets = [
      stage.present().password,
      stage.mariadb.rootPassword,
      JSON.parse(readFileSync(join(stage.backup, `${PREFIX}-site_config_backup.json`), 'utf8')).encryption_key,
      ...stage.site.secrets,
    ]
    assert.deepEqual(
      leaksUnder(join(stage.bench.directory, '.migrator'), secrets, (path) => /\/vault\//.test(path)),
      [],
    )
    for (const secret of secrets) assert.ok(!shown.includes(secret))
  })

  await t.test('rollback is one command, and brings back the start to the byte', async () => {
    const back = await stage.migrate('rollback', '--no-interactive')
    assert.equal(back.code, 0, said(back))
    assert.equal(await stage.state(), start)
    assert.deepEqual(
      (await stage.accounts()).filter((name) => !name.startsWith(before.user)),
      [],
    )
    assert.ok(await login(stage, SITE))
  })

  await t.test('what was written into the restored database is told and kept, until cleanup drops it', async () => {
    assert.equal((await stage.restore('--site', SITE)).code, 0)
    const restored = stage.present().database
    await stage.mariadb.sql(
      "INSERT INTO tabNote (name, title) VALUES ('late', 'written to the restored site')",
      restored,
    )
    writeFileSync(join(stage.bench.sitesDirectory, SITE, 'public', 'files', 'late.txt'), 'uploaded since')
    const back = await stage.migrate('rollback', '--no-interactive')
    assert.equal(back.code, 5, said(back))
    assert.match(back.stdout, new RegExp(`the database ${restored}: .*written to since \\(tabNote: \\+1 rows\\)`))
    assert.match(back.stdout, /others put files there since; all of them are in \S+archived\/migrator/)
    assert.deepEqual(stage.present(), before)
    assert.ok((await stage.databases()).includes(restored))
    const cleaned = await stage.migrate('cleanup', '--yes')
    assert.equal(cleaned.code, 0, said(cleaned))
    assert.deepEqual(await stage.databases(), [before.database])
  })

  await t.test('cleanup of one that stands drops the database and the files it replaced', async () => {
    assert.equal((await stage.restore('--site', SITE)).code, 0)
    const restored = stage.present().database
    const asked = await stage.migrate('cleanup')
    assert.match(asked.stderr, new RegExp(`Drop the database ${before.database}`))
    assert.deepEqual((await stage.databases()).sort(), [before.database, restored].sort())
    const cleaned = await stage.migrate('cleanup', '--yes')
    assert.equal(cleaned.code, 0, said(cleaned))
    assert.deepEqual(await stage.databases(), [restored])
    assert.deepEqual(
      treeOf(join(stage.bench.sitesDirectory, SITE)).filter((line) => line.includes('.files.')),
      [],
    )
    assert.equal((await stage.visit(SITE, '/login')).status, 200)
  })
})

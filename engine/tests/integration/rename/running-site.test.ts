import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { MigrationReport } from '../../../src/report/migration-report.ts'
import { enqueueJob, jobState } from '../../servers/jobs.ts'
import { startWorker } from '../../servers/web.ts'
import { queueState } from './queue.ts'
import { journalOf, login, maintenanceWindow, said, setStage } from './stage.ts'
import { deskWriter, enqueuer, sqlWriter } from './writers.ts'

const [source, target] = ['old.cloud', 'new.domain']

test('a site that is in use loses no write and no job, and no planned occurrence is left', async (t) => {
  const stage = await setStage({ dataSet: 'site-v15', site: source, siteConfig: { host_name: `http://${source}` } })
  t.after(() => stage.stop())
  const { bench, database } = stage
  const runs = join(bench.directory, '.migrator', 'runs')
  const journal = () => {
    const [run] = existsSync(runs) ? readdirSync(runs) : []
    const path = run === undefined ? '' : join(runs, run, 'journal.jsonl')
    return existsSync(path) ? readFileSync(path, 'utf8') : ''
  }
  const names = { source, target, moved: () => /"type":"done","step":"maintenance-off"/.test(journal()) }
  const rows = (await database.read('SELECT name FROM `tabACME Link` ORDER BY name LIMIT 12')).map(
    (row) => `${row['name']}`,
  )
  const [desk = '', ...shared] = rows
  const cookie = await login(stage, source)

  const worker = await startWorker(bench)
  t.after(() => worker.kill())
  const long = await enqueueJob(bench, source, {
    method: 'frappe.utils.background_jobs.test_job',
    kwargs: { s: 6 },
    queue: 'long',
  })
  for (let state = await jobState(bench, long); state.status !== 'started'; state = await jobState(bench, long))
    await delay(50)

  const writers = [
    await sqlWriter(stage, 'one', shared.slice(0, 5), names),
    await sqlWriter(stage, 'two', shared.slice(5), names),
    deskWriter(stage, desk, cookie, names),
  ]
  const flag = join(stage.nginx.directory, 'stop-enqueueing')
  const jobs = enqueuer(stage, source, target, flag)
  const renamed = await stage.rename(source, target, '--wait-for-jobs', '60', '--json')
  for (const writer of writers) await writer.stop()
  writeFileSync(flag, '')
  const late = await jobs.ended

  await t.test('the run waits for what runs, finishes, and says what it found afterwards', async () => {
    assert.equal(renamed.code, 0, said(renamed))
    const report = MigrationReport.parse(JSON.parse(renamed.stdout))
    assert.equal(report.summary.status, 'success')
    assert.ok(report.database.rewritten_afterwards > 0, 'writes of the window were rewritten afterwards')
    const ended = await jobState(bench, long.replace(source, target))
    assert.deepEqual(ended, { status: 'finished', site: target, error: null })
    const steps = journalOf(stage.lastRun()).flatMap((line) => (line.type === 'done' ? [line.step] : []))
    assert.ok(
      steps.indexOf('wait-for-jobs') < steps.indexOf('maintenance-on'),
      'a long job is waited for while the site is live',
    )
    const { values_moved, rewritten_afterwards, values_changed } = report.database
    t.diagnostic(
      `window ${maintenanceWindow(stage.lastRun())} s after a job of 6 s was waited for; ${values_changed} rewritten, ${values_moved} moved meanwhile, ${rewritten_afterwards} afterwards`,
    )
  })

  await t.test('every acknowledged write is there, under the new name', async () => {
    for (const writer of writers) {
      assert.ok(writer.namedOld > 5, 'the writer wrote the old name while the run went on')
      const last = writer.acknowledged.values().toArray().at(-1) ?? ''
      assert.ok(last.includes(target), `the writer went on after the rename: ${last}`)
      const names = [...writer.acknowledged.keys()]
      const found = await database.read(
        `SELECT name, body FROM \`tabACME Link\` WHERE name IN (${names.map(() => '?').join(', ')})`,
        names,
      )
      const held = new Map(found.map((row) => [row['name'], row['body']]))
      for (const [row, value] of writer.acknowledged) assert.equal(held.get(row), value.replace(source, target), row)
    }
    t.diagnostic(`${writers.map((writer) => writer.namedOld).join(' + ')} acknowledged writes named the old host`)
    const verified = await stage.migrate('verify-migration', '--site', target)
    assert.equal(verified.code, 0, said(verified))
    const left = await stage.sql(
      `SELECT COUNT(*) FROM \`tabACME Link\` WHERE body LIKE '%//${source}%' OR url LIKE '%//${source}%'`,
    )
    assert.equal(left.trim(), '0')
  })

  await t.test('every job put meanwhile ran, none under the name that is gone', async () => {
    const waiting = () =>
      queueState(stage).then((state) => Object.values(state).filter((job) => /queued|started/.test(job.status)))
    for (const until = Date.now() + 30_000; Date.now() < until && (await waiting()).length > 0; ) await delay(200)
    const state = await queueState(stage)
    assert.deepEqual(
      Object.entries(state).filter(([, job]) => job.status !== 'finished' || job.site !== target),
      [],
    )
    assert.ok(late.length > 20)
    for (const id of late) assert.ok(state[`${target}::${id}`], id)
    t.diagnostic(`${late.length} jobs were put while the run went on`)
  })
})

test('what something goes on writing with the old name is found by verify, and the same rename again does what is left', async (t) => {
  const stage = await setStage({ dataSet: 'site-v14', site: 'erp.example.org' })
  t.after(() => stage.stop())
  const [old, now] = ['erp.example.org', 'new.example.net']
  const before = stage.tree()
  const digest = await stage.digest()
  const done = await stage.rename(old, now)
  assert.equal(done.code, 0, said(done))
  const renamed = { tree: stage.tree(), digest: await stage.digest() }
  await stage.sql(`INSERT INTO \`tabACME Link\` (name, body) VALUES ('late', 'https://${old}/late')`)
  const failed = await stage.migrate('verify-migration', '--site', now)
  assert.equal(failed.code, 2, said(failed))
  assert.match(failed.stdout, /1 values name it: tabACME Link\.body/)

  const again = await stage.rename(old, now)
  assert.equal(again.code, 0, said(again))
  assert.equal((await stage.sql("SELECT body FROM `tabACME Link` WHERE name = 'late'")).trim(), `https://${now}/late`)
  assert.deepEqual(stage.tree(), renamed.tree, 'only the database had something left')
  assert.equal((await stage.visit(old, '/login')).status, 307)
  const verified = await stage.migrate('verify-migration', '--site', now)
  assert.equal(verified.code, 0, said(verified))

  for (const run of [2, 1]) {
    const back = await stage.migrate('rollback', '--no-interactive')
    assert.equal(back.code, 0, `${run}: ${said(back)}`)
  }
  await stage.sql("DELETE FROM `tabACME Link` WHERE name = 'late'")
  assert.equal(await stage.digest(), digest)
  assert.deepEqual(stage.tree(), before)
})

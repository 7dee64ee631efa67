/** What the commands say of runs: of whose, unfinished ones, with a report that was never written, as data. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { renameArguments, start } from '../kill/command.ts'
import { runsOf } from '../kill/matrix.ts'
import { createSqliteStage } from '../kill/sqlite-stage.ts'

const MIDDLE = { label: 'rewrite-database rows after', number: 1 }

test('what the commands say of runs', async (t) => {
  const stage = await createSqliteStage()
  t.after(() => stage.remove())
  const begin = await stage.state()
  const say = (...parameters: string[]) => stage.command(...parameters).ended
  const rename = (...more: string[]) =>
    start(stage.benchPath, [...renameArguments(stage.request), ...more], stage.environment).ended
  const latest = async () => {
    const run = (await runsOf(stage)).at(-1)
    assert.ok(run)
    return run
  }

  await t.test('a run is taken back, resumed and retired only for its own site', async () => {
    stage.fresh()
    assert.equal(await stage.drive('rename', MIDDLE), null)
    const { run } = await latest()
    for (const command of ['rollback', 'resume']) {
      const other = await say(command, '--site', 'nosuch', '--json')
      assert.equal(other.code, 3, other.stderr)
      assert.match(other.stderr, new RegExp(`nosuch[\\s\\S]*${run.id}[\\s\\S]*Nothing was changed`))
      const named = await say(command, '--site', 'nosuch', '--run', run.id)
      assert.equal(named.code, 3, named.stderr)
    }
    assert.equal((await latest()).state, 'running')
    assert.equal((await say('resume', '--site', 'new.domain')).code, 0)
    const cleanup = await say('cleanup', '--site', 'nosuch', '--yes')
    assert.equal(cleanup.code, 3, cleanup.stderr)
    assert.equal((await say('rollback', '--list', '--site', 'nosuch')).code, 3)
    assert.match((await say('rollback', '--list', '--site', 'old.cloud')).stdout, new RegExp(run.id))
    assert.equal((await say('rollback', '--site', 'old.cloud')).code, 0)
    assert.equal(await stage.state(), begin)
  })

  await t.test('a run whose record cannot be read is passed over by nobody whom it may concern', async () => {
    stage.fresh()
    assert.equal(await stage.drive('rename', MIDDLE), null)
    const { run } = await latest()
    const lines = readFileSync(run.journal, 'utf8').split('\n')
    writeFileSync(run.journal, lines.with(2, `X${lines[2]}`).join('\n'))
    for (const command of [['rollback'], ['resume'], ['verify-migration', '--site', 'OLD.cloud']]) {
      const said = await say(...command)
      assert.equal(said.code, 5, `${command}: ${said.stderr}`)
      assert.match(said.stderr, new RegExp(`${run.id}[\\s\\S]*Nothing was changed`))
    }
    const [first] = JSON.parse((await say('analyze-site', '--json')).stdout).findings
    assert.deepEqual([first.id, first.severity], ['damaged-run', 'critical'])
    const other = await say('cleanup', '--run', run.id, '--abandon', '--yes', '--site', 'two.cloud')
    assert.equal(other.code, 3, other.stderr)
    const unasked = await say('cleanup', '--run', run.id, '--abandon', '--json')
    assert.deepEqual(JSON.parse(unasked.stdout), { run: run.id, outcome: 'nothing' })
  })

  await t.test('what was decided about changes of others holds for a second rollback too', async () => {
    stage.fresh()
    assert.equal((await rename()).code, 0)
    const { run } = await latest()
    const config = join(stage.benchPath, 'sites', 'new.domain', 'site_config.json')
    const kept = JSON.parse(readFileSync(config, 'utf8'))
    writeFileSync(config, JSON.stringify({ ...kept, host_name: 'https://third.domain' }))
    const decided = { type: 'state', state: 'rolling-back', reason: 'asked for', pid: 1, onConflict: 'restore' }
    const last = JSON.parse(readFileSync(run.journal, 'utf8').trim().split('\n').at(-1) ?? '')
    writeFileSync(run.journal, `${JSON.stringify({ time: last.time, sequence: last.sequence + 1, ...decided })}\n`, {
      flag: 'a',
    })
    const back = await say('rollback', '--no-interactive')
    assert.equal(back.code, 0, back.stderr)
    const now = JSON.parse(readFileSync(join(stage.benchPath, 'sites', 'old.cloud', 'site_config.json'), 'utf8'))
    assert.notEqual(now.host_name, 'https://third.domain')
    const proof = await say('verify-migration', '--run', run.id)
    assert.equal(proof.code, 3, 'a run that was taken back proves nothing of today')
  })

  await t.test('an unfinished run is no proof and a critical finding, each with what to type', async () => {
    stage.fresh()
    assert.equal(await stage.drive('rename', MIDDLE), null)
    const { run } = await latest()
    for (const site of ['old.cloud', 'new.domain']) {
      const proof = await say('verify-migration', '--site', site)
      assert.equal(proof.code, 2, proof.stdout)
      assert.match(proof.stdout, new RegExp(`not[\\s\\S]*resume --run ${run.id}[\\s\\S]*rollback --run ${run.id}`))
    }
    const looked = await say('analyze-site', '--json')
    assert.equal(looked.code, 2)
    const [first] = JSON.parse(looked.stdout).findings
    assert.deepEqual([first.id, first.severity, first.subject], ['unfinished-run', 'critical', 'old.cloud'])
    assert.match(first.remedies.join(), new RegExp(`resume --run ${run.id}`))
    assert.equal((await say('resume')).code, 0)
    assert.doesNotMatch((await say('analyze-site', '--json')).stdout, /unfinished-run/)
    assert.equal((await say('verify-migration', '--site', 'new.domain')).code, 0)
  })

  await t.test(
    'a report that is missing or older than its journal is written by whoever looks at runs next',
    async () => {
      stage.fresh()
      assert.equal(await stage.drive('rename'), 'done')
      const { run } = await latest()
      assert.equal(existsSync(run.report), false, 'killed between its last line and the report')
      for (const parameters of [['resume'], ['rollback', '--list'], ['verify-migration']]) {
        for (const older of [null, '{"run": {"state": "running"}}\n']) {
          if (older === null) rmSync(run.report, { force: true })
          else writeFileSync(run.report, older)
          assert.equal((await say(...parameters)).code, 0)
          assert.equal(JSON.parse(readFileSync(run.report, 'utf8')).run.state, 'done', parameters.join(' '))
          assert.ok(existsSync(run.page))
        }
      }
      assert.equal((await say('cleanup', '--yes')).code, 0)
      const report = JSON.parse(readFileSync(run.report, 'utf8'))
      assert.deepEqual([report.run.state, report.rollback_command], ['retired', null])
    },
  )

  await t.test('every command with --json prints one document', async () => {
    stage.fresh()
    const nothing = { run: null, outcome: 'nothing' }
    assert.deepEqual(JSON.parse((await say('resume', '--json')).stdout), nothing)
    assert.deepEqual(JSON.parse((await say('rollback', '--json')).stdout), nothing)
    assert.equal((await rename()).code, 0)
    addRedirect(stage.benchPath, 'https://new.domain/born-later')
    const back = await say('rollback', '--json', '--rewrite-new-content')
    assert.equal(back.code, 0, back.stderr)
    const said = JSON.parse(back.stdout)
    assert.equal(said.run.rolled_back, true)
    assert.equal(said.new_content.values, 1)
    assert.equal(said.new_content.rewritten.run.state, 'done')
    assert.equal((await rename()).code, 0)
    const cleaned = await say('cleanup', '--json', '--yes')
    const document = JSON.parse(cleaned.stdout)
    assert.equal(document.outcome, 'done')
    assert.equal(document.runs.length, 3)
    assert.ok(Array.isArray(document.orphans))
    assert.deepEqual(JSON.parse((await say('rollback', '--json')).stdout), nothing)
  })

  await t.test('a rollback that cannot succeed says so alone, and looks at no content', async () => {
    stage.fresh()
    assert.equal((await rename()).code, 0)
    const [site, away] = [join(stage.benchPath, 'sites', 'new.domain'), join(stage.home, 'away')]
    renameSync(site, away)
    const back = await say('rollback', '--no-interactive', '--json')
    assert.equal(back.code, 5, back.stderr)
    assert.doesNotMatch(back.stderr, /still name/)
    assert.equal(JSON.parse(back.stdout).new_content, undefined)
    renameSync(away, site)
    assert.equal((await say('rollback')).code, 0, 'nothing had been touched')
    assert.equal(await stage.state(), begin)
  })

  await t.test('--deep reads the tables of today', async () => {
    stage.fresh()
    assert.equal((await rename()).code, 0)
    const without = await say('verify-migration', '--deep', '--json')
    assert.equal(without.code, 0, without.stderr)
    assert.equal(deepOf(without.stdout).status, 'not-applicable')
    assert.equal((await say('rollback')).code, 0)
    assert.equal((await rename('--deep')).code, 0)
    assert.equal(deepOf((await say('verify-migration', '--json')).stdout), undefined, 'not asked for')
    const same = await say('verify-migration', '--deep', '--json')
    assert.equal(deepOf(same.stdout).status, 'passed', same.stdout)
    assert.match(same.stderr, /Read every table/)
    addRedirect(stage.benchPath, '/elsewhere')
    const differing = deepOf((await say('verify-migration', '--deep', '--json')).stdout)
    assert.equal(differing.status, 'warning')
    assert.match(differing.evidence, /different since: tabWebsite Route Redirect \(\+1 rows\)/)
  })
})

const deepOf = (stdout: string) => JSON.parse(stdout).checks.find((check: { id: string }) => check.id === 'deep-digest')

/** Somebody at work on the renamed site. */
function addRedirect(benchPath: string, target: string): void {
  const directory = join(benchPath, 'sites', 'new.domain', 'db')
  const database = new DatabaseSync(join(directory, readdirSync(directory).find((name) => name.endsWith('.db')) ?? ''))
  try {
    database.exec('CREATE TEMP TABLE later AS SELECT * FROM "tabWebsite Route Redirect" LIMIT 1')
    database.prepare("UPDATE later SET name = 'later', target = ?").run(target)
    database.exec('INSERT INTO "tabWebsite Route Redirect" SELECT * FROM later')
  } finally {
    database.close()
  }
}

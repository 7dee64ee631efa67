import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { edit, keptOf, type RollbackStage, rollbackStage, setKeys } from './stage.ts'

const [source, target] = ['old.cloud', 'new.domain']
let stage: RollbackStage
let begin: string
let renamed: string

before(async () => {
  stage = await rollbackStage()
  begin = await stage.state()
})
after(() => stage?.remove())
beforeEach(async () => {
  stage.fresh()
  const done = await stage.rename()
  assert.equal(done.code, 0, done.stderr)
  renamed = await stage.state()
})

async function refusedUntouched(says: RegExp): Promise<void> {
  const refused = await stage.quietly('rollback')
  assert.equal(refused.code, 5, refused.stderr)
  assert.match(refused.stderr, says)
  assert.match(refused.stderr, /Nothing was changed/)
}

async function takenBack(): Promise<void> {
  const back = await stage.quietly('rollback')
  assert.equal(back.code, 0, back.stderr)
  assert.equal(await stage.state(), begin)
}

test('before-images that were cut off are refused before anything is touched', async () => {
  const rows = stage.vaultFile((name) => name.startsWith('rows-capture-rows'))
  const whole = readFileSync(rows)
  truncateSync(rows, Math.floor(whole.length / 2))
  await refusedUntouched(/rows-capture-rows\.jsonl \(changed\)/)
  assert.equal(await stage.state(), renamed)
  rmSync(rows)
  await refusedUntouched(/rows-capture-rows\.jsonl \(gone\)/)
  writeFileSync(rows, whole)
  await takenBack()
})

test('a stored file that is no longer what was stored is refused before anything is touched', async () => {
  const stored = stage.vaultFile((_, text) => text.includes('"encryption_key"') && !text.includes('"maintenance_mode"'))
  const whole = readFileSync(stored)
  writeFileSync(stored, '{}')
  await refusedUntouched(/vault[\s\S]*\(changed\)/)
  assert.equal(await stage.state(), renamed)
  writeFileSync(stored, whole)
  await takenBack()
})

test('a new site under the old name is never moved: the rollback is refused until it is elsewhere', async () => {
  mkdirSync(stage.site(source))
  writeFileSync(stage.configOf(source), '{"db_name": "other"}')
  await refusedUntouched(/old\.cloud is a site of its own by now[\s\S]*move its directory out of sites/)
  rmSync(stage.site(source), { recursive: true })
  await takenBack()
})

test('a site that was moved away is asked for before anything is touched', async () => {
  const elsewhere = join(stage.benchPath, 'archived-site')
  renameSync(stage.site(target), elsewhere)
  await refusedUntouched(/new\.domain[\s\S]*is gone[\s\S]*--abandon/)
  renameSync(elsewhere, stage.site(target))
  await takenBack()
})

test('a configuration that is no longer valid is named before anything is touched', async () => {
  const whole = readFileSync(stage.configOf(target), 'utf8')
  writeFileSync(stage.configOf(target), whole.slice(0, -5))
  await refusedUntouched(/site_config\.json is not valid JSON/)
  writeFileSync(stage.configOf(target), whole)
  await takenBack()
})

test("a bench's configuration that is no longer valid is named before anything is touched", async () => {
  const common = join(stage.benchPath, 'sites', 'common_site_config.json')
  const whole = readFileSync(common, 'utf8')
  writeFileSync(common, `${whole},`)
  await refusedUntouched(/common_site_config\.json is not valid JSON/)
  writeFileSync(common, whole)
  await takenBack()
})

test('a hosts file that is gone is named before anything is touched', async () => {
  const hosts = stage.request.hostsFile ?? ''
  const whole = readFileSync(hosts)
  rmSync(hosts)
  await refusedUntouched(/machine\/hosts is gone/)
  writeFileSync(hosts, whole)
  await takenBack()
})

test('maintenance that an administrator set after the run stays, and is listed', async () => {
  edit(stage.configOf(target), setKeys({ maintenance_mode: 1 }))
  const back = await stage.quietly('rollback', '--json')
  assert.equal(back.code, 5, back.stderr)
  assert.deepEqual(keptOf(back.stdout), [`${stage.configOf(source)}: maintenance_mode: set to 1 by somebody since`])
  const config = JSON.parse(readFileSync(stage.configOf(source), 'utf8'))
  assert.equal(config.maintenance_mode, 1)
  assert.equal(config.pause_scheduler, undefined)
  const restored = await stage.quietly('rollback', '--run', stage.lastRun(), '--on-conflict', 'restore')
  assert.equal(restored.code, 0, restored.stderr)
  assert.equal(JSON.parse(readFileSync(stage.configOf(source), 'utf8')).maintenance_mode, undefined)
})

test('what a rollback kept can be restored afterwards, and a kill does not forget that choice', async () => {
  edit(stage.configOf(target), setKeys({ host_name: 'https://cdn.example.net' }))
  const back = await stage.quietly('rollback', '--json')
  assert.equal(back.code, 5, back.stderr)
  const run = stage.lastRun()
  const again = await stage.quietly('rollback', '--run', run)
  assert.equal(again.code, 3, again.stderr)
  assert.match(again.stderr, /--on-conflict restore/)
  const journal = join(stage.benchPath, '.migrator', 'runs', run, 'journal.jsonl')
  const lines = readFileSync(journal, 'utf8').trim().split('\n')
  const begun = lines.findLast((line) => line.includes('"rolling-back"')) ?? ''
  // As a kill right after the decision leaves it.
  const sequence = lines.length + 1
  writeFileSync(
    journal,
    `${lines.join('\n')}\n${JSON.stringify({ ...JSON.parse(begun), sequence, onConflict: 'restore' })}\n`,
  )
  const resumed = await stage.quietly('resume')
  assert.equal(resumed.code, 0, resumed.stderr)
  assert.equal(await stage.state(), begin)
})

test('a later run of the same names that cleanup retired blocks, and says so', async () => {
  const first = stage.lastRun()
  const next = await stage.rename(target, 'third.test')
  assert.equal(next.code, 0, next.stderr)
  const later = stage.lastRun()
  const cleaned = await stage.quietly('cleanup', '--run', later, '--yes')
  assert.equal(cleaned.code, 0, cleaned.stderr)
  const refused = await stage.quietly('rollback', '--run', first)
  assert.equal(refused.code, 3, refused.stderr)
  assert.match(refused.stderr, new RegExp(`retired by cleanup: ${later}[\\s\\S]*cleanup --run ${first}`))
})

test('a copy of the bench on another disk can be taken back too', async () => {
  const copy = `${stage.site(target)}.copy`
  cpSync(stage.site(target), copy, { recursive: true, preserveTimestamps: true })
  rmSync(stage.site(target), { recursive: true })
  renameSync(copy, stage.site(target))
  await takenBack()
})

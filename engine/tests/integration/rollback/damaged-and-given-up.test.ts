import assert from 'node:assert/strict'
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { auditPath } from '../../../src/execution/audit.ts'
import { benchHome } from '../../../src/execution/run-home.ts'
import { edit, type RollbackStage, rollbackStage, setKeys } from './stage.ts'

const [source, target] = ['old.cloud', 'new.domain']
let stage: RollbackStage
let begin: string

before(async () => {
  stage = await rollbackStage()
  begin = await stage.state()
})
after(() => stage?.remove())
beforeEach(() => stage.fresh())

async function renamed(from = source, to = target): Promise<string> {
  const done = await stage.rename(from, to)
  assert.equal(done.code, 0, done.stderr)
  return stage.lastRun()
}

const journalOf = (run: string) => join(stage.benchPath, '.migrator', 'runs', run, 'journal.jsonl')
const damage = (run: string) => edit(journalOf(run), (text) => text.replace('{', '\0'))

test('a damaged record of a run that is over blocks nothing but that run', async () => {
  const first = await renamed()
  const back = await stage.quietly('rollback')
  assert.equal(back.code, 0, back.stderr)
  damage(first)
  const second = await renamed()
  const listed = await stage.quietly('rollback', '--list')
  assert.match(listed.stdout, new RegExp(`${first}.*damaged.*old\\.cloud → new\\.domain\\n${second}.*done`))
  const named = await stage.quietly('rollback', '--run', first)
  assert.equal(named.code, 5, named.stderr)
  assert.match(named.stderr, new RegExp(`line 1[\\s\\S]*cleanup --run ${first} --abandon`))
  assert.equal((await stage.verify()).code, 0)
  const latest = await stage.quietly('rollback')
  assert.equal(latest.code, 0, latest.stderr)
  assert.equal(await stage.state(), begin)
})

test('a damaged record of a run that stopped half way blocks a rename of its site, with the way out', async () => {
  const at = { label: 'move-directory journal:done after', number: 1 }
  assert.equal(await stage.drive('rename', at), null)
  const stopped = stage.lastRun()
  damage(stopped)
  const resumed = await stage.quietly('resume')
  assert.equal(resumed.code, 5, resumed.stderr)
  edit(stage.configOf(target), setKeys({ maintenance_mode: 0, pause_scheduler: 0 }))
  const refused = await stage.rename(target, 'third.test')
  assert.equal(refused.code, 5, refused.stderr)
  const asked = await stage.quietly('cleanup', '--run', stopped, '--abandon')
  assert.equal(asked.code, 0, asked.stderr)
  assert.match(asked.stderr, /its record cannot be read[\s\S]*Nothing was changed/)
  const given = await stage.quietly('cleanup', '--run', stopped, '--abandon', '--yes')
  assert.equal(given.code, 0, given.stderr)
  await renamed(target, 'third.test')
})

test('the vault of a run whose plan is damaged goes when it was given up and is named', async () => {
  const at = { label: 'move-directory journal:done after', number: 1 }
  assert.equal(await stage.drive('rename', at), null)
  const run = stage.lastRun()
  const directory = join(stage.benchPath, '.migrator', 'runs', run)
  edit(join(directory, 'plan.json'), (text) => text.slice(0, 200))
  const kept = await stage.quietly('cleanup', '--run', run, '--yes')
  assert.equal(kept.code, 5, kept.stderr)
  assert.match(kept.stderr, /--abandon/)
  const given = await stage.quietly('cleanup', '--run', run, '--abandon', '--yes')
  assert.equal(given.code, 0, given.stderr)
  const cleaned = await stage.quietly('cleanup', '--run', run, '--yes')
  assert.equal(cleaned.code, 0, cleaned.stderr)
  assert.equal(existsSync(join(directory, 'vault')), false)
  const again = await stage.quietly('cleanup', '--run', run, '--yes')
  assert.equal(again.code, 3, again.stderr)
})

test('a run that can never be taken back is given up, says what stays, and its vault goes when it is named', async () => {
  const at = { label: 'move-directory journal:done after', number: 1 }
  assert.equal(await stage.drive('rename', at), null)
  const run = stage.lastRun()
  renameSync(stage.site(target), join(stage.benchPath, 'dropped'))
  const impossible = await stage.quietly('rollback')
  assert.equal(impossible.code, 5, impossible.stderr)
  assert.match(impossible.stderr, new RegExp(`cleanup --run ${run} --abandon`))
  const given = await stage.quietly('cleanup', '--run', run, '--abandon', '--yes')
  assert.equal(given.code, 0, given.stderr)
  assert.match(given.stderr, /not taken back: Rename the directory[\s\S]*safety backup: \/.*\/vault/)
  const vault = join(stage.benchPath, '.migrator', 'runs', run, 'vault')
  assert.equal(existsSync(vault), true)
  assert.match((await stage.quietly('rollback')).stderr, /no run on this bench that could be taken back/)
  const again = await stage.quietly('cleanup', '--run', run, '--abandon', '--yes')
  assert.equal(again.code, 3, again.stderr)
  const cleaned = await stage.quietly('cleanup', '--run', run, '--yes')
  assert.equal(cleaned.code, 0, cleaned.stderr)
  assert.equal(existsSync(vault), false)
})

test('a line of the audit log that cannot be read does not make a finished run a failed one, and verify tells of it', async () => {
  await renamed()
  appendFileSync(auditPath(benchHome(stage.benchPath)), 'not a line\n')
  const verified = await stage.verify()
  assert.equal(verified.code, 0, verified.stderr)
  assert.match(verified.stdout, /Audit log is unbroken[\s\S]*line \d+/)
  const back = await stage.quietly('rollback')
  assert.equal(back.code, 0, back.stderr)
  assert.equal(await stage.state(), begin)
})

test('an audit log that cannot be written at all is a warning', async () => {
  await renamed()
  const path = auditPath(benchHome(stage.benchPath))
  renameSync(path, `${path}.away`)
  mkdirSync(path)
  const back = await stage.quietly('rollback')
  assert.equal(back.code, 0, back.stderr)
  assert.match(back.stderr, /audit log could not be written/)
  assert.ok(readFileSync(journalOf(stage.lastRun()), 'utf8').includes('"rolled-back"'))
})

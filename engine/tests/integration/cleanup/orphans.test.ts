import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { BenchFacts } from '../../../src/bench/bench-facts.ts'
import { surveyBench } from '../../../src/bench/survey.ts'
import { openEnvironment } from '../../../src/execution/open-environment.ts'
import { listRuns, readRun } from '../../../src/execution/run-directory.ts'
import { benchHome } from '../../../src/execution/run-home.ts'
import { rollBackRun, startRun } from '../../../src/execution/start-run.ts'
import type { ProcessFacts } from '../../../src/host/host.ts'
import { localHost } from '../../../src/host/local/index.ts'
import { createSandboxBench } from '../../../src/sandbox/sandbox-bench.ts'
import { findOrphans, type Orphan, planCleanup } from '../../../src/workflows/cleanup.ts'
import { migrator } from '../../servers/migrator.ts'

const host = localHost()
const attended = {
  interactive: false,
  ask: async () => 'keep' as const,
  stop: new AbortController().signal,
  onEvent: () => undefined,
  onConflict: 'keep' as const,
}

async function aBench(t: TestContext) {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'migrator-cleanup-')))
  t.after(() => rmSync(home, { recursive: true, force: true }))
  const directory = join(home, 'bench')
  await createSandboxBench({ directory })
  const options = { nginxConfig: join(home, 'none'), hostsFile: join(home, 'hosts'), crontabDirectories: [] }
  writeFileSync(options.hostsFile, '')
  return { home, directory, survey: () => surveyBench(host, directory, options) }
}

/** A process of the bench, ended with the test if it is still there then. */
async function running(t: TestContext, argv: [string, ...string[]], directory: string): Promise<number> {
  const [program, ...parameters] = argv
  const child = spawn(program, parameters, { cwd: directory, stdio: ['pipe', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  const { pid } = child
  if (pid === undefined) throw new Error(`${program} could not be started`)
  await new Promise((ready) => child.stdout.once('data', ready))
  return pid
}

/** Does nothing but stay; what follows the script are arguments for others to read. */
const stay = (...more: string[]) => ['-e', "console.log('up'); process.stdin.resume()", '--', ...more]

const orphansOf = async (facts: BenchFacts): Promise<Orphan[]> => findOrphans(facts, await host.processes())
const ofProcess = (orphans: Orphan[], pid: number) => orphans.find(({ what }) => what.startsWith(`process ${pid} `))

async function clear(facts: BenchFacts, orphans: Orphan[]) {
  const plan = planCleanup(facts, [], orphans)
  const { outcome } = await startRun(openEnvironment(host, plan, attended), plan)
  return outcome
}

test('processes of the bench whose site, program or directory is gone are found and ended, the others stay', async (t) => {
  const { home, directory, survey } = await aBench(t)
  const program = join(home, 'program')
  copyFileSync(process.execPath, program)
  const gone = join(directory, 'sites', 'gone.cloud')
  mkdirSync(gone)
  const sites = join(directory, 'sites')
  const lost = {
    'its site gone.cloud is gone': [
      await running(t, [process.execPath, ...stay('--site', 'gone.cloud')], sites),
      await running(t, [process.execPath, ...stay('--site=gone.cloud')], sites),
    ],
    [`its program ${program} is gone`]: [await running(t, [program, ...stay()], directory)],
    'the directory it runs in is gone': [await running(t, [process.execPath, ...stay()], gone)],
  }
  const kept = [
    await running(t, [process.execPath, ...stay('--site', 'old.cloud')], sites),
    await running(t, [process.execPath, ...stay('--site=gone.cloud')], home),
  ]
  rmSync(program)
  rmSync(gone, { recursive: true })
  const facts = await survey()
  const orphans = await orphansOf(facts)
  const found = Object.entries(lost).flatMap(([why, pids]) =>
    pids.map((pid) => {
      const orphan = ofProcess(orphans, pid)
      assert.equal(orphan?.why, why)
      return orphan
    }),
  )
  for (const pid of kept) assert.equal(ofProcess(orphans, pid), undefined, 'of another site or bench')
  const chosen = found.filter((orphan) => orphan !== undefined)
  assert.equal((await clear(facts, chosen)).outcome, 'done')
  for (const pid of Object.values(lost).flat()) assert.equal(await host.processIdentity(pid), null, 'ended')
  for (const pid of kept) assert.notEqual(await host.processIdentity(pid), null, 'goes on')
})

test('a process that merely has the number of a left-over one is not ended', async (t) => {
  const { directory, survey } = await aBench(t)
  const pid = await running(t, [process.execPath, ...stay('--site', 'gone.cloud')], directory)
  const facts = await survey()
  const older = (await host.processes()).map(
    (one): ProcessFacts => (one.pid === pid ? { ...one, startTime: '1' } : one),
  )
  const orphan = ofProcess(findOrphans(facts, older), pid)
  assert.ok(orphan)
  assert.equal((await clear(facts, [orphan])).outcome, 'done')
  assert.notEqual(await host.processIdentity(pid), null)
})

test('stray files and directories are listed, moved aside when chosen, and come back with a rollback', async (t) => {
  const { directory, survey } = await aBench(t)
  const path = (name: string) => join(directory, 'sites', name)
  mkdirSync(path('left.cloud'))
  writeFileSync(path('stray.sql'), 'dump')
  writeFileSync(path('.currentsite.txt.migrator'), 'half')
  writeFileSync(path('.gitignore'), '')
  const facts = await survey()
  const orphans = (await orphansOf(facts)).filter(({ what }) => what.startsWith(path('')))
  assert.deepEqual(orphans.map(({ what }) => what).sort(), [
    path('.currentsite.txt.migrator'),
    path('left.cloud'),
    path('stray.sql'),
  ])
  assert.equal((await clear(facts, orphans)).outcome, 'done')
  for (const { what } of orphans) assert.equal(existsSync(what), false)
  assert.ok(existsSync(path('.gitignore')))
  assert.ok(existsSync(path('apps.txt')))
  const [id = ''] = await listRuns(benchHome(directory))
  const run = await readRun(benchHome(directory), id)
  assert.equal(run.state, 'retired', 'a cleanup that is done is over')
  await rollBackRun(openEnvironment(host, run.plan, attended), run)
  assert.equal(readFileSync(path('stray.sql'), 'utf8'), 'dump')
})

test('without a terminal nothing left over is touched, and cleanup says so', async (t) => {
  const { directory } = await aBench(t)
  const none = await migrator(directory, ['cleanup', '--json'])
  assert.equal(none.code, 0, none.stderr)
  writeFileSync(join(directory, 'sites', 'stray.sql'), 'dump')
  const seen = await migrator(directory, ['cleanup', '--json', '--yes'])
  assert.equal(seen.code, 0, seen.stderr)
  assert.doesNotMatch(seen.stderr, /Nothing to do/)
  assert.match(seen.stderr, /Nothing was changed\. At a terminal, cleanup asks/)
  const said = JSON.parse(seen.stdout)
  assert.equal(said.outcome, 'nothing')
  assert.match(JSON.stringify(said.orphans), /stray\.sql/)
  assert.ok(existsSync(join(directory, 'sites', 'stray.sql')))
})

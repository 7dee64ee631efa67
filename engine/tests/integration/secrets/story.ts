/** Everything a user does with one site, under a watch; then every trace is searched for every secret. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { filesUnder, leaksUnder } from './leaks.ts'
import { leaksSeen, startWatch, type Watched } from './watch.ts'

export interface Stage {
  benchPath: string
  siteConfig: string
  /** A directory of the test's own. */
  home: string
  /** Options that say where the machine's files are. */
  machine: string[]
  source: string
  secrets: string[]
  /** A file of `machine`'s crontab directory that holds `planted.crontab`. */
  crontab: string
  /** Somebody else changes the planted row's address after a rename. */
  change(): Promise<void>
  /** Makes the database refuse one planted row, so that a run fails in the middle; and mends it. */
  fail(): Promise<void>
  repair(): Promise<void>
  /** Kills by SIGKILL are tried once a run has so many journal lines. */
  killAtLine?: number
}

/** Random secrets in the places where people leave them, and the words around them. */
export function plantedSecrets() {
  const one = (purpose: string) => `${purpose}-${randomBytes(12).toString('hex')}`
  const [known, unknown, common, redis] = [one('known'), one('unknown'), one('common'), one('redis')]
  const [userinfo, query, header, cron, cronQuery] = [one('user'), one('query'), one('head'), one('cron'), one('cronq')]
  const rows = (host: string): [string, ...string[]][] => [
    [
      'INSERT INTO tabWebhook (name, request_url, webhook_json) VALUES (?, ?, ?)',
      '0-planted',
      `https://bot:${userinfo}@${host}/hook?x=1&token=${query}`,
      `{"api_secret": "${header}", "link": "https://${host}/app?key=${query}"}`,
    ],
    [
      'INSERT INTO `tabWeb Page` (name, main_section) VALUES (?, ?)',
      '0-planted',
      `<a href="https://${host}/files/a.png?sid=${query}&amp;token=${query}">x</a> //bot:${userinfo}@${host}/x`,
    ],
  ]
  const crontab = (host: string) =>
    `SHELL=/bin/sh\n0 4 * * * root curl -s -u bot:${cron} "https://${host}/api/method/ping?token=${cronQuery}"\n`
  const all = [known, unknown, common, redis, userinfo, query, header, cron, cronQuery]
  return { known, unknown, common, redis, query, header, rows, crontab, all }
}

const said = ({ code, stdout, stderr }: Watched): string => `exit ${code}\n${stderr}\n${stdout}`

export async function proveNoLeak(t: TestContext, stage: Stage): Promise<void> {
  const { benchPath, source, secrets } = stage
  const target = 'new.domain'
  const watchHome = join(stage.home, 'watch')
  mkdirSync(watchHome)
  const watch = startWatch(benchPath, watchHome)
  const state = join(benchPath, '.migrator')
  const runs = join(state, 'runs')
  const plans = join(stage.home, 'plans')
  mkdirSync(plans)
  const say = (command: string, ...more: string[]) => watch.run([command, ...stage.machine, ...more])
  const names = ['--source', source, '--target', target, '--no-interactive', '--wait-for-jobs', '5']
  const lastRun = () => join(runs, readdirSync(runs).sort().at(-1) ?? '')
  const inVault = (path: string) => path.split('/').includes('vault')
  const lines = (run: string) =>
    existsSync(join(run, 'journal.jsonl')) ? readFileSync(join(run, 'journal.jsonl'), 'utf8').split('\n').length - 1 : 0

  await t.test('looking and planning', async () => {
    const looked = await say('analyze-site', '--site', source)
    assert.ok([0, 2].includes(looked.code), said(looked))
    JSON.parse((await say('analyze-site', '--json')).stdout)
    await say('verify-migration', '--site', source)
    const plan = join(plans, 'plan.json')
    const planned = await say('rename-domain', ...names, '--plan', '--out', plan)
    assert.equal(planned.code, 2, said(planned))
    assert.equal(statSync(plan).mode & 0o777, 0o600)
    const asData = await say('rename-domain', ...names, '--plan', '--json')
    assert.equal(asData.code, 2, said(asData))
    const samples = JSON.stringify(JSON.parse(asData.stdout).preview)
    assert.match(
      samples,
      new RegExp(`https://bot:\\*\\*\\*@${source}`),
      'the planted address is among the samples, masked',
    )
  })

  await t.test('errors: a password that is refused, a run that fails in the middle and is rolled back', async () => {
    const config = readFileSync(stage.siteConfig, 'utf8')
    if (config.includes('db_password')) {
      writeFileSync(stage.siteConfig, config.replace(/("db_password": ")/, '$1not-'))
      const refused = await say('rename-domain', ...names)
      assert.equal(refused.code, 4, said(refused))
      await say('verify-migration', '--site', source)
      writeFileSync(stage.siteConfig, config)
    }
    writeFileSync(stage.siteConfig, config.replace(/,/, ',,'))
    assert.equal((await say('rename-domain', ...names)).code, 4)
    assert.equal((await say('analyze-site')).code, 2)
    writeFileSync(stage.siteConfig, config)
    await stage.fail()
    const failed = await say('rename-domain', ...names)
    assert.equal(failed.code, 1, said(failed))
    await stage.repair()
    assert.equal(readFileSync(stage.siteConfig, 'utf8'), config)
  })

  await t.test('killed, resumed, verified, rolled back', async () => {
    const failedRun = lastRun()
    const killed = await watch.run(
      ['rename-domain', ...stage.machine, ...names],
      () => lastRun() !== failedRun && lines(lastRun()) >= (stage.killAtLine ?? 12),
    )
    assert.equal(killed.code, 137, said(killed))
    assert.equal((await say('rename-domain', ...names)).code, 4, 'an unfinished run stands in the way')
    const resumed = await say('resume', '--no-interactive')
    assert.equal(resumed.code, 0, said(resumed))
    const verified = await say('verify-migration', '--site', target)
    assert.equal(verified.code, 0, said(verified))
    const back = await say('rollback', '--no-interactive', '--json')
    assert.equal(back.code, 0, said(back))
    assert.equal((await say('rollback', '--list')).code, 0)
  })

  await t.test('what others changed since is listed without its values', async () => {
    assert.equal((await say('rename-domain', ...names)).code, 0)
    const crontab = readFileSync(stage.crontab, 'utf8')
    writeFileSync(stage.crontab, crontab.replace('0 4', '0 5'))
    await stage.change()
    const back = await say('rollback', '--no-interactive')
    assert.equal(back.code, 5, said(back))
    assert.match(said(back), /Webhook\.request_url/)
    assert.ok(said(back).includes(`${stage.crontab}, line 2`), said(back))
    writeFileSync(stage.crontab, crontab.replaceAll(target, source))
    const again = await say('rename-domain', ...names, '--json')
    assert.equal(again.code, 0, said(again))
  })

  await t.test('hits only inside the vault', () => {
    const inside = leaksUnder(state, secrets, (path) => !inVault(path))
    assert.ok(inside.length > 0, 'the search finds what is there')
    assert.deepEqual(leaksUnder(state, secrets, inVault), [])
    assert.deepEqual(
      leaksUnder(plans, secrets, () => false),
      [],
    )
    assert.deepEqual(leaksSeen(watch, secrets), [])
    assert.ok(
      watch.processes().some((command) => command.includes('start.js') && command.includes('rename-domain')),
      'the watch saw the product',
    )
  })

  await t.test('directories 0700, files 0600', () => {
    assert.equal(statSync(state).mode & 0o777, 0o700)
    const open = filesUnder(state).filter(({ mode, kind }) => mode !== (kind === 'file' ? 0o600 : 0o700))
    assert.deepEqual(open, [])
  })

  await t.test('none anywhere after cleanup', async () => {
    const cleaned = await say('cleanup', '--yes', '--no-interactive')
    assert.equal(cleaned.code, 0, said(cleaned))
    assert.deepEqual(
      leaksUnder(state, secrets, () => false),
      [],
    )
    assert.deepEqual(
      leaksUnder(watchHome, secrets, () => false),
      [],
    )
    assert.deepEqual(leaksSeen(watch, secrets), [])
  })
}

import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Plan } from '../../../src/execution/plan.ts'
import { localHost } from '../../../src/host/local/index.ts'
import { resolveNames } from '../../../src/workflows/rename-domain/names.ts'
import { planSiteConfig } from '../../../src/workflows/rename-domain/plan-site-config.ts'
import { surveyForRename } from '../../../src/workflows/rename-domain/prepare.ts'
import { RenameRequest } from '../../../src/workflows/rename-domain/request.ts'
import { type Stage, said, setKeys, setStage } from './stage.ts'

/** A site whose directory is not what visitors type: nginx maps its domains to it. */
const directory = 'site15.local'
const [source, target] = ['old.cloud', 'new.domain']
let stage: Stage
let digestBefore: string
let treeBefore: string[]

before(async () => {
  stage = await setStage({
    dataSet: 'site-v15',
    site: directory,
    siteConfig: { host_name: `http://${source}`, domains: [source, `www.${source}`] },
  })
  digestBefore = await stage.digest()
  treeBefore = stage.tree()
})
after(() => stage?.stop())

const configPath = (name = directory): string => join(stage.bench.sitesDirectory, name, 'site_config.json')
const config = (name = directory) => JSON.parse(readFileSync(configPath(name), 'utf8'))
const status = async (host: string): Promise<number> => (await stage.visit(host, '/login')).status
const locationOf = async (host: string) => (await stage.visit(host, '/login')).headers['location']

async function planned(...more: string[]): Promise<Plan> {
  const made = await stage.rename(source, target, ...more, '--plan', '--json')
  assert.equal(made.code, 2, said(made))
  assert.equal(await stage.digest(), digestBefore)
  return Plan.parse(JSON.parse(made.stdout))
}

async function renamed(...parameters: string[]): Promise<void> {
  const done = await stage.rename(source, target, ...parameters)
  assert.equal(done.code, 0, said(done))
}

async function takenBack(): Promise<void> {
  const back = await stage.migrate('rollback', '--no-interactive')
  assert.equal(back.code, 0, said(back))
  assert.equal(await stage.digest(), digestBefore)
  assert.deepEqual(stage.tree(), treeBefore)
  assert.deepEqual([await status(source), await status(`www.${source}`)], [200, 200])
}

async function value(sql: string): Promise<string> {
  return (await stage.sql(sql)).trim()
}

test('a name that is not the directory: the directory stays, nginx maps the new name to it, other names go on', async () => {
  await renamed()
  assert.ok(existsSync(configPath()))
  assert.equal(config().host_name, `http://${target}`)
  assert.deepEqual(config().domains, [target, `www.${source}`])
  assert.deepEqual([await status(target), await status(`www.${source}`), await status(source)], [200, 200, 307])
  await takenBack()
})

test('--rename-directory yes moves the directory of such a site too, and its other names follow it', async () => {
  await renamed('--rename-directory', 'yes')
  assert.ok(!existsSync(join(stage.bench.sitesDirectory, directory)))
  assert.equal(config(target).host_name, `http://${target}`)
  assert.deepEqual([await status(target), await status(`www.${source}`), await status(source)], [200, 200, 307])
  await takenBack()
})

test('--url gives links, host_name and redirect the new scheme and port', async () => {
  await renamed('--url', `https://${target}:8443`)
  assert.equal(config().host_name, `https://${target}:8443`)
  assert.equal(
    await value("SELECT value FROM tabSingles WHERE doctype='Website Settings' AND field='call_to_action_url'"),
    `https://${target}:8443/book`,
  )
  assert.equal(await locationOf(source), `https://${target}:8443/login`)
  await takenBack()
})

test('a saved plan with switches runs exactly, and is refused by name once a fact has moved', async () => {
  const offered = (await planned()).preview.offered
  const bare = '--include "tabACME Link.host:host"'
  assert.ok(
    offered.some((item) => item.switch === bare),
    'a name standing alone is offered with its switch',
  )
  const column = offered.find((item) => /^--include/.test(item.switch) && !item.switch.includes(':host'))
  assert.ok(column, 'a whole column is offered')
  const name = column.switch.replace('--include ', '').replaceAll('"', '')
  const file = join(stage.bench.directory, 'rename.plan.json')
  const switches = [
    ...['--also-rewrite', `www.${source}`],
    ...['--include', 'tabACME Link.host:host', '--include', name],
    ...['--exclude', 'tabACME Link.url'],
  ]
  const plan = await planned(...switches, '--out', file)
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.deepEqual(stage.tree(), treeBefore, 'planning changes nothing')

  const deviates = async (change: () => Promise<() => unknown>, item: RegExp) => {
    const undo = await change()
    const stale = await stage.migrate('rename-domain', '--plan-file', file, '--no-interactive')
    await undo()
    assert.equal(stale.code, 4, said(stale))
    assert.match(stale.stderr, item)
    assert.match(
      stale.stderr,
      /Next: .*rename-domain --source .* --exclude 'tabACME Link\.url' .*--plan --out .*rename\.plan\.json/,
    )
  }
  const edited = (path: string, edit: (text: string) => string) => async () => {
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, edit(text))
    return () => writeFileSync(path, text)
  }
  await deviates(
    edited(configPath(), (text) => setKeys(text, { host_name: `http://${source}:8000` })),
    /site_config\.json: host_name: was http:\/\/old\.cloud → .*, is http:\/\/old\.cloud:8000 →/,
  )
  await deviates(
    edited(stage.nginx.benchConfiguration, (text) => `# by hand\n${text}`),
    /step nginx would do something else than planned: Edit nginx/,
  )
  await deviates(async () => {
    await stage.sql('ALTER TABLE `tabACME Link` ADD COLUMN added_since TEXT')
    return () => stage.sql('ALTER TABLE `tabACME Link` DROP COLUMN added_since')
  }, /table tabACME Link: column added_since is new \(text/)
  assert.equal(await stage.digest(), digestBefore)

  const done = await stage.migrate('rename-domain', '--plan-file', file, '--no-interactive')
  assert.equal(done.code, 0, said(done))
  const ran = Plan.parse(JSON.parse(readFileSync(join(stage.lastRun(), 'plan.json'), 'utf8')))
  assert.deepEqual([ran.steps, ran.binding, ran.request], [plan.steps, plan.binding, plan.request])
  const holding = (of: string, text: string) =>
    value(`SELECT COUNT(*) FROM \`tabACME Link\` WHERE \`${of}\` LIKE '%${text}%'`)
  assert.deepEqual(await Promise.all([holding('host', target), holding('host', source)]), ['50', '0'])
  assert.deepEqual(await Promise.all([holding('url', target), holding('url', source)]), ['0', '50'])
  assert.deepEqual([await status(target), await status(`www.${source}`), await status(source)], [200, 307, 307])
  assert.deepEqual(config().domains, [target])
  await takenBack()
})

test('a profile names source and target; what it asks for beyond a rename is refused by name', async () => {
  const profile = join(stage.bench.directory, 'profile.json')
  const names = { source: { domain: source }, target: { domain: target } }
  writeFileSync(profile, JSON.stringify(names))
  const made = await stage.migrate('rename-domain', '--profile', profile, '--plan', '--json')
  assert.equal(made.code, 2, said(made))
  const { site } = Plan.parse(JSON.parse(made.stdout))
  assert.deepEqual([site.oldName, site.newName, site.oldDirectory], [source, target, directory])
  writeFileSync(profile, JSON.stringify({ ...names, services: { proxy: 'traefik' } }))
  const refused = await stage.migrate('rename-domain', '--profile', profile, '--no-interactive')
  assert.equal(refused.code, 4, said(refused))
  assert.match(refused.stderr, /services\.proxy: traefik/)
})

test('host_name keeps its spelling: port, missing scheme, absence', async () => {
  const text = readFileSync(configPath(), 'utf8')
  const request = (renameDirectory: 'auto' | 'yes') =>
    RenameRequest.parse({
      ...{ source, target, site: null, renameDirectory, alsoRewrite: [], url: null, include: [], exclude: [] },
      ...{ certificate: null, certificateKey: null, redirect: true, rebuildSearch: false, deep: false },
      ...{ waitForJobsSeconds: 5, nginxConfig: stage.nginx.configuration },
      ...{ hostsFile: stage.hostsFile, crontabDirectories: [stage.crontabs] },
    })
  const cases: [string | undefined, 'auto' | 'yes', string | null][] = [
    [`http://${source}:8000`, 'auto', `http://${target}:8000`],
    [`https://${source}/`, 'auto', `https://${target}/`],
    [source, 'auto', `http://${target}`],
    [undefined, 'auto', `http://${target}`],
    [undefined, 'yes', null],
    ['http://elsewhere.test', 'auto', null],
  ]
  for (const [written, renameDirectory, wanted] of cases) {
    writeFileSync(configPath(), setKeys(text, { host_name: written }))
    const asked = request(renameDirectory)
    const names = resolveNames(await surveyForRename(localHost(), stage.bench.directory, asked), asked)
    const edit = planSiteConfig(names, null).find((item) => item.what === 'host_name')
    assert.equal(edit?.after ?? null, wanted, `host_name ${written}, --rename-directory ${renameDirectory}`)
  }
  writeFileSync(configPath(), text)
  assert.deepEqual(stage.tree(), treeBefore)
})

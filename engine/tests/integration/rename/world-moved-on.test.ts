import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { MigrationReport } from '../../../src/report/migration-report.ts'
import { allRows, differences, type Rows } from './rows.ts'
import { type Stage, said, setKeys, setStage } from './stage.ts'

const [source, target] = ['old.cloud', 'new.domain']
let stage: Stage
let rowsBefore: Rows
let digestBefore: string
let treeBefore: string[]

before(async () => {
  stage = await setStage({ dataSet: 'site-v15', site: source, siteConfig: { host_name: `http://${source}` } })
  rowsBefore = await allRows(stage.database)
  digestBefore = await stage.digest()
  treeBefore = stage.tree()
})
after(() => stage?.stop())

const read = (path: string): string => readFileSync(path, 'utf8')
const edit = (path: string, change: (text: string) => string): void => writeFileSync(path, change(read(path)))
const configOf = (name: string): string => join(stage.bench.sitesDirectory, name, 'site_config.json')
const filesOf = (name: string) => [
  configOf(name),
  stage.nginx.benchConfiguration,
  stage.hostsFile,
  join(stage.crontabs, 'backups'),
]
const archived = (): string => join(stage.bench.directory, 'archived', 'migrator')

async function renamed(from = source, to = target): Promise<void> {
  const done = await stage.rename(from, to)
  assert.equal(done.code, 0, said(done))
}

/** One of the rows that every rename here rewrites. */
async function rewrittenPage(): Promise<string> {
  const [row] = await stage.database.read(
    "SELECT name FROM `tabWeb Page` WHERE main_section LIKE '%//new.domain%' ORDER BY name LIMIT 1",
  )
  return String(row?.['name'])
}

/** What people and programs do to a site in the days after it was renamed; answers the page that was edited. */
async function theWorldMovesOn(): Promise<string> {
  const page = await rewrittenPage()
  await stage.sql(
    `UPDATE \`tabWeb Page\` SET main_section = '<a href="https://${target}/edited">edited since</a>' WHERE name = '${page}'`,
  )
  await stage.sql(
    `INSERT INTO \`tabWeb Page\` (name, title, main_section) VALUES ('born-since', 'Born since', 'https://${target}/born and https://other.test')`,
  )
  edit(configOf(target), (text) => setKeys(text, { added_since: 'kept', host_name: 'https://cdn.example.net' }))
  edit(stage.nginx.benchConfiguration, (text) => `# by hand\n${text}`)
  edit(stage.hostsFile, (text) => `${text}10.0.0.9\tprinter\n`)
  edit(join(stage.crontabs, 'backups'), (text) => `# added since\n${text}`)
  mkdirSync(join(stage.bench.sitesDirectory, source, 'logs'), { recursive: true })
  return page
}

/** Puts everything back as if nobody had done anything, whatever the test before left. */
async function setBack(originals: Map<string, string>, page: string): Promise<void> {
  for (const [path, text] of originals) writeFileSync(path, text)
  const row = rowsBefore.get('tabWeb Page')?.get(`name=${page}`)
  await stage.sql(
    `UPDATE \`tabWeb Page\` SET main_section = FROM_BASE64('${Buffer.from(String(row?.['main_section'])).toString('base64')}') WHERE name = '${page}'`,
  )
  await stage.sql("DELETE FROM `tabWeb Page` WHERE name = 'born-since'")
  assert.equal(await stage.digest(), digestBefore)
}

test('what others changed since is kept and listed, all else comes back, and new content can be rewritten back', async () => {
  const originals = new Map(filesOf(source).map((path) => [path, read(path)]))
  await renamed()
  const page = await theWorldMovesOn()
  const back = await stage.migrate('rollback', '--no-interactive', '--json')
  assert.equal(back.code, 5, said(back))

  const { kept } = MigrationReport.parse(JSON.parse(back.stdout)).run
  const listed = kept.map(({ what }) => what).sort()
  const expected = [
    `${configOf(source)}: host_name`,
    join(stage.bench.sitesDirectory, source),
    `tabWeb Page.main_section of "${page}"`,
  ]
  assert.deepEqual(listed, expected.sort())
  assert.match(back.stderr, /2 values still name new\.domain/)

  assert.deepEqual(differences(rowsBefore, await allRows(stage.database)), [
    'tabWeb Page name=born-since new',
    `tabWeb Page name=${page} main_section`,
  ])
  const [config = '', nginx = '', hosts = '', crontab = ''] = [...originals.values()]
  assert.deepEqual(JSON.parse(read(configOf(source))), {
    ...JSON.parse(config),
    added_since: 'kept',
    host_name: 'https://cdn.example.net',
  })
  assert.equal(read(stage.nginx.benchConfiguration), `# by hand\n${nginx}`)
  assert.equal(read(stage.hostsFile), `${hosts}10.0.0.9\tprinter\n`)
  assert.equal(read(join(stage.crontabs, 'backups')), `# added since\n${crontab}`)
  const untouched = (lines: string[]) =>
    lines.filter((line) => !/(site_config\.json|frappe-bench\.conf|^nginx\.conf|hosts|cron\.d\/backups) /.test(line))
  assert.deepEqual(untouched(stage.tree()), untouched(treeBefore))
  assert.equal((await stage.visit(source, '/login')).status, 200)
  assert.notEqual((await stage.visit(target, '/login')).status, 200)
  assert.equal(readdirSync(archived()).length, 1)

  const rewritten = await stage.migrate(
    'rollback',
    '--no-interactive',
    '--rewrite-new-content',
    '--run',
    runs()[0] ?? '',
  )
  assert.equal(rewritten.code, 0, said(rewritten))
  const value = async (name: string) =>
    (await stage.database.read('SELECT main_section AS v FROM `tabWeb Page` WHERE name = ?', [name]))[0]?.['v']
  assert.equal(await value('born-since'), `https://${source}/born and https://other.test`)
  assert.equal(await value(page), `<a href="https://${source}/edited">edited since</a>`)
  await setBack(originals, page)
})

const runs = (): string[] => readdirSync(join(stage.bench.directory, '.migrator', 'runs')).sort()

test('with --on-conflict restore the state from before replaces what was in its way, and nothing else', async () => {
  const originals = new Map(filesOf(source).map((path) => [path, read(path)]))
  await renamed()
  const page = await theWorldMovesOn()
  const back = await stage.migrate('rollback', '--no-interactive', '--on-conflict', 'restore', '--json')
  assert.equal(back.code, 5, said(back))
  const { kept } = MigrationReport.parse(JSON.parse(back.stdout)).run
  assert.deepEqual(
    kept.map(({ what }) => what),
    [join(stage.bench.sitesDirectory, source)],
  )
  assert.deepEqual(differences(rowsBefore, await allRows(stage.database)), ['tabWeb Page name=born-since new'])
  const [config = '', nginx = '', hosts = '', crontab = ''] = [...originals.values()]
  assert.deepEqual(JSON.parse(read(configOf(source))), { ...JSON.parse(config), added_since: 'kept' })
  assert.equal(read(stage.nginx.benchConfiguration), `# by hand\n${nginx}`)
  assert.equal(read(stage.hostsFile), `${hosts}10.0.0.9\tprinter\n`)
  assert.equal(read(join(stage.crontabs, 'backups')), `# added since\n${crontab}`)
  await setBack(originals, page)
  assert.deepEqual(stage.tree(), treeBefore)
})

test('two runs on one site are undone last-in-first-out', async () => {
  await renamed(source, target)
  const first = runs().at(-1) ?? ''
  await renamed(target, 'third.test')
  const tooEarly = await stage.migrate('rollback', '--no-interactive', '--run', first)
  assert.equal(tooEarly.code, 3, said(tooEarly))
  assert.match(tooEarly.stderr, new RegExp(`later run[\\s\\S]*rollback --run ${runs().at(-1)}`))
  const chained = await stage.visit(source, '/login')
  assert.deepEqual([chained.status, chained.headers['location']], [307, `http://${target}/login`])
  for (const name of [target, source]) {
    const back = await stage.migrate('rollback', '--no-interactive')
    assert.equal(back.code, 0, said(back))
    assert.equal((await stage.visit(name, '/login')).status, 200)
  }
  assert.equal(await stage.digest(), digestBefore)
  assert.deepEqual(stage.tree(), treeBefore)
})

test('after cleanup a run cannot be taken back, and says so', async () => {
  await renamed()
  const run = runs().at(-1) ?? ''
  const cleaned = await stage.migrate('cleanup', '--no-interactive', '--yes')
  assert.equal(cleaned.code, 0, said(cleaned))
  const [, ...vaults] = runs()
    .reverse()
    .filter((name) => readdirSync(join(stage.bench.directory, '.migrator', 'runs', name)).includes('vault'))
  assert.deepEqual(vaults, [], 'only the cleanup itself, the newest run, has a vault')
  const old = await stage.visit(source, '/login?x=1')
  assert.deepEqual([old.status, old.headers['location']], [308, `http://${target}/login?x=1`])
  const named = await stage.migrate('rollback', '--no-interactive', '--run', run)
  assert.equal(named.code, 3, said(named))
  assert.match(named.stderr, /retired[\s\S]*vault was removed by cleanup\. Rename the site back/)
  const latest = await stage.migrate('rollback', '--no-interactive')
  assert.equal(latest.code, 0, said(latest))
  assert.match(latest.stderr, /no run on this bench that could be taken back/)
})

test('a site whose run was retired is renamed back by a rename', async () => {
  await renamed(target, source)
  const page = await stage.visit(source, '/login')
  assert.equal(page.status, 200, page.body)
  assert.equal((await stage.visit(target, '/login')).status, 307)
  // The site's own files were made relative on the way there, as a rename does; all else is as at the start.
  assert.deepEqual(differences(rowsBefore, await allRows(stage.database)), [
    'tabFile name=ad7caa68c9 file_url',
    'tabUser name=user0@example.net user_image',
  ])
})

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { MigrationReport } from '../../src/report/migration-report.ts'
import { treeOf } from '../servers/tree.ts'
import { makeContent, readContent, readSecrets, secrets } from './content.ts'
import { enqueueAllKinds, enqueueBroken, jobsEnded, jobsOf, letWorkersGoOn } from './jobs.ts'
import * as real from './real-bench.ts'
import { cookieOf, signIn, visit, webServerPort } from './visit.ts'

const OLD = 'story.old.test'
const NEW = 'story.new.test'
const TOKEN = { authorization: `token acceptance-key:${secrets[0][3]}` }
const JOBS = ['broken', 'running', 'queued', 'deferred', 'scheduled']
/** Written by the visitors of this test: sign-ins, a private file fetched, and what Frappe notes about them. */
const WRITTEN_BY_VISITORS = [
  ...['tabAccess Log', 'tabActivity Log', 'tabSessions', 'tabUser'],
  // Frappe 14 numbers its logs by sequences.
  ...['access_log_id_seq', 'activity_log_id_seq'],
]
const place = ['--bench', real.benchPath, ...real.nginxOption]
const rename = ['rename-domain', '--source', OLD, '--target', NEW, ...place]

before(async () => {
  await real.newSite(OLD, { host_name: `http://${OLD}` })
  await makeContent(OLD)
  await real.updateNginx()
})
after(() => real.dropSites(OLD, NEW))

/** How many values in the cache of the site name the host. */
const cached = (site: string, host: string) =>
  real.inFrappe(
    site,
    `
import redis
cache = redis.from_url(frappe.conf.redis_cache)
values = lambda key: {b"string": lambda: [cache.get(key) or b""], b"hash": lambda: cache.hvals(key)}.get(cache.type(key), list)()
keys = cache.scan_iter(match=f"{frappe.conf.db_name}|*")
result = sum(b"${host}" in value for key in keys for value in values(key))`,
  )
const flags = (site: string) =>
  real.inFrappe(
    site,
    `
from frappe.utils.scheduler import is_scheduler_disabled
keys = ("maintenance_mode", "pause_scheduler", "disable_scheduler")
result = [[frappe.conf.get(key) for key in keys], is_scheduler_disabled()]`,
  )
/** Files of the site without its configuration and an embedded database, which are compared by themselves. */
const files = (site: string) =>
  treeOf(join(real.sitesPath, site), { without: ['logs', 'locks', 'db', 'site_config.json'] })
const configuration = (site: string) => readFileSync(join(real.sitesPath, site, 'site_config.json'), 'utf8')
const memberOf = (found: unknown, index: number): unknown => (Array.isArray(found) ? found[index] : undefined)

test('a real site is renamed, works under its new name, and comes back with the same digest', async (t) => {
  const session = { cookie: cookieOf(await signIn(OLD)) }
  const page = await visit(OLD, '/acceptance-page')
  assert.ok(page.body.includes(`"http://${OLD}/app"`), `the page links to the old name: ${page.status}`)
  assert.equal((await visit(NEW, '/login')).status, 404)
  assert.ok(Number(await cached(OLD, OLD)) > 0, 'Redis holds documents that name the old host')
  await enqueueBroken(OLD)
  assert.equal(memberOf((await jobsEnded(OLD, ['broken']))['broken'], 0), 'failed')
  const before = {
    content: await readContent(OLD),
    flags: await flags(OLD),
    files: files(OLD),
    config: configuration(OLD),
    nginx: await real.nginxFiles(),
    digests: await real.tableDigests(OLD),
  }
  const assertAsBefore = async () => {
    const different = real.differing(before.digests, await real.tableDigests(OLD))
    assert.deepEqual(
      different.filter((table) => !WRITTEN_BY_VISITORS.includes(table)),
      [],
    )
    assert.deepEqual(files(OLD), before.files)
    assert.deepEqual([configuration(OLD), await real.nginxFiles()], [before.config, before.nginx])
  }

  await t.test('the plan is shown and changes nothing', async () => {
    const planned = await real.migrator([...rename, '--plan'])
    assert.equal(planned.code, 2, planned.stderr)
    process.stdout.write(planned.stdout)
    await assertAsBefore()
  })

  await enqueueAllKinds(OLD, 8)
  t.after(async () => letWorkersGoOn(await real.siteThere(OLD, NEW)))
  let renamedSite = false
  await t.test('the rename waits for the job that runs, and ends with success', async () => {
    const renamed = await real.migrator([...rename, '--no-interactive'])
    process.stdout.write(renamed.stderr + renamed.stdout)
    assert.equal(renamed.code, 0, renamed.stderr + renamed.stdout)
    const [, path = ''] = /^Report: (.*)$/m.exec(renamed.stdout) ?? []
    const report = MigrationReport.parse(JSON.parse(readFileSync(path, 'utf8')))
    assert.equal(report.summary.status, 'success')
    assert.equal(report.database.values_moved, 0)
    assert.deepEqual(report.jobs?.left, [])
    assert.deepEqual(report.verification_results, {
      site_accessible: true,
      https_working: null,
      database_connected: true,
      redis_functional: true,
    })
    renamedSite = true
  })
  if (!renamedSite) return

  await t.test('acceptance: queued jobs move', async () => {
    const found = await jobsOf(NEW, JOBS)
    const shown = Object.fromEntries(JOBS.map((name) => [name, [memberOf(found[name], 0), memberOf(found[name], 1)]]))
    assert.deepEqual(shown, {
      broken: ['failed', NEW],
      running: ['finished', NEW],
      queued: ['queued', NEW],
      deferred: ['deferred', NEW],
      scheduled: ['scheduled', NEW],
    })
    assert.equal(await letWorkersGoOn(NEW), 1, 'the suspension by an administrator is still in place')
    const ended = await jobsEnded(NEW, ['queued', 'deferred'])
    assert.equal(memberOf(ended['deferred'], 0), 'finished', JSON.stringify(ended))
    // The job asked Frappe for the address of its site.
    assert.match(String(memberOf(ended['queued'], 2)), new RegExp(`^http://${NEW}`))
  })

  await t.test('acceptance: moved directory serves at once', async () => {
    const direct = await visit(NEW, '/api/method/ping', { port: webServerPort(NEW) })
    assert.equal(direct.body, '{"message":"pong"}')
    assert.equal((await visit(NEW, '/api/method/ping')).body, '{"message":"pong"}')
  })

  await t.test('acceptance: sign in survives', async () => {
    const user = async (headers: Record<string, string>) =>
      (await visit(NEW, '/api/method/frappe.auth.get_logged_user', { headers })).body
    assert.equal((await signIn(NEW)).status, 200)
    assert.equal((await signIn(NEW, 'wrong')).status, 401)
    assert.equal(await user(session), '{"message":"Administrator"}', 'a session from before')
    assert.equal(await user(TOKEN), '{"message":"Administrator"}', 'an API token')
  })

  await t.test('acceptance: links of a page', async () => {
    const { body } = await visit(NEW, '/acceptance-page')
    const kept = [`sales@${OLD}`, `https://shop.${OLD}`, `http://${OLD}.mx`]
    for (const link of [`"http://${NEW}/app"`, `"http://${NEW}/"`, ...kept]) assert.ok(body.includes(link), link)
    assert.ok(!body.includes(`http://${OLD}/`), 'no link to the old name is left on the page')
    const old = await visit(OLD, '/acceptance-page?x=1')
    assert.deepEqual([old.status, old.headers['location']], [307, `http://${NEW}/acceptance-page?x=1`])
  })

  await t.test('every value is as expected: links follow, history and look-alikes stay', async () => {
    const now = await readContent(NEW)
    const old = before.content
    assert.deepEqual(now, {
      brand: `<a href="http://${NEW}/">ACME</a>`,
      page: old.page.replace(`http://${OLD}/app`, `http://${NEW}/app`),
      file: '/files/hello.txt',
      mail: [`office@${OLD}`, old.mail[1]?.replace(`http://${OLD}/`, `http://${NEW}/`)],
      callback: old.callback.replace(`http://${OLD}`, `http://${NEW}`),
      hook: `http://${NEW}/api/method/ping`,
      link: [
        `http://${NEW}/b`,
        `<p>see http://${NEW}/app/note</p>`,
        `{"next": "http:\\/\\/${NEW}\\/n", "big": 12345678901234567890}`,
      ],
      comment: `was http://${OLD}/a before`,
      versions: old.versions,
    })
    assert.ok(now.versions.join().includes(`http://${OLD}/a`), 'history names the old host')
  })

  await t.test('acceptance: caches are cleared', async () => {
    assert.equal(await cached(NEW, `http://${OLD}/`), 0)
  })

  await t.test('acceptance: private file through the proxy', async () => {
    const secret = '/private/files/secret.txt'
    assert.equal((await visit(NEW, '/files/hello.txt')).body, 'hello from a public file')
    assert.equal((await visit(NEW, secret, { headers: session })).body, 'hello from a private file')
    assert.equal((await visit(NEW, secret)).status, 403)
    const headers = { ...session, 'x-use-x-accel-redirect': '1' }
    const direct = await visit(NEW, secret, { headers, port: webServerPort(NEW) })
    assert.match(String(direct.headers['x-accel-redirect']), /^\/protected\//)
  })

  await t.test('acceptance: secrets open', async () => {
    const plaintexts = secrets.map((row) => row[3])
    assert.deepEqual(await readSecrets(NEW), plaintexts)
  })

  await t.test('Frappe builds links with the new name, flags are as before, bench commands know the site', async () => {
    assert.match(String(await real.inFrappe(NEW, 'result = frappe.utils.get_url()')), new RegExp(`^http://${NEW}`))
    assert.deepEqual(await flags(NEW), before.flags)
    assert.match(await real.bench('--site', NEW, 'list-apps'), /frappe/)
    assert.match(await real.bench('--site', NEW, 'execute', 'frappe.ping'), /pong/)
    assert.notEqual((await real.tryBench('--site', OLD, 'list-apps')).code, 0)
  })

  await t.test('the proof again', async () => {
    const verified = await real.migrator(['verify-migration', '--site', NEW, ...place])
    process.stdout.write(verified.stdout)
    assert.equal(verified.code, 0, verified.stderr)
  })

  await t.test('started by root or not, everything belongs to the owner of the bench', async () => {
    const folders = [join(real.sitesPath, NEW), join(real.benchPath, '.migrator'), join(real.benchPath, 'config')]
    assert.equal((await real.run(['find', ...folders, '!', '-user', real.owner.name])).stdout, '')
  })

  await t.test('rollback brings everything back', async () => {
    const back = await real.migrator(['rollback', '--no-interactive', ...place])
    process.stdout.write(back.stdout)
    assert.equal(back.code, 0, back.stderr + back.stdout)
    await assertAsBefore()
    assert.deepEqual([await readContent(OLD), await flags(OLD)], [before.content, before.flags])
    const scheduled = (await jobsOf(OLD, ['scheduled']))['scheduled']
    assert.deepEqual([memberOf(scheduled, 0), memberOf(scheduled, 1)], ['scheduled', OLD])
    assert.ok(
      (await visit(OLD, '/acceptance-page')).body.includes(`"http://${OLD}/app"`),
      'the page shows the old host',
    )
    assert.equal((await signIn(OLD)).status, 200)
    assert.equal((await visit(NEW, '/login')).status, 404)
  })
})

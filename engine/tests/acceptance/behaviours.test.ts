/** What docs/stand-in.md says Frappe does, asked of a real one. A test carries the name its line gives. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { chown, cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { makeContent } from './content.ts'
import { startAsOwner } from './own-process.ts'
import * as real from './real-bench.ts'
import { printVersions } from './versions.ts'
import { cookieOf, signIn, type Visit, visit, webServerPort } from './visit.ts'

const SITE = 'behaviour.old.test'
const OTHER = 'behaviour-other.old.test'
const home = join(real.sitesPath, SITE)
let direct: Visit

before(async () => {
  await real.newSite(SITE, { host_name: `http://${SITE}` })
  await makeContent(SITE)
  await real.updateNginx()
  direct = { port: webServerPort(SITE) }
  await printVersions(SITE)
})
after(async () => {
  await rm(join(real.sitesPath, OTHER), { recursive: true, force: true })
  await real.dropSites(SITE)
})

const ping = (host: string, options: Visit = {}) => visit(host, '/api/method/ping', { ...direct, ...options })
/** Sets keys of site_config.json as the owner does, runs, and puts the file back byte for byte. */
async function withConfig(keys: Record<string, unknown>, work: () => Promise<void>): Promise<void> {
  const path = join(home, 'site_config.json')
  const text = await readFile(path, 'utf8')
  await writeFile(path, JSON.stringify({ ...JSON.parse(text), ...keys }))
  try {
    await work()
  } finally {
    await writeFile(path, text)
  }
}

test('acceptance: site by host', async () => {
  assert.equal((await ping(`${SITE}:8000`)).status, 200)
  assert.equal((await ping('nobody.test', { headers: { 'x-frappe-site-name': SITE } })).status, 200)
  await withConfig({ host_name: 'http://alias.old.test', domains: ['alias.old.test'] }, async () => {
    assert.equal((await ping(SITE)).status, 200)
    assert.equal((await ping('alias.old.test')).status, 404)
  })
})

test('acceptance: unknown host is 404', async () => {
  const unknown = await ping('nobody.test')
  assert.equal(unknown.status, 404)
  assert.match(unknown.body, /does not exist/)
  // Without its logs folder Frappe fails while it notes the error, and hangs up.
  await mkdir(join(real.sitesPath, OTHER, 'logs'), { recursive: true })
  await chown(join(real.sitesPath, OTHER, 'logs'), real.owner.id, real.owner.group)
  for (const config of ['{}', '{ this is no JSON']) {
    await writeFile(join(real.sitesPath, OTHER, 'site_config.json'), config)
    // Not 404, as the stand-in has it: Frappe finds no site to render that page for. Broken JSON counts as empty.
    assert.equal((await ping(OTHER)).status, 500, config)
  }
  await rm(join(real.sitesPath, OTHER), { recursive: true })
})

test('acceptance: maintenance is 503', async () => {
  const login = async () => (await visit(SITE, '/login', direct)).status
  assert.equal(await login(), 200)
  await withConfig({ maintenance_mode: 1 }, async () => {
    assert.equal(await login(), 503)
    assert.equal((await ping(SITE)).status, 503)
  })
  await withConfig({ maintenance_mode: 1, allow_reads_during_maintenance: 1 }, async () =>
    assert.equal(await login(), 200),
  )
  assert.equal(await login(), 200, 'the file is read for each request')
})

test('acceptance: moved directory serves at once, and only from sites/', async (t) => {
  const elsewhere = 8000 + (process.pid % 1000)
  const gunicorn = [join(real.benchPath, 'env/bin/gunicorn'), '-b', `127.0.0.1:${elsewhere}`, 'frappe.app:application']
  const wrong = await startAsOwner(gunicorn, real.benchPath, elsewhere)
  t.after(() => wrong.stop())
  assert.equal((await ping(SITE, { port: elsewhere })).status, 404)
})

test('acceptance: assets come from the proxy', async () => {
  const page = await visit(SITE, '/login')
  const [asset = ''] = /\/assets\/frappe\/dist\/[^"]+\.css/.exec(page.body) ?? []
  assert.equal((await visit(SITE, asset)).status, 200)
  assert.equal((await visit(SITE, asset, direct)).status, 404)
  assert.equal((await visit(SITE, '/files/hello.txt')).status, 200)
  assert.equal((await visit(SITE, '/files/hello.txt', direct)).status, 404)
})

test('acceptance: bench serve and default_site', async (t) => {
  const port = 9000 + (process.pid % 900)
  const argv = [join(real.benchPath, 'env/bin/python'), '-m', 'frappe.utils.bench_helper', 'frappe', 'serve']
  const common = join(real.sitesPath, 'common_site_config.json')
  const text = await readFile(common, 'utf8')
  t.after(() => writeFile(common, text))
  await writeFile(common, JSON.stringify({ ...JSON.parse(text), default_site: SITE }))
  const serving = await startAsOwner([...argv, '--port', String(port), '--noreload'], real.sitesPath, port)
  t.after(() => serving.stop())
  assert.equal((await ping('nobody.test', { port })).status, 200, 'default_site wins')
  assert.equal((await visit('nobody.test', '/files/hello.txt', { port })).body, 'hello from a public file')
})

test('acceptance: login page', async () => {
  const { status, body } = await visit(SITE, '/login')
  assert.equal(status, 200)
  assert.ok(body.includes(`<a href="http://${SITE}/">ACME</a>`), 'the brand')
  assert.ok(body.includes(`http://${SITE}`), 'a link built from host_name')
  assert.equal((await ping(SITE)).body, '{"message":"pong"}')
})

test('acceptance: sign in survives (the session)', async () => {
  const answer = await signIn(SITE)
  const cookie = [answer.headers['set-cookie'] ?? []].flat().find((one) => one.startsWith('sid=')) ?? ''
  assert.ok(cookie && !/domain=/i.test(cookie), cookie.replace(/sid=[^;]*/, 'sid=…'))
  assert.equal((await signIn(SITE, 'wrong')).status, 401)
  const code = `
stored = frappe.db.sql("select password from __Auth where doctype='User' and name='Administrator' and fieldname='password'")[0][0]
result = [len(frappe.db.sql("select sid from tabSessions")), stored.split("$")[1]]`
  const [sessions, scheme] = (await real.inFrappe(SITE, code)) as [number, string]
  assert.ok(sessions > 0)
  assert.equal(scheme, 'pbkdf2-sha256')
})

test('acceptance: writer during the run', async () => {
  const session = { cookie: cookieOf(await signIn(SITE)) }
  const path = '/api/resource/Acceptance%20Link/one'
  assert.equal((await visit(SITE, path)).status, 403)
  const read = async () => JSON.parse((await visit(SITE, path, { headers: session })).body)['data']
  const old = await read()
  const token = await real.inFrappe(SITE, `result = frappe.db.get_value("User", "Administrator", "api_key")`)
  const headers = { authorization: `token ${token}:acceptance-token-secret` }
  const put = await visit(SITE, path, { method: 'PUT', headers, body: { body: '<p>written</p>' } })
  assert.equal(put.status, 200, put.body)
  const now = await read()
  assert.match(now['body'], /written/)
  assert.notEqual(now['modified'], old['modified'])
})

test('acceptance: caches are cleared (their keys)', async () => {
  const keys = (pattern: string) =>
    real.inFrappe(
      SITE,
      `
import redis
cache = redis.from_url(frappe.conf.redis_cache)
result = len(list(cache.scan_iter(match=f"{frappe.conf.db_name}|${pattern}")))`,
    )
  await visit(SITE, '/acceptance-page')
  assert.ok(Number(await keys('document_cache::Website Settings::*')) > 0)
  await real.bench('--site', SITE, 'clear-cache')
  assert.equal(await keys('document_cache::Web Page::*'), 0)
})

test('acceptance: bench commands', async () => {
  const frappe = (...argv: string[]) =>
    real.run([join(real.benchPath, 'env/bin/python'), '-m', 'frappe.utils.bench_helper', ...argv], {
      directory: real.sitesPath,
    })
  assert.notEqual((await frappe('frappe', '--site', 'nobody.test', 'list-apps')).code, 0)
  assert.match((await frappe('get-frappe-commands')).stdout, /"backup"/)
  assert.match((await frappe('get-frappe-help')).stdout, /rebuild-global-search/)
  for (const command of ['clear-cache', 'clear-website-cache', 'rebuild-global-search', 'list-apps'])
    assert.equal((await frappe('frappe', '--site', SITE, command)).code, 0, command)
  assert.match((await frappe('frappe', '--site', SITE, 'execute', 'frappe.ping')).stdout, /pong/)
})

test('acceptance: safety backup is kept', async () => {
  const backups = join(home, 'private/backups')
  await real.bench('--site', SITE, 'backup')
  assert.ok((await readdir(backups)).some((name) => name.endsWith('.sql.gz')))
  const old = join(backups, 'before-the-move.sql.gz')
  await writeFile(old, 'x')
  await real.inFrappe(SITE, 'from frappe.utils.backups import delete_temp_backups\ndelete_temp_backups(older_than=24)')
  assert.ok(existsSync(old), 'age counts')
  // Age is the time of the last change of the inode, which no test can set: what is due now, instead of in a day.
  await real.inFrappe(SITE, 'from frappe.utils.backups import delete_temp_backups\ndelete_temp_backups(older_than=0)')
  assert.ok(!existsSync(old), 'whatever its name, it goes: so the safety backup stands elsewhere')
})

test('acceptance: queued jobs move (ids, queues and arguments)', async () => {
  const code = `
from frappe.utils import get_bench_id
from frappe.utils.background_jobs import enqueue
job = enqueue("frappe.ping", queue="long", job_id="shape")
result = {"id": job.id, "origin": job.origin, "function": job.func_name, "site": job.kwargs["site"], "bench": get_bench_id(),
  "path": frappe.utils.get_bench_path().strip("/").replace("/", "-")}`
  const found = (await real.inFrappe(SITE, code)) as Record<string, string>
  assert.equal(found['id'], `${SITE}::shape`)
  assert.equal(found['origin'], `${found['bench']}:long`)
  assert.equal(found['function'], 'frappe.utils.background_jobs.execute_job')
  assert.equal(found['site'], SITE)
  assert.equal(found['bench'], (real.configOf(SITE)['bench_id'] as string | undefined) ?? found['path'])
})

test('acceptance: queued jobs move (a job of a site that is gone fails)', async () => {
  const code = `
from frappe.utils.background_jobs import execute_job, get_queue
job = get_queue("short").enqueue_call(execute_job, kwargs={"site": "nobody.test", "user": "Administrator", "method": "frappe.ping",
  "event": None, "job_name": "ping", "is_async": True, "kwargs": {}}, job_id="nobody.test::one")
import time
for _ in range(100):
  if job.get_status(refresh=True) in ("failed", "finished"): break
  time.sleep(0.2)
result = [job.get_status(), job.latest_result().exc_string.strip().splitlines()[-1]]
job.delete()`
  const [status, error] = (await real.inFrappe(SITE, code)) as [string, string]
  assert.equal(status, 'failed')
  assert.match(error, /IncorrectSitePath: 404 Not Found: nobody\.test does not exist/)
})

test('acceptance: no job runs twice', async () => {
  const link = join(real.sitesPath, 'behaviour-link.old.test')
  await symlink(home, link)
  await cp(home, join(real.sitesPath, OTHER), { recursive: true })
  try {
    const found = (await real.inFrappe(SITE, 'result = frappe.utils.get_sites(".")')) as string[]
    assert.ok(!found.includes('behaviour-link.old.test'), 'a link is no site')
    assert.ok(found.includes(SITE) && found.includes(OTHER), 'a copy left behind is a second site on the same database')
  } finally {
    await rm(link)
    await rm(join(real.sitesPath, OTHER), { recursive: true })
  }
  const inactive = () =>
    real.inFrappe(
      SITE,
      'from frappe.utils.scheduler import is_scheduler_inactive\nfrappe.db.set_single_value("System Settings", "enable_scheduler", 1)\nresult = is_scheduler_inactive()',
    )
  assert.equal(await inactive(), false)
  for (const key of ['maintenance_mode', 'pause_scheduler', 'disable_scheduler'])
    await withConfig({ [key]: 1 }, async () => assert.equal(await inactive(), true, key))
})

test('acceptance: database reached', async () => {
  const code = 'result = frappe.db.sql("select substring_index(current_user(), \'@\', 1), database(), @@port")[0]'
  const [user, database, port] = (await real.inFrappe(SITE, code)) as [string, string, number]
  const config = real.configOf(SITE)
  assert.deepEqual([user, database], [config['db_name'], config['db_name']])
  assert.equal(port, Number(config['db_port'] ?? 3306))
})

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { rename, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { createBench, type TestBench } from '../../servers/bench.ts'
import { makeCertificate } from '../../servers/certificate.ts'
import type { Child } from '../../servers/child.ts'
import { enqueueJob, jobEnd, jobState } from '../../servers/jobs.ts'
import { type MariadbServer, startMariadb } from '../../servers/mariadb.ts'
import { startNginx } from '../../servers/nginx.ts'
import { type RedisServer, startRedis } from '../../servers/redis.ts'
import { addSite, sharedData, type TestSite } from '../../servers/site.ts'
import { startScheduler, startWeb, startWorker } from '../../servers/web.ts'

const dump = sharedData('site-v15')
const options = { skip: dump === null ? 'the shared data set site-v15 is absent' : false }

let redis: RedisServer
let mariadb: MariadbServer
let bench: TestBench
let site: TestSite
let web: Child & { port: number }

before(async () => {
  if (dump === null) return
  ;[redis, mariadb] = await Promise.all([startRedis(), startMariadb()])
  bench = await createBench({ redis })
  site = await addSite(bench, 'old.cloud', { dump, mariadb })
  web = await startWeb(bench)
})

after(async () => {
  await web?.stop()
  await Promise.all([redis?.stop(), mariadb?.stop(), bench?.remove()])
})

/** Answers `<status> <body>`; curl, because Node's fetch refuses to set Host. */
async function get(url: string, host: string, ...argv: string[]): Promise<string> {
  const command = [
    '--silent',
    '--max-time',
    '10',
    '--header',
    `Host: ${host}`,
    '--write-out',
    '\n%{http_code}',
    ...argv,
    url,
  ]
  const { stdout } = await promisify(execFile)('curl', command)
  const at = stdout.lastIndexOf('\n')
  return `${stdout.slice(at + 1)} ${stdout.slice(0, at)}`
}

test('the real bench CLI runs the framework commands of a copied bench', options, async () => {
  const cleared = await bench.bench(['--site', 'old.cloud', 'clear-cache'])
  assert.deepEqual(cleared, { exitCode: 0, stdout: '', stderr: '' })
  const missing = await bench.bench(['--site', 'nope.cloud', 'clear-cache'])
  assert.equal(missing.exitCode, 1)
  assert.match(missing.stderr, /nope\.cloud does not exist/)
  assert.match((await bench.bench(['--help'])).stdout, /Framework commands:[\s\S]*clear-cache/)
})

test('the real data serves by Host header, and the Administrator can sign in', options, async () => {
  const login = await get(`http://127.0.0.1:${web.port}/login`, 'old.cloud')
  assert.match(login, /^200 [\s\S]*https:\/\/old\.cloud\/files\/logo\.png/)
  const form = `usr=Administrator&pwd=${site.administratorPassword}`
  assert.match(
    await get(`http://127.0.0.1:${web.port}/api/method/login`, 'old.cloud', '--data', form),
    /^200 .*Logged In/,
  )
  assert.match(
    await get(`http://127.0.0.1:${web.port}/api/method/login`, 'old.cloud', '--data', 'usr=Administrator&pwd=x'),
    /^401/,
  )
  assert.match(await get(`http://127.0.0.1:${web.port}/assets/frappe/css/login.css`, 'old.cloud'), /^404/)
})

test('imported sites have secrets of their own, and the framework reads them', options, async () => {
  assert.equal((await stat(site.configPath)).mode & 0o777, 0o600)
  assert.equal(new Set(site.secrets).size, site.secrets.length)
  const argument = JSON.stringify({ doctype: 'User', name: 'user0@example.net', fieldname: 'api_secret' })
  const command = [
    '--site',
    'old.cloud',
    'execute',
    'frappe.utils.password.get_decrypted_password',
    '--kwargs',
    argument,
  ]
  const plaintext: unknown = JSON.parse((await bench.bench(command)).stdout)
  assert.ok(typeof plaintext === 'string' && site.secrets.includes(plaintext), String(plaintext))
})

test('documents stay in the Redis cache until clear-cache', options, async () => {
  await get(`http://127.0.0.1:${web.port}/login`, 'old.cloud')
  await mariadb.sql(
    "UPDATE tabSingles SET value='<b>edited</b>' WHERE doctype='Website Settings' AND field='brand_html'",
    site.database.database,
  )
  assert.doesNotMatch(await get(`http://127.0.0.1:${web.port}/login`, 'old.cloud'), /edited/)
  await bench.bench(['--site', 'old.cloud', 'clear-cache'])
  assert.match(await get(`http://127.0.0.1:${web.port}/login`, 'old.cloud'), /edited/)
})

test("nginx with bench's own template serves pages, assets and files of the site, over TLS too", options, async () => {
  const made = await makeCertificate(path.join(bench.directory, 'config', 'tls'), ['secure.old.cloud'])
  const domain = { domain: 'secure.old.cloud', ssl_certificate: made.certificate, ssl_certificate_key: made.key }
  await bench.configure({ note: 'for nginx' })
  const config = JSON.parse(await promisify(execFile)('cat', [site.configPath]).then(({ stdout }) => stdout)) as object
  await writeFile(site.configPath, JSON.stringify({ ...config, domains: [domain] }))
  const nginx = await startNginx({ bench })
  try {
    const plain = `http://127.0.0.1:${nginx.httpPort}`
    assert.match(await get(`${plain}/login`, 'old.cloud'), /^200 [\s\S]*Login/)
    assert.match(await get(`${plain}/assets/frappe/css/login.css`, 'old.cloud'), /^200 body/)
    assert.match(await get(`${plain}/files/doc-16.txt`, 'old.cloud'), /^200 /)
    const resolve = ['--cacert', made.authority, '--resolve', `secure.old.cloud:${nginx.httpsPort}:127.0.0.1`]
    assert.match(
      await get(`https://secure.old.cloud:${nginx.httpsPort}/login`, 'secure.old.cloud', ...resolve),
      /^200 [\s\S]*Login/,
    )
    nginx.reload()
    assert.equal((await nginx.check()).exitCode, 0)
  } finally {
    await nginx.stop()
    await writeFile(site.configPath, JSON.stringify(config))
  }
})

test('a queued job runs, and fails when the directory of its site is gone', options, async () => {
  const kwargs = { doctype: 'Website Settings', name: 'Website Settings', fieldname: 'copyright', value: 'by a job' }
  const done = await enqueueJob(bench, 'old.cloud', { method: 'frappe.client.set_value', kwargs })
  const lost = await enqueueJob(bench, 'old.cloud', {
    method: 'frappe.utils.background_jobs.test_job',
    kwargs: { s: 0 },
    queue: 'long',
  })
  assert.match(lost, /^old\.cloud::/)
  assert.deepEqual(await jobState(bench, lost), { status: 'queued', site: 'old.cloud', error: null })
  const worker = await startWorker(bench, 'default')
  assert.equal((await jobEnd(bench, done)).status, 'finished')
  await worker.stop()
  const written = await mariadb.sql("SELECT value FROM tabSingles WHERE field='copyright'", site.database.database)
  assert.match(written, /by a job/)

  const moved = path.join(bench.sitesDirectory, 'new.cloud')
  await rename(site.directory, moved)
  const second = await startWorker(bench)
  try {
    const ended = await jobEnd(bench, lost)
    assert.equal(ended.status, 'failed')
    assert.match(ended.error ?? '', /IncorrectSitePath: 404 Not Found: old\.cloud does not exist/)
  } finally {
    await second.stop()
    await rename(moved, site.directory)
  }
})

test('the scheduler enqueues for every directory of a site', options, async () => {
  await bench.configure({ scheduler_tick_interval: 0.2 })
  await mariadb.sql(
    "DELETE FROM tabSingles WHERE doctype='System Settings' AND field='enable_scheduler'; INSERT INTO tabSingles VALUES ('System Settings', 'enable_scheduler', '1')",
    site.database.database,
  )
  const scheduler = await startScheduler(bench)
  try {
    const log = path.join(bench.directory, 'logs', 'schedule.log')
    const read = () => promisify(execFile)('cat', [log]).then(({ stdout }) => stdout)
    for (let tries = 0; tries < 50 && !(await read()).includes('Queued events for site old.cloud'); tries++) {
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    assert.match(await read(), /Queued events for site old\.cloud/)
  } finally {
    await scheduler.kill()
  }
})

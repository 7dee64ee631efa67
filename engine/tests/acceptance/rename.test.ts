import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { openSiteDatabase } from '../../src/database/open.ts'
import { localHost } from '../../src/host/local/index.ts'
import { MigrationReport } from '../../src/report/migration-report.ts'
import { migrator } from '../servers/migrator.ts'

const bench = process.env['FRAPPE_BENCH'] ?? ''
const program = process.env['FRAPPE_BENCH_PROGRAM'] ?? 'bench'
const port = Number(process.env['FRAPPE_HTTP_PORT'] ?? 80)
const nginx = process.env['FRAPPE_NGINX_CONFIG']
const OLD = 'acceptance.old.test'
const NEW = 'acceptance.new.test'

const owner = execFileSync('id', ['-nu', String(statSync(join(bench, 'sites')).uid)], { encoding: 'utf8' }).trim()

/** As the owner of the bench. */
function run(directory: string, argv: string[], input = ''): string {
  const asOwner = process.getuid?.() === 0 ? ['runuser', '-u', owner, '--', ...argv] : argv
  return execFileSync(asOwner[0] ?? '', asOwner.slice(1), {
    cwd: directory,
    encoding: 'utf8',
    input,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
}

const frappe = (site: string, code: string): string =>
  run(
    join(bench, 'sites'),
    [join(bench, 'env/bin/python'), '-'],
    `import frappe\nfrappe.init(site="${site}")\nfrappe.connect()\n${code}\nfrappe.db.commit()\n`,
  )

const CONTENT = `
frappe.set_user("Administrator")
settings = frappe.get_doc("Website Settings")
settings.brand_html = '<a href="https://${OLD}/">ACME</a>'
settings.save()
frappe.get_doc({"doctype": "Web Page", "title": "Acceptance", "route": "acceptance-page", "published": 1, "content_type": "Rich Text",
  "main_section": '<p><a href="https://${OLD}/app">us</a>, mail sales@${OLD}, see https://shop.${OLD}</p>'}).insert()
frappe.get_doc({"doctype": "File", "file_name": "hello.txt", "content": "hello"}).insert()
note = frappe.get_doc({"doctype": "Note", "title": "Links", "content": '<p>https://${OLD}/app/note</p>'}).insert()
note.add_comment("Comment", "see https://${OLD}/app/note")
user = frappe.get_doc("User", "Administrator")
user.api_key = "acceptance-key"
user.api_secret = "acceptance-secret"
user.save()
frappe.enqueue("frappe.ping", queue="long", job_id="acceptance")
`

async function digest(site: string): Promise<string> {
  const read = (path: string) => JSON.parse(readFileSync(join(bench, 'sites', path), 'utf8'))
  const config = { ...read('common_site_config.json'), ...read(`${site}/site_config.json`) }
  const database = await openSiteDatabase({
    ...{
      kind: 'mariadb',
      host: config.db_host ?? '127.0.0.1',
      port: config.db_port ?? 3306,
      socket: config.db_socket ?? null,
    },
    ...{ user: config.db_user ?? config.db_name, password: config.db_password, database: config.db_name },
  })
  try {
    // What the running site itself writes: sessions and its scheduler's marks.
    return (
      await database.digest({ exclude: ['tabSessions', 'tabScheduled Job Type', 'tabActivity Log', 'tabDefaultValue'] })
    ).sha256
  } finally {
    await database.close()
  }
}

const ask = (hostName: string, path: string) =>
  localHost().request({ address: '127.0.0.1', port, tls: false, hostName, path, timeoutMilliseconds: 60_000 })
const nginxOption = nginx ? ['--nginx-config', nginx] : []

before(() => {
  const password = process.env['FRAPPE_DB_ROOT_PASSWORD'] ?? ''
  run(bench, [
    program,
    'new-site',
    OLD,
    '--db-root-password',
    password,
    '--admin-password',
    'admin',
    '--mariadb-user-host-login-scope=%',
  ])
  run(bench, [program, '--site', OLD, 'set-config', 'host_name', `http://${OLD}`])
  frappe(OLD, CONTENT)
  run(bench, [program, 'setup', 'nginx', '--yes'])
  const update = process.env['FRAPPE_NGINX_UPDATE']
  if (update) execFileSync(update)
})

after(() => {
  run(bench, [
    program,
    'drop-site',
    OLD,
    '--no-backup',
    '--force',
    '--db-root-password',
    process.env['FRAPPE_DB_ROOT_PASSWORD'] ?? '',
  ])
})

test('a real site is renamed, works under its new name, and comes back with the same digest', async (t) => {
  const first = await ask(OLD, '/acceptance-page')
  const shown = first.body.slice(first.body.indexOf('<main'), first.body.indexOf('<main') + 600)
  assert.ok(first.body.includes(`https://${OLD}/app`), `the page shows the old host: ${first.status} ${shown}`)
  const start = await digest(OLD)

  await t.test('the plan', async () => {
    const planned = await migrator(bench, ['rename-domain', '--source', OLD, '--target', NEW, '--plan', ...nginxOption])
    assert.equal(planned.code, 2, planned.stderr + planned.stdout)
    process.stdout.write(planned.stdout)
  })
  await t.test('the rename', async () => {
    const renamed = await migrator(bench, [
      'rename-domain',
      '--source',
      OLD,
      '--target',
      NEW,
      '--no-interactive',
      '--json',
      ...nginxOption,
    ])
    process.stdout.write(renamed.stderr)
    assert.equal(renamed.code, 0, renamed.stderr)
    const report = MigrationReport.parse(JSON.parse(renamed.stdout))
    process.stdout.write(
      `maintenance window: ${report.downtime.measured_seconds} s, ${report.database.values_changed} values\n`,
    )
    assert.equal(report.summary.status, 'success')
  })
  await t.test('pages show the new host, also from the cache; look-alikes stay', async () => {
    const { body, status } = await ask(NEW, '/acceptance-page')
    assert.equal(status, 200)
    assert.ok(body.includes(`https://${NEW}/app`), 'the page shows the new host')
    assert.ok(body.includes(`sales@${OLD}`) && body.includes(`https://shop.${OLD}`))
    assert.ok(!body.includes(`"https://${OLD}/`))
  })
  await t.test('the old name redirects', async () => {
    const answer = await ask(OLD, '/acceptance-page?x=1')
    assert.equal(answer.status, 307)
    assert.equal(answer.headers['location'], `http://${NEW}/acceptance-page?x=1`)
  })
  await t.test('Frappe itself builds links with the new name, opens its secrets and lists its apps', () => {
    const told = frappe(
      NEW,
      'from frappe.utils.password import get_decrypted_password\nprint(frappe.utils.get_url(), get_decrypted_password("User", "Administrator", "api_secret"))',
    )
    assert.match(told, new RegExp(`http://${NEW}(:\\d+)? acceptance-secret`))
    assert.match(run(bench, [program, '--site', NEW, 'list-apps']), /frappe/)
  })
  await t.test('the job that waited has run, or waits, under the new name', () => {
    const told = frappe(
      NEW,
      'from frappe.utils.background_jobs import get_redis_conn\nfrom rq.job import Job\njob = Job.fetch("' +
        `${NEW}::acceptance` +
        '", connection=get_redis_conn())\nprint(job.kwargs["site"], job.get_status())',
    )
    assert.match(told, new RegExp(`${NEW} \\S*(finished|queued|started)`))
  })
  await t.test('the proof again', async () => {
    const verified = await migrator(bench, ['verify-migration', '--site', NEW, ...nginxOption])
    process.stdout.write(verified.stdout)
    assert.equal(verified.code, 0, verified.stderr)
  })
  await t.test('everything under the bench belongs to its owner', () => {
    assert.equal(run(bench, ['find', join(bench, 'sites', NEW), join(bench, '.migrator'), '!', '-user', owner]), '')
  })
  await t.test('rollback', async () => {
    const back = await migrator(bench, ['rollback', '--no-interactive'])
    assert.equal(back.code, 0, back.stderr + back.stdout)
    assert.equal(await digest(OLD), start)
    assert.ok((await ask(OLD, '/acceptance-page')).body.includes(`https://${OLD}/app`), 'the page shows the old host')
  })
})

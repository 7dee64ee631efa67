/** From Frappe Cloud to an own bench, as it is typed: real bench, MariaDB and backup; Frappe Cloud itself is tests/servers/frappe-cloud.ts. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type CloudParts, type FrappeCloud, startFrappeCloud } from '../../servers/frappe-cloud.ts'
import { treeOf } from '../../servers/tree.ts'
import { PREFIX, type RestoreStage, restoreStage } from '../restore/stage.ts'

const SITE = 'old.frappe.cloud'
/** What Frappe Cloud keeps in a site's configuration for itself. */
const HOSTING = {
  plan_limit: { max_storage_usage: 1 },
  fc_communication_secret: 'x',
  sk_wiki: 'y',
  rate_limit: { limit: 1 },
}

let stage: RestoreStage
let cloud: FrappeCloud

before(async () => {
  stage = await restoreStage()
  const of = (ending: string) => ({
    name: `${PREFIX}-${ending}`,
    content: readFileSync(join(stage.backup, `${PREFIX}-${ending}`)),
  })
  const config = of('site_config_backup.json')
  config.content = Buffer.from(JSON.stringify({ ...JSON.parse(config.content.toString()), ...HOSTING }))
  const files: CloudParts = {
    ...{ database: of('database.sql.gz'), public: of('files.tar'), private: of('private-files.tar'), config },
  }
  cloud = await startFrappeCloud(SITE, [
    { id: 'k3vb7a1c2d', creation: '2026-11-24 22:10:04.120000', offsite: true, files },
    { id: 'k3u0p9e8f7', creation: '2026-11-24 16:05:41.700000', offsite: false, files },
  ])
  cloud.next = { files, states: ['Pending', 'Success'] }
  process.env['FRAPPE_CLOUD_URL'] = cloud.address
  use(cloud.key, cloud.secret)
})

after(async () => {
  await cloud.stop()
  await stage.stop()
})

function use(key: string, secret: string): void {
  process.env['FRAPPE_CLOUD_KEY'] = key
  process.env['FRAPPE_CLOUD_SECRET'] = secret
}

const transfer = (...more: string[]) =>
  stage.migrate('transfer-server', '--source-server', 'frappe-cloud', '--site', SITE, '--no-interactive', ...more)

test('another source is refused by name, with what to do instead', async () => {
  const { code, stderr } = await stage.migrate('transfer-server', '--source-server', 'root@old.example', '--site', SITE)
  assert.equal(code, 3)
  assert.match(stderr, /root@old\.example is not there yet/)
  assert.match(stderr, /restore-site --as SITE --backup-file FILE/)
})

test('the backups are listed, as a table and as data without addresses', async () => {
  const { code, stdout } = await transfer('--list')
  assert.equal(code, 0)
  assert.match(stdout, /^ {2}k3vb7a1c2d {2}2026-11-24 22:10 {2}store {3}database [\d.]+ [KM]B, public /m)
  const data = JSON.parse((await transfer('--list', '--json')).stdout)
  assert.deepEqual(
    data.backups.map(({ id }: { id: string }) => id),
    ['k3vb7a1c2d', 'k3u0p9e8f7'],
  )
  assert.doesNotMatch(JSON.stringify(data), /http/)
})

test('a wrong secret, a taken name and a plan with a new backup are refused before anything is fetched', async () => {
  use(cloud.key, 'wrong')
  const wrong = await transfer('--list')
  use(cloud.key, cloud.secret)
  assert.deepEqual([wrong.code, /does not accept this API key/.test(wrong.stderr)], [3, true], wrong.stderr)
  const taken = await transfer('--target-domain', 'shop.example')
  assert.deepEqual([taken.code, /name shop\.example is taken/.test(taken.stderr)], [4, true], taken.stderr)
  const both = await transfer('--plan', '--backup', 'new')
  assert.equal(both.code, 3)
  assert.ok(!cloud.asked.some((line) => line.startsWith('GET')))
})

test('a plan downloads, shows a restore as a new site, and changes nothing', async () => {
  const start = await stage.state()
  const planned = await transfer('--target-domain', 'shop.new', '--plan', '--admin-option-file', stage.administrator)
  assert.equal(planned.code, 2, planned.stdout + planned.stderr)
  assert.match(planned.stdout, /shop\.new/)
  assert.match(planned.stderr, /Backup k3vb7a1c2d of 2026-11-24 22:10 is in .*, whole and checked/)
  assert.equal(await stage.state(), start)
})

test('the site comes whole, without what belongs to the hosting; what was downloaded is not fetched again', async () => {
  cloud.asked.length = 0
  const moved = await transfer('--target-domain', 'shop.new', '--admin-option-file', stage.administrator)
  assert.equal(moved.code, 0, moved.stdout + moved.stderr)
  assert.ok(!cloud.asked.some((line) => line.startsWith('GET')))
  const configured = JSON.parse(readFileSync(join(stage.bench.sitesDirectory, 'shop.new/site_config.json'), 'utf8'))
  for (const key of Object.keys(HOSTING)) assert.ok(!(key in configured), key)
  const taken = JSON.parse(cloud.backups[0]?.files.config?.content.toString() ?? '')
  assert.equal(configured.encryption_key, taken.encryption_key)
  const proof = await stage.migrate('verify-migration', '--site', 'shop.new')
  assert.equal(proof.code, 0, proof.stdout)
})

test('the secret stands in no file, no output and no argument', async () => {
  const said = await transfer('--list', '--json')
  const tree = treeOf(stage.bench.directory).map((line) => join(stage.bench.directory, line.split(' ')[0] ?? ''))
  const texts = [said.stdout, said.stderr, ...tree.map((path) => readText(path))]
  assert.ok(texts.length > 20)
  for (const text of texts) assert.ok(!text.includes(cloud.secret))
})

const readText = (path: string): string => {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return '' // A directory, a socket.
  }
}

test('a new backup is made, fetched from the site’s own server, and restored', async () => {
  const moved = await transfer(
    '--target-domain',
    'other.new',
    '--backup',
    'new',
    '--admin-option-file',
    stage.administrator,
  )
  assert.equal(moved.code, 0, moved.stdout + moved.stderr)
  assert.match(moved.stderr, /its job: success/)
  assert.ok(cloud.asked.includes('POST press.api.site.login'))
})

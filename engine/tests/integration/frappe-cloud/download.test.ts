/** The client of Frappe Cloud against a server that follows press, its own source (tests/servers/frappe-cloud.ts). */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { MigratorError } from '../../../src/host/errors.ts'
import {
  type CloudBackup,
  listCloudBackups,
  listCloudSites,
  makeCloudBackup,
} from '../../../src/services/frappe-cloud/cloud-backups.ts'
import { CloudClient } from '../../../src/services/frappe-cloud/cloud-client.ts'
import { downloadBackup } from '../../../src/services/frappe-cloud/download-backup.ts'
import { type CloudParts, type FrappeCloud, type StoredBackup, startFrappeCloud } from '../../servers/frappe-cloud.ts'

const SITE = 'shop.frappe.cloud'
const PREFIX = '20261124_221000-shop_frappe_cloud'
const database = gzipSync(randomBytes(300_000))
const files = (): CloudParts => ({
  database: { name: `${PREFIX}-database.sql.gz`, content: database },
  public: { name: `${PREFIX}-files.tar`, content: randomBytes(50_000) },
  private: { name: `${PREFIX}-private-files.tar`, content: randomBytes(1000) },
  config: { name: `${PREFIX}-site_config_backup.json`, content: Buffer.from('{"encryption_key": "k"}') },
})
const stored = (id: string, offsite: boolean, parts = files()): StoredBackup => ({
  ...{ id, creation: '2026-11-24 22:10:00.000000', offsite, files: parts },
})

interface Stage {
  cloud: FrappeCloud
  directory: string
  client(more?: { key?: string; secret?: string; team?: string; signal?: AbortSignal }): CloudClient
  fetch(backup?: CloudBackup): Promise<Awaited<ReturnType<typeof downloadBackup>>>
}

async function setStage(t: TestContext, backups: StoredBackup[] = [stored('b1', true)]): Promise<Stage> {
  const cloud = await startFrappeCloud(SITE, backups)
  const directory = join(mkdtempSync(join(tmpdir(), 'migrator-cloud-')), 'download')
  t.after(async () => {
    await cloud.stop()
    rmSync(join(directory, '..'), { recursive: true, force: true })
  })
  const client: Stage['client'] = (more = {}) => {
    const { address, key, secret } = cloud
    return new CloudClient({
      address,
      key,
      secret,
      signal: new AbortController().signal,
      pauseMilliseconds: 5,
      ...more,
    })
  }
  const fetch: Stage['fetch'] = async (backup) => {
    const [first] = await listCloudBackups(client(), SITE)
    const [site] = await listCloudSites(client())
    const chosen = backup ?? first
    assert.ok(chosen && site)
    return downloadBackup({ client: client(), site, backup: chosen, directory, pauseMilliseconds: 5 })
  }
  return { cloud, directory, client, fetch }
}

async function refusal(work: Promise<unknown>): Promise<MigratorError> {
  const error = await work.then(
    () => assert.fail('it was not refused'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof MigratorError, String(error))
  return error
}

test('a backup in the store comes whole, in a directory and files nobody else may read', async (t) => {
  const { cloud, directory, fetch } = await setStage(t)
  const got = await fetch()
  assert.deepEqual(
    got.map(({ part }) => part),
    ['database', 'public', 'private', 'config'],
  )
  for (const { part, path } of got) assert.deepEqual(readFileSync(path), cloud.backups[0]?.files[part]?.content, part)
  assert.equal(statSync(directory).mode & 0o777, 0o700)
  for (const name of readdirSync(directory)) assert.equal(statSync(join(directory, name)).mode & 0o777, 0o600, name)
  assert.equal(readdirSync(directory).length, 4, 'nothing else is left there')
})

test('a backup on the site’s own server comes by a session of its Administrator, by the name visitors use', async (t) => {
  const { cloud, fetch } = await setStage(t, [stored('b1', false)])
  const [first] = await fetch()
  assert.deepEqual(readFileSync(first?.path ?? ''), database)
  assert.ok(cloud.asked.includes('POST press.api.site.login'))
  assert.ok(!cloud.asked.includes('POST press.api.site.get_backup_link'))
})

test('a broken connection is gone on with where it broke, also the next time the same is typed', async (t) => {
  const { cloud, directory, fetch } = await setStage(t)
  cloud.cuts = [100_000]
  await fetch()
  const name = `${PREFIX}-database.sql.gz`
  assert.ok(
    cloud.asked.some((line) => new RegExp(`^GET /store/${name} bytes=[1-9]\\d*-$`).test(line)),
    cloud.asked.join('\n'),
  )
  rmSync(directory, { recursive: true })
  cloud.cuts = [100_000, 0, 0, 0, 0, 0, 0]
  const broken = await refusal(fetch())
  assert.equal(broken.code, 'download-incomplete')
  const came = statSync(join(directory, `${name}.part`)).size
  assert.ok(came > 0 && came < database.length)
  cloud.cuts = []
  cloud.asked.length = 0
  await fetch()
  assert.ok(cloud.asked.includes(`GET /store/${name} bytes=${came}-`))
  assert.deepEqual(readFileSync(join(directory, name)), database)
})

test('a part of another file is not gone on with: the tag differs, and it is begun anew', async (t) => {
  const { directory, fetch, cloud } = await setStage(t)
  await fetch()
  const name = join(directory, `${PREFIX}-database.sql.gz`)
  rmSync(name)
  writeFileSync(`${name}.part`, randomBytes(1000))
  writeFileSync(`${name}.tag`, '"of another file"')
  cloud.asked.length = 0
  await fetch()
  assert.deepEqual(readFileSync(name), database)
  assert.equal(cloud.asked.filter((line) => line.startsWith('GET')).length, 1, 'what is there is not fetched again')
})

test('a link that has expired is asked for anew', async (t) => {
  const { cloud, fetch } = await setStage(t)
  cloud.expiredLinks = 1
  await fetch()
  assert.equal(cloud.asked.filter((line) => line.endsWith('get_backup_link')).length, 5)
})

test('a store that refuses fresh links, too, ends it', async (t) => {
  const { cloud, fetch } = await setStage(t)
  cloud.expiredLinks = 1000
  assert.equal((await refusal(fetch())).code, 'frappe-cloud-backup-not-available')
})

test('another size than was told, and gzip that does not open, are damage: put aside, and fetched anew the next time', async (t) => {
  const cut = { ...files(), database: { name: `${PREFIX}-database.sql.gz`, content: database.subarray(0, 200_000) } }
  const { cloud, directory, fetch } = await setStage(t, [stored('b1', true, cut)])
  const damaged = await refusal(fetch())
  assert.equal(damaged.code, 'download-damaged')
  assert.ok(existsSync(join(directory, `${PREFIX}-database.sql.gz.damaged`)))
  cloud.backups = [stored('b1', true)]
  await fetch()
  const short = { ...files(), public: { name: `${PREFIX}-files.tar`, content: randomBytes(10), toldBytes: 11 } }
  cloud.backups = [stored('b1', true, short)]
  assert.match((await refusal(fetch())).evidence ?? '', /^10 bytes, 11 were told/)
})

test('a backup too large for the disk is refused before a byte of it is fetched', async (t) => {
  const huge = { ...files(), database: { name: `${PREFIX}-database.sql.gz`, content: database, toldBytes: 1e16 } }
  const { cloud, fetch } = await setStage(t, [stored('b1', true, huge)])
  assert.equal((await refusal(fetch())).code, 'download-disk-full')
  assert.ok(!cloud.asked.some((line) => line.startsWith('GET')))
})

test('names that would leave the directory are replaced', async (t) => {
  const evil = { ...files(), database: { name: '../../evil.sql.gz', content: database } }
  const { directory, fetch } = await setStage(t, [stored('b1', true, evil)])
  const [first] = await fetch()
  assert.equal(first?.path, join(directory, 'database.sql.gz'))
  assert.ok(!existsSync(join(directory, '..', '..', 'evil.sql.gz')))
})

test('a new backup is asked for once, waited for, and taken', async (t) => {
  const { cloud, client } = await setStage(t)
  cloud.next = { files: files(), states: ['Pending', 'Running', 'Running', 'Success'] }
  const states: string[] = []
  const made = await makeCloudBackup(client(), SITE, { everyMilliseconds: 5, onState: (state) => states.push(state) })
  assert.deepEqual([made.id, made.offsite, made.files.length], ['b-new-1', false, 4])
  assert.deepEqual(states, ['Pending', 'Running', 'Success'])
  assert.equal(cloud.asked.filter((line) => line === 'POST press.api.site.backup').length, 1)
})

test('a backup that fails there, and one that is refused, say so', async (t) => {
  const { cloud, client } = await setStage(t)
  cloud.next = { files: files(), states: ['Running', 'Running', 'Failure'] }
  assert.equal(
    (await refusal(makeCloudBackup(client(), SITE, { everyMilliseconds: 5 }))).code,
    'frappe-cloud-backup-failed',
  )
  const ask = () => client().call('press.api.site.backup', { name: SITE, with_files: true }, 'once')
  await ask()
  const second = await refusal(ask())
  assert.deepEqual([second.code, second.kind], ['frappe-cloud-refused', 'refused'])
  assert.match(second.evidence ?? '', /Too many pending backups/)
})

test('wrong key, unknown site, another team: each by its own name, and no secret in any message', async (t) => {
  const { cloud, client } = await setStage(t)
  const wrong = await refusal(listCloudBackups(client({ secret: 'not-the-secret' }), SITE))
  assert.deepEqual([wrong.code, wrong.kind], ['frappe-cloud-key-refused', 'usage'])
  const unknown = await refusal(listCloudBackups(client(), 'other.frappe.cloud'))
  assert.equal(unknown.code, 'frappe-cloud-no-such-site')
  assert.match(unknown.evidence ?? '', new RegExp(SITE))
  cloud.team = 'team-2'
  assert.equal((await refusal(listCloudBackups(client(), SITE))).code, 'frappe-cloud-no-such-site')
  assert.equal((await listCloudBackups(client({ team: 'team-2' }), SITE)).length, 1)
  cloud.failures = [
    {
      status: 417,
      body: JSON.stringify({
        exc_type: 'ValidationError',
        _server_messages: JSON.stringify([JSON.stringify({ message: `bad ${cloud.secret}` })]),
      }),
    },
  ]
  const quoted = await refusal(listCloudBackups(client({ team: 'team-2' }), SITE))
  assert.match(quoted.evidence ?? '', /bad \*\*\*$/)
})

test('a busy or broken server is asked again with pauses; a backup is not asked for twice', async (t) => {
  const { cloud, client } = await setStage(t)
  const broken = { status: 502, body: '<html>Bad Gateway</html>' }
  cloud.failures = [{ status: 429, body: '{}', headers: { 'retry-after': '0' } }, broken, broken]
  assert.equal((await listCloudBackups(client(), SITE)).length, 1)
  assert.equal(cloud.asked.length, 4)
  cloud.failures = Array.from({ length: 20 }, () => broken)
  assert.equal((await refusal(listCloudBackups(client(), SITE))).code, 'frappe-cloud-unreachable')
  cloud.failures = [{ status: 429, body: '{}', headers: { 'retry-after': '86400' } }]
  assert.equal((await refusal(listCloudBackups(client(), SITE))).code, 'frappe-cloud-busy')
  cloud.asked.length = 0
  cloud.failures = [broken]
  await refusal(client().call('press.api.site.backup', { name: SITE, with_files: true }, 'once'))
  assert.deepEqual(cloud.asked, ['POST press.api.site.backup'])
})

test('an answer in another form is told as one, and nobody listening as out of reach', async (t) => {
  const { cloud, client } = await setStage(t)
  cloud.failures = [{ status: 200, body: '{"message": [{"id": 1}]}' }]
  assert.equal((await refusal(listCloudBackups(client(), SITE))).code, 'frappe-cloud-answer')
  await cloud.stop()
  assert.equal((await refusal(listCloudBackups(client(), SITE))).code, 'frappe-cloud-unreachable')
})

import assert from 'node:assert/strict'
import { chownSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { chmod, cp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import { MigrationReport } from '../../src/report/migration-report.ts'
import { makeCertificate } from '../servers/certificate.ts'
import { sharedData } from '../servers/site.ts'
import * as real from './real-bench.ts'
import { visit } from './visit.ts'

const DOT = String.raw`(?:\.|%2e|\\u002e|&#46;)`
/**
 * The data set of each version, and the name in it. Three other letters keep every length, so that a bench may also have a site of
 * that name.
 */
const sets: Record<number, { name: string; written: RegExp; old: string; target: string; app: string }> = {
  14: {
    ...{ name: 'site-v14', written: new RegExp(`erp${DOT}example${DOT}org`, 'gi'), old: 'acc.example.org' },
    ...{ target: 'new.example.net', app: 'frappe' },
  },
  15: {
    ...{ name: 'site-v15', written: new RegExp(`old${DOT}cloud`, 'gi'), old: 'acc.cloud' },
    ...{ target: 'new.domain', app: 'wiki' },
  },
}
const set = sets[real.frappeMajor]
const { old: OLD, target: NEW } = set ?? { old: '', target: '' }
const respelled = (text: string): string =>
  text.replace(set?.written ?? /(?!)/, (found) =>
    [...found]
      .map((letter, at) => (at > 2 ? letter : letter === letter.toLowerCase() ? 'acc'[at] : 'ACC'[at]))
      .join(''),
  )

interface Cell {
  table: string
  match: Record<string, string>
  column: string
}
const expected = set && readFileSync(new URL(`../fixtures/expectations/${set.name}.json`, import.meta.url), 'utf8')
const expectations: { cells: (Cell & { after: string })[]; unchanged: (Cell & { value: string })[] } = expected
  ? JSON.parse(respelled(expected))
  : { cells: [], unchanged: [] }

const dump = set ? sharedData(set.name) : null
const place = ['--bench', real.benchPath, ...real.nginxOption]
const directory = mkdtempSync(join(tmpdir(), 'migrator-acceptance-'))
const apps = readFileSync(join(real.sitesPath, 'apps.txt'), 'utf8').split('\n')
const missing = !set
  ? `there is no data set of Frappe ${real.frappeMajor}`
  : dump === null
    ? `the shared data set ${set.name} is not there: name its folder with MIGRATOR_SHARED_DATA`
    : !apps.includes(set.app) && `the data set needs the app ${set.app} on the bench`
let certificate: Awaited<ReturnType<typeof makeCertificate>>

before(async () => {
  if (dump === null || missing) return
  const text = gunzipSync(readFileSync(join(dump, 'database.sql.gz'))).toString('latin1')
  writeFileSync(join(directory, 'database.sql.gz'), gzipSync(Buffer.from(respelled(text), 'latin1')))
  for (const archive of ['files.tar', 'private-files.tar']) await cp(join(dump, archive), join(directory, archive))
  certificate = await makeCertificate(join(directory, 'tls'), [OLD, NEW])
  for (const path of [certificate.certificate, certificate.key]) chownSync(path, real.owner.id, real.owner.group)
  await chmod(directory, 0o755)
  // Frappe 14 unpacks the dump beside it.
  chownSync(directory, real.owner.id, real.owner.group)
  const saved = JSON.parse(readFileSync(join(dump, 'site_config_backup.json'), 'utf8')) as Record<string, string>
  await real.newSite(OLD)
  await real.restoreSite(OLD, join(directory, 'database.sql.gz'), {
    public: join(directory, 'files.tar'),
    private: join(directory, 'private-files.tar'),
  })
  const tls = { ssl_certificate: certificate.certificate, ssl_certificate_key: certificate.key }
  for (const [key, value] of Object.entries({
    ...tls,
    host_name: `https://${OLD}`,
    encryption_key: saved['encryption_key'] ?? '',
  }))
    await real.bench('--site', OLD, 'set-config', key, value)
  await real.bench('--site', OLD, 'clear-cache')
  await real.updateNginx()
})
after(async () => {
  await real.dropSites(OLD, NEW)
  await rm(directory, { recursive: true })
})

test('a restored site behind TLS is renamed by the owner to the letter of its expectations, and every table comes back', {
  skip: missing,
}, async (t) => {
  const authority = readFileSync(certificate.authority)
  const secure = (host: string, path: string) => visit(host, path, { to: 'nginx-tls', authority })
  assert.equal((await secure(OLD, '/login')).status, 200)
  const digestsBefore = await real.tableDigests(OLD)

  await t.test('without a certificate for the new name nothing begins: exit 4', async () => {
    const uncovered = ['rename-domain', '--source', OLD, '--target', 'uncovered.domain', '--no-interactive']
    const refused = await real.migrator([...uncovered, ...place], 'owner')
    assert.equal(refused.code, 4, refused.stderr)
    assert.match(refused.stderr, /certificate/i)
    assert.deepEqual(real.differing(digestsBefore, await real.tableDigests(OLD)), [])
  })

  await t.test('the rename', async () => {
    const pair = ['--certificate', certificate.certificate, '--certificate-key', certificate.key]
    const argv = ['rename-domain', '--source', OLD, '--target', NEW, ...pair, ...place, '--no-interactive', '--json']
    const renamed = await real.migrator(argv, 'owner')
    assert.equal(renamed.code, 0, renamed.stderr + renamed.stdout)
    const report = MigrationReport.parse(JSON.parse(renamed.stdout))
    process.stdout.write(
      `maintenance: ${report.downtime.measured_seconds} s, ${report.database.values_changed} values rewritten\n`,
    )
    assert.equal(report.database.values_changed, expectations.cells.length)
    assert.equal(report.verification_results.site_accessible, true)
  })

  await t.test('every expected value, and no other table, changed', async () => {
    const database = await real.openDatabase(NEW)
    t.after(() => database.close())
    const readCell = async ({ table, match, column }: Cell) => {
      const where = Object.keys(match).map((key) => `\`${key}\` = ?`)
      const rows = await database.read(
        `SELECT \`${column}\` AS value FROM \`${table}\` WHERE ${where.join(' AND ')}`,
        Object.values(match),
      )
      return rows[0]?.['value'] == null ? null : String(rows[0]['value'])
    }
    for (const cell of expectations.cells) assert.equal(await readCell(cell), cell.after, JSON.stringify(cell))
    for (const cell of expectations.unchanged) assert.equal(await readCell(cell), cell.value, JSON.stringify(cell))
    const tables = [...new Set(expectations.cells.map((cell) => cell.table))].sort()
    assert.deepEqual(real.differing(digestsBefore, await real.tableDigests(NEW)), tables)
  })

  await t.test('the new name is served over TLS, the old one sends visitors to it', async () => {
    assert.equal((await secure(NEW, '/login')).status, 200)
    const old = await secure(OLD, '/app?x=1')
    assert.deepEqual([old.status, old.headers['location']], [307, `https://${NEW}/app?x=1`])
    const verified = await real.migrator(['verify-migration', '--site', NEW, ...place], 'owner')
    assert.equal(verified.code, 0, verified.stdout + verified.stderr)
  })

  await t.test('rollback brings every table back, none left out', async () => {
    const back = await real.migrator(['rollback', '--no-interactive', ...place], 'owner')
    assert.equal(back.code, 0, back.stderr + back.stdout)
    assert.deepEqual(real.differing(digestsBefore, await real.tableDigests(OLD)), [])
    assert.equal((await secure(OLD, '/login')).status, 200)
  })
})

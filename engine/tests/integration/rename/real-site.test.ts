import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openSiteDatabase } from '../../../src/database/open.ts'
import type { Row, SiteDatabase } from '../../../src/database/site-database.ts'
import { localHost } from '../../../src/host/local/index.ts'
import { MigrationReport } from '../../../src/report/migration-report.ts'
import { createBench } from '../../servers/bench.ts'
import { enqueueJob, jobEnd } from '../../servers/jobs.ts'
import { startMariadb } from '../../servers/mariadb.ts'
import { migrator } from '../../servers/migrator.ts'
import { startNginx } from '../../servers/nginx.ts'
import { startRedis } from '../../servers/redis.ts'
import { addSite, sharedData, type TestSite } from '../../servers/site.ts'
import { treeOf } from '../../servers/tree.ts'
import { startWeb, startWorker } from '../../servers/web.ts'

interface Cell {
  table: string
  match: Record<string, string | number>
  column: string
}
interface Expectations {
  source: string
  target: string
  cells: (Cell & { before: string; after: string })[]
  unchanged: (Cell & { value: string })[]
  historyRows: Record<string, number>
}

const expectationsOf = (name: string): Expectations =>
  JSON.parse(readFileSync(new URL(`../../fixtures/expectations/${name}.json`, import.meta.url), 'utf8'))

const cellName = ({ table, match, column }: Cell): string =>
  `${table} ${Object.entries(match)
    .sort()
    .map(([key, value]) => `${key}=${value}`)
    .join(',')} ${column}`

/** Every row of every table, by table and key, as text. */
async function allRows(database: SiteDatabase): Promise<Map<string, Map<string, Row>>> {
  const found = new Map<string, Map<string, Row>>()
  for (const { name, primaryKey } of await database.tables()) {
    const keys = name === 'tabSingles' ? ['doctype', 'field'] : primaryKey
    const rows = new Map<string, Row>()
    for (const row of await database.read(`SELECT * FROM \`${name}\``)) {
      const key = keys.length
        ? keys
            .sort()
            .map((column) => `${column}=${row[column]}`)
            .join(',')
        : JSON.stringify(row)
      rows.set(key, row)
    }
    found.set(name, rows)
  }
  return found
}

/** Names of all cells that differ between two states; rows that came or went are named too. */
function differences(before: Map<string, Map<string, Row>>, after: Map<string, Map<string, Row>>): string[] {
  const found: string[] = []
  for (const table of new Set([...before.keys(), ...after.keys()])) {
    const [old, now] = [before.get(table) ?? new Map<string, Row>(), after.get(table) ?? new Map<string, Row>()]
    for (const key of new Set([...old.keys(), ...now.keys()])) {
      const [one, other] = [old.get(key), now.get(key)]
      if (!one || !other) found.push(`${table} ${key} ${one ? 'gone' : 'new'}`)
      else
        for (const column of Object.keys(one))
          if (String(one[column]) !== String(other[column])) found.push(`${table} ${key} ${column}`)
    }
  }
  return found.sort()
}

const openOf = (site: TestSite, server: { host: string; port: number }) =>
  openSiteDatabase({ kind: 'mariadb', host: server.host, port: server.port, socket: null, ...site.database })

async function cellValue(database: SiteDatabase, { table, match, column }: Cell): Promise<string | null> {
  const names = Object.keys(match)
  const where = names.map((name) => `\`${name}\` = ?`).join(' AND ')
  const [row] = await database.read(
    `SELECT \`${column}\` AS value FROM \`${table}\` WHERE ${where}`,
    names.map((name) => match[name] ?? ''),
  )
  const value = row?.['value'] ?? null
  return value === null ? null : String(value)
}

for (const dataSet of ['site-v15', 'site-v14']) {
  test(`a real site (${dataSet}) is renamed to the letter of its expectations, verified, and rolled back to the same digest`, async (t) => {
    const dump = sharedData(dataSet)
    assert.ok(
      dump,
      'this test needs the shared data sets: put them into ../shared/data, or name them with MIGRATOR_SHARED_DATA',
    )
    const { source, target, cells, unchanged, historyRows } = expectationsOf(dataSet)
    const [mariadb, redis] = await Promise.all([startMariadb(), startRedis()])
    t.after(() => Promise.all([mariadb.stop(), redis.stop()]))
    const bench = await createBench({ redis, commonConfig: { default_site: source } })
    t.after(() => bench.remove())
    const site = await addSite(bench, source, { dump, mariadb, siteConfig: { host_name: `http://${source}` } })
    const nginx = await startNginx({ bench })
    t.after(() => nginx.stop())
    const web = await startWeb(bench, 'gunicorn')
    t.after(() => web.stop())
    const waiting = await enqueueJob(bench, source, {
      method: 'frappe.utils.background_jobs.test_job',
      kwargs: { s: 0 },
      queue: 'long',
    })

    const database = await openOf(site, mariadb)
    t.after(() => database.close())
    const rowsBefore = await allRows(database)
    const digestBefore = await database.digest()
    const tree = () => [
      ...treeOf(bench.sitesDirectory, { without: [] }).filter((line) => !/\.(log|pyc)|logs|__pycache__/.test(line)),
      ...treeOf(nginx.includeDirectory),
      ...treeOf(join(bench.directory, 'config')),
    ]
    const treeBefore = tree()
    const ask = (hostName: string, path: string) =>
      localHost().request({ address: '127.0.0.1', port: nginx.httpPort, tls: false, hostName, path })

    const common = ['--nginx-config', nginx.configuration, '--no-interactive', '--wait-for-jobs', '20']
    const names = ['--source', source, '--target', target]

    await t.test('the plan changes nothing and says exit 2', async () => {
      const planned = await migrator(bench.directory, ['rename-domain', ...names, ...common, '--plan'])
      assert.equal(planned.code, 2, planned.stderr)
      assert.deepEqual(tree(), treeBefore)
      assert.equal((await database.digest()).sha256, digestBefore.sha256)
    })

    await t.test('the rename ends with success', async () => {
      const renamed = await migrator(bench.directory, ['rename-domain', ...names, ...common, '--json', '--deep'])
      assert.equal(renamed.code, 0, `${renamed.stderr}\n${renamed.stdout}`)
      const report = MigrationReport.parse(JSON.parse(renamed.stdout))
      assert.equal(report.summary.status, 'success')
      assert.equal(report.verification_results.site_accessible, true)
      assert.equal(report.verification_results.redis_functional, true)
    })

    await t.test('every expected cell holds its new value, nothing else differs', async () => {
      for (const cell of cells) assert.equal(await cellValue(database, cell), cell.after, cellName(cell))
      for (const cell of unchanged) assert.equal(await cellValue(database, cell), cell.value, cellName(cell))
      assert.deepEqual(differences(rowsBefore, await allRows(database)), cells.map(cellName).sort())
      for (const [table, count] of Object.entries(historyRows)) {
        const kept = [...(rowsBefore.get(table)?.values() ?? [])].filter((row) =>
          Object.values(row).some((value) => String(value).includes(source)),
        )
        assert.equal(kept.length, count, table)
      }
    })

    await t.test('visitors: the new name serves, the old one redirects and is not cached', async () => {
      const login = await ask(target, '/login')
      assert.equal(login.status, 200)
      const old = await ask(source, '/app/todo?x=1&y=2')
      assert.equal(old.status, 307)
      assert.equal(old.headers['location'], `http://${target}/app/todo?x=1&y=2`)
      assert.match(old.headers['cache-control'] ?? '', /no-store/)
    })

    await t.test('a job that waited runs under the new name', async () => {
      const worker = await startWorker(bench, 'long')
      const ended = await jobEnd(bench, waiting.replace(source, target))
      await worker.stop()
      assert.equal(ended.status, 'finished', ended.error ?? '')
      assert.equal(ended.site, target)
    })

    await t.test('the proof can be asked again', async () => {
      const verified = await migrator(bench.directory, [
        'verify-migration',
        '--site',
        target,
        '--nginx-config',
        nginx.configuration,
      ])
      assert.equal(verified.code, 0, `${verified.stdout}${verified.stderr}`)
    })

    await t.test('rollback brings back every byte', async () => {
      const back = await migrator(bench.directory, ['rollback', '--no-interactive'])
      assert.equal(back.code, 0, `${back.stdout}${back.stderr}`)
      assert.equal((await database.digest()).sha256, digestBefore.sha256)
      assert.deepEqual(differences(rowsBefore, await allRows(database)), [])
      assert.deepEqual(tree(), treeBefore)
      assert.equal((await ask(source, '/login')).status, 200)
      assert.notEqual((await ask(target, '/login')).status, 200)
    })

    await t.test('no secret stands outside the vault', () => {
      const runs = join(bench.directory, '.migrator')
      const texts = readdirSync(runs, { recursive: true, encoding: 'utf8' })
        .filter((file) => !file.includes('/vault') && !file.endsWith('lock'))
        .flatMap((file) => {
          try {
            return [{ file, text: readFileSync(join(runs, file), 'latin1') }]
          } catch {
            return []
          }
        })
      for (const { file, text } of texts)
        for (const secret of site.secrets) assert.ok(!text.includes(secret), `a secret stands in ${file}`)
    })
  })
}

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { MigrationReport } from '../../../src/report/migration-report.ts'
import { readRowFile } from '../../../src/rewriting/row-file.ts'
import { jobEnd } from '../../servers/jobs.ts'
import { startWorker } from '../../servers/web.ts'
import { fillQueue, queueState } from './queue.ts'
import { allRows, type Cell, cellName, cellValue, differences, type Rows } from './rows.ts'
import { journalOf, login, maintenanceWindow, said, setStage } from './stage.ts'

interface Expectations {
  source: string
  target: string
  cells: (Cell & { before: string; after: string })[]
  unchanged: (Cell & { value: string })[]
  historyRows: Record<string, number>
}

const expectationsOf = (name: string): Expectations =>
  JSON.parse(readFileSync(new URL(`../../fixtures/expectations/${name}.json`, import.meta.url), 'utf8'))

const rowsNaming = (rows: Rows, table: string, host: string): number =>
  [...(rows.get(table)?.values() ?? [])].filter((row) =>
    Object.values(row).some((value) => String(value).includes(host)),
  ).length

/** Name of every cell of which the run has a before-image. */
async function cellsOfVault(run: string): Promise<string[]> {
  const found: string[] = []
  const files = readdirSync(join(run, 'vault')).filter((file) => file.startsWith('rows-'))
  for (const file of files) for await (const cell of readRowFile(join(run, 'vault', file))) found.push(cellName(cell))
  return found.sort()
}

for (const dataSet of ['site-v15', 'site-v14'] as const) {
  test(`a real site (${dataSet}) is renamed to the letter of its expectations, verified, and rolled back to the same digest`, async (t) => {
    const { source, target, cells, unchanged, historyRows } = expectationsOf(dataSet)
    const stage = await setStage({
      dataSet,
      site: source,
      siteConfig: { host_name: `http://${source}` },
      commonConfig: { default_site: source },
    })
    t.after(() => stage.stop())
    const { bench, site, database, visit } = stage
    await fillQueue(stage, source)
    const cookie = await login(stage, source)
    const [file] = await database.read(
      "SELECT file_url FROM tabFile WHERE is_private = 1 AND file_url LIKE '/private/files/%' AND is_folder = 0",
    )
    const privateFile = encodeURI(String(file?.['file_url']))
    const contentOf = async (host: string) => (await visit(host, privateFile, { headers: { cookie } })).body
    const fileBefore = await contentOf(source)
    assert.ok(fileBefore.length > 0)

    const rowsBefore = await allRows(database)
    const digestBefore = await stage.digest()
    const treeBefore = stage.tree()
    const queueBefore = await queueState(stage)
    const options = ['--wait-for-jobs', '20']

    await t.test('the plan changes nothing and says exit 2', async () => {
      const planned = await stage.rename(source, target, ...options, '--plan')
      assert.equal(planned.code, 2, said(planned))
      assert.deepEqual(stage.tree(), treeBefore)
      assert.equal(await stage.digest(), digestBefore)
      assert.deepEqual(await queueState(stage), queueBefore)
    })

    await t.test('the rename ends with success, and its report is kept', async () => {
      const renamed = await stage.rename(source, target, ...options, '--json', '--deep')
      assert.equal(renamed.code, 0, said(renamed))
      const report = MigrationReport.parse(JSON.parse(renamed.stdout))
      assert.equal(report.summary.status, 'success')
      assert.equal(report.summary.domain_changed, `${source} → ${target}`)
      const { verification_results: proof } = report
      assert.deepEqual(proof, {
        site_accessible: true,
        https_working: null,
        database_connected: true,
        redis_functional: true,
      })
      assert.equal(report.database.values_changed, cells.length)
      assert.deepEqual(report.jobs, { moved: 5, left: [] })
      // A file that the data set itself lacks was missing before, and stays so.
      const open = report.checks.filter((check) => check.status !== 'passed')
      assert.deepEqual(
        open.filter((check) => !/missing before/.test(check.remedy ?? '')),
        [],
      )
      assert.deepEqual(JSON.parse(readFileSync(join(stage.lastRun(), 'report.json'), 'utf8')), report)
      t.diagnostic(
        `${dataSet}: maintenance window ${maintenanceWindow(stage.lastRun())} s with --deep, ${cells.length} values`,
      )
    })

    await t.test('every expected cell holds its new value; nothing else differs', async () => {
      for (const cell of cells) assert.equal(await cellValue(database, cell), cell.after, cellName(cell))
      for (const cell of unchanged) assert.equal(await cellValue(database, cell), cell.value, cellName(cell))
      const rowsAfter = await allRows(database)
      const changed = differences(rowsBefore, rowsAfter)
      assert.deepEqual(changed, cells.map(cellName).sort())
      assert.deepEqual(changed, await cellsOfVault(stage.lastRun()))
      for (const [table, count] of Object.entries(historyRows))
        assert.equal(rowsNaming(rowsAfter, table, source), count, table)
    })

    await t.test(
      'visitors: the new name serves page, asset, file and session; the old one redirects, uncached',
      async () => {
        const page = await visit(target, '/login')
        assert.equal(page.status, 200)
        assert.ok(page.body.includes(`http://${target}/login`), 'the page links to itself by its new name')
        assert.equal((await visit(target, '/assets/frappe/css/login.css')).status, 200)
        assert.equal((await visit(target, '/api/resource/User/Administrator', { headers: { cookie } })).status, 200)
        assert.equal(await contentOf(target), fileBefore)
        const old = await visit(source, '/app/todo?x=1&y=%2F2')
        assert.equal(old.status, 307)
        assert.equal(old.headers['location'], `http://${target}/app/todo?x=1&y=%2F2`)
        assert.match(String(old.headers['cache-control']), /no-store/)
      },
    )

    await t.test('the machine names the site anew', () => {
      assert.match(
        readFileSync(stage.hostsFile, 'utf8'),
        new RegExp(`^127\\.0\\.0\\.1\\t${target} www\\.${source}$`, 'm'),
      )
      assert.match(readFileSync(join(stage.crontabs, 'backups'), 'utf8'), new RegExp(`--site ${target} backup`))
      const common = JSON.parse(readFileSync(join(bench.sitesDirectory, 'common_site_config.json'), 'utf8'))
      assert.equal(common.default_site, target)
      const own = JSON.parse(readFileSync(join(bench.sitesDirectory, target, 'site_config.json'), 'utf8'))
      assert.equal(own.host_name, `http://${target}`)
      assert.ok(!('maintenance_mode' in own) && !('pause_scheduler' in own))
    })

    await t.test('jobs in every state moved, another site kept its own, and what waited runs', async () => {
      const moved = Object.entries(queueBefore).map(([id, job]) => {
        const renamed = (text: string) => text.replaceAll(source, target)
        const own = job.site === source
        return [own ? renamed(id) : id, own ? { ...job, site: target, description: renamed(job.description) } : job]
      })
      assert.deepEqual(await queueState(stage), Object.fromEntries(moved))
      const worker = await startWorker(bench, 'default')
      for (const name of ['first', 'after-first']) {
        const ended = await jobEnd(bench, `${target}::${name}`)
        assert.deepEqual(ended, { status: 'finished', site: target, error: null })
      }
      await worker.stop()
    })

    await t.test('the proof can be asked again', async () => {
      const verified = await stage.migrate('verify-migration', '--site', target)
      assert.equal(verified.code, 0, said(verified))
    })

    await t.test('rollback brings back every byte, the old name and the jobs', async () => {
      const back = await stage.migrate('rollback', '--no-interactive', '--json')
      assert.equal(back.code, 0, said(back))
      assert.equal(MigrationReport.parse(JSON.parse(back.stdout)).run.rolled_back, true)
      assert.deepEqual(differences(rowsBefore, await allRows(database)), [])
      assert.equal(await stage.digest(), digestBefore)
      assert.deepEqual(stage.tree(), treeBefore)
      const page = await visit(source, '/login')
      assert.equal(page.status, 200)
      assert.ok(page.body.includes(`http://${source}/login`))
      assert.equal(await contentOf(source), fileBefore)
      assert.notEqual((await visit(target, '/login')).status, 200)
      const { [`${source}::first`]: first, [`${source}::after-first`]: second, ...waiting } = await queueState(stage)
      assert.deepEqual([first?.status, second?.status], ['finished', 'finished'])
      const ran = new Set([`${source}::first`, `${source}::after-first`])
      assert.deepEqual(waiting, Object.fromEntries(Object.entries(queueBefore).filter(([id]) => !ran.has(id))))
      assert.deepEqual(
        journalOf(stage.lastRun()).flatMap((line) => line.kept ?? []),
        [],
      )
    })

    await t.test('no secret stands outside the vault', () => {
      const runs = join(bench.directory, '.migrator')
      const files = readdirSync(runs, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
      const outside = files
        .map((entry) => join(entry.parentPath, entry.name))
        .filter((path) => !path.includes('/vault/'))
      assert.ok(outside.length > 4)
      for (const path of outside) {
        const text = readFileSync(path, 'latin1')
        for (const secret of site.secrets) assert.ok(!text.includes(secret), `a secret stands in ${path}`)
      }
    })
  })
}

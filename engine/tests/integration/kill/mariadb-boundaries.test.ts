import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { openSiteDatabase } from '../../../src/database/open.ts'
import { createSandboxBench } from '../../../src/sandbox/sandbox-bench.ts'
import { startMariadb } from '../../servers/mariadb.ts'
import { migrator } from '../../servers/migrator.ts'
import { sharedData } from '../../servers/site.ts'
import { treeOf } from '../../servers/tree.ts'

/** A share of the lines in this tier; `scripts/prove` takes them all (MIGRATOR_PROVE). */
const share = process.env['MIGRATOR_PROVE'] === '1' ? 1 : 6
const DRIVER = fileURLToPath(new URL('../../kill/driver.ts', import.meta.url))

test('on MariaDB too, a rename killed at a journal line is resumed to its end, or rolled back to the same digest', async (t) => {
  const data = sharedData('site-v15')
  assert.ok(
    data,
    'this test needs the shared data sets: put them into ../shared/data, or name them with MIGRATOR_SHARED_DATA',
  )
  const home = mkdtempSync(join(tmpdir(), 'migrator-kill-'))
  t.after(() => rmSync(home, { recursive: true, force: true }))
  const server = await startMariadb()
  t.after(() => server.stop())
  const credentials = { database: '_killed', user: '_killed', password: 'killed-site' }
  await server.importDump(join(data, 'database.sql.gz'), credentials)
  const stored = JSON.parse(readFileSync(join(data, 'site_config_backup.json'), 'utf8'))
  const benchPath = join(home, 'bench')
  await createSandboxBench({
    directory: benchPath,
    siteConfig: {
      ...{ db_type: 'mariadb', db_host: server.host, db_port: server.port, encryption_key: stored.encryption_key },
      ...{ db_name: credentials.database, db_password: credentials.password },
    },
  })
  const request = {
    ...{ source: 'old.cloud', target: 'new.domain', site: null, renameDirectory: 'auto', alsoRewrite: [], url: null },
    ...{
      include: [],
      exclude: [],
      certificate: null,
      certificateKey: null,
      redirect: true,
      rebuildSearch: false,
      deep: false,
    },
    ...{
      waitForJobsSeconds: 5,
      nginxConfig: join(home, 'none'),
      hostsFile: join(home, 'none'),
      crontabDirectories: [],
    },
  }
  const file = join(home, 'request.json')
  writeFileSync(file, JSON.stringify({ benchPath, request }))
  const database = await openSiteDatabase({
    kind: 'mariadb',
    host: server.host,
    port: server.port,
    socket: null,
    ...credentials,
  })
  t.after(() => database.close())
  const state = async () =>
    [...treeOf(benchPath, { without: ['.migrator', 'logs'] }), (await database.digest()).sha256].join('\n')
  const drive = (line: number, moment: string) =>
    spawnSync(process.execPath, [DRIVER, file, String(line), moment], { encoding: 'utf8' })
  const rollBack = async () => {
    const back = await migrator(benchPath, ['rollback', '--no-interactive'])
    assert.equal(back.code, 0, back.stderr)
  }

  const start = await state()
  const whole = drive(0, 'never')
  assert.match(whole.stdout, /^done /, whole.stderr)
  const lines = Number(whole.stdout.trim().split(' ')[1])
  const end = await state()
  await rollBack()
  assert.equal(await state(), start)

  for (let line = 2; line <= lines; line += share) {
    await t.test(`killed before line ${line} of ${lines}`, async () => {
      assert.equal(drive(line, 'before').signal, 'SIGKILL')
      const resumed = await migrator(benchPath, ['resume', '--no-interactive'])
      assert.equal(resumed.code, 0, resumed.stderr)
      assert.equal(await state(), end)
      await rollBack()
      assert.equal(await state(), start)
      const second = drive(line, 'after')
      assert.equal(second.signal, 'SIGKILL', `${second.stdout}${second.stderr}`)
      await rollBack()
      assert.equal(await state(), start)
    })
  }
})

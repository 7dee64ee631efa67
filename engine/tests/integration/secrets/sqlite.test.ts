import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { createSandboxBench } from '../../../src/sandbox/sandbox-bench.ts'
import { plantedSecrets, proveNoLeak } from './story.ts'

test('an SQLite site: no secret leaves the vault, from the first look to cleanup', async (t) => {
  const home = mkdtempSync(join(tmpdir(), 'migrator-secrets-'))
  t.after(() => rmSync(home, { recursive: true, force: true }))
  const planted = plantedSecrets()
  const unreachable = `redis://:${planted.redis}@127.0.0.1:1`
  const bench = await createSandboxBench({
    directory: join(home, 'bench'),
    siteConfig: { mail_password: planted.known, stripe_thing: planted.unknown },
    commonConfig: { redis_cache: unreachable, redis_queue: unreachable, [`plugin`]: { inner: planted.common } },
  })
  const database = new DatabaseSync(bench.databasePath)
  for (const [sql, ...values] of planted.rows('old.cloud')) database.prepare(sql).run(...values)
  database.close()
  const crontabs = join(home, 'cron.d')
  mkdirSync(crontabs)
  writeFileSync(join(crontabs, 'pings'), planted.crontab('old.cloud'))
  await proveNoLeak(t, {
    benchPath: bench.directory,
    siteConfig: join(bench.siteDirectory, 'site_config.json'),
    home,
    machine: [
      '--nginx-config',
      join(home, 'none'),
      '--hosts-file',
      join(home, 'none'),
      '--crontab-directory',
      crontabs,
    ],
    source: 'old.cloud',
    crontab: join(crontabs, 'pings'),
    secrets: [
      bench.secrets.encryptionKey,
      bench.secrets.administratorPassword,
      ...bench.secrets.plaintexts,
      ...planted.all,
    ],
    change: async () => {
      const open = new DatabaseSync(bench.databasePath.replace('/old.cloud/', '/new.domain/'))
      open.exec(`UPDATE tabWebhook SET request_url = request_url || '&password=${planted.query}'`)
      open.close()
    },
    fail: async () => {
      const open = new DatabaseSync(bench.databasePath)
      open.exec(
        "CREATE TRIGGER refuse BEFORE UPDATE ON tabWebhook WHEN NEW.name = '0-planted' BEGIN SELECT RAISE(ABORT, 'refused'); END",
      )
      open.close()
    },
    repair: async () => {
      const open = new DatabaseSync(bench.databasePath)
      open.exec('DROP TRIGGER refuse')
      open.close()
    },
  })
})

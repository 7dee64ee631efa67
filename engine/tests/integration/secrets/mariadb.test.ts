import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setStage } from '../rename/stage.ts'
import { plantedSecrets, proveNoLeak } from './story.ts'

test('a MariaDB site behind nginx: no secret leaves the vault, from the first look to cleanup', async (t) => {
  const home = mkdtempSync(join(tmpdir(), 'migrator-secrets-'))
  t.after(() => rmSync(home, { recursive: true, force: true }))
  const planted = plantedSecrets()
  const source = 'old.cloud'
  const stage = await setStage({
    dataSet: 'site-v15',
    site: source,
    siteConfig: { mail_password: planted.known, stripe_thing: planted.unknown, host_name: `http://${source}` },
    commonConfig: { plugin: { inner: planted.common } },
    extraFiles: {
      'extra.conf': `server { listen 127.0.0.1:$HTTP; server_name api.${source};
  location / { proxy_set_header Authorization "Basic ${planted.header}"; proxy_set_header Host ${source}; return 204; } }\n`,
    },
  })
  t.after(() => stage.stop())
  execFileSync('redis-cli', ['-p', String(stage.redis.port), 'CONFIG', 'SET', 'requirepass', planted.redis])
  const redis = `redis://:${planted.redis}@127.0.0.1:${stage.redis.port}`
  await stage.bench.configure({ redis_cache: redis, redis_queue: redis, redis_socketio: redis })
  for (const [sql, ...values] of planted.rows(source)) await stage.sql(bound(sql, values))
  const crontabs = join(home, 'cron.d')
  mkdirSync(crontabs)
  writeFileSync(join(crontabs, 'pings'), planted.crontab(source))

  await proveNoLeak(t, {
    benchPath: stage.bench.directory,
    siteConfig: stage.site.configPath,
    home,
    machine: [
      ...['--nginx-config', stage.nginx.configuration, '--hosts-file', stage.hostsFile],
      ...['--crontab-directory', crontabs],
    ],
    crontab: join(crontabs, 'pings'),
    source,
    secrets: [...stage.site.secrets, ...planted.all],
    change: async () => {
      await stage.sql(`UPDATE tabWebhook SET request_url = CONCAT(request_url, '&password=${planted.query}')`)
    },
    fail: async () => {
      // As a server's own "Duplicate entry '…'" does, the message quotes the value.
      await stage.sql(`DELIMITER //
        CREATE TRIGGER refuse BEFORE UPDATE ON tabWebhook FOR EACH ROW
        BEGIN SET @said = CONCAT('not ', NEW.request_url); SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = @said; END//`)
    },
    repair: async () => {
      await stage.sql('DROP TRIGGER refuse')
    },
  })
  assert.ok(await stage.digest())
})

function bound(sql: string, values: string[]): string {
  const rest = [...values]
  return sql.replace(/\?/g, () => `'${(rest.shift() ?? '').replaceAll("'", "''")}'`)
}

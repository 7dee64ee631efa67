import assert from 'node:assert/strict'
import { chmodSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { atTerminal } from '../../servers/terminal.ts'
import { encrypted } from '../../unit/backup/small-backup.ts'
import { said } from '../rename/stage.ts'
import { backupSet, optionFile, PREFIX, restoreStage, SITE } from './stage.ts'

const KEY = 'a key of the site itself'

test('what cannot be restored is refused by name, and bench, site and server stay as they were', async (t) => {
  const stage = await restoreStage()
  t.after(() => stage.stop())
  const start = await stage.state()
  const home = join(stage.bench.directory, '..')
  const refused = async (
    name: string,
    code: number,
    expected: RegExp,
    run: () => Promise<{ code: number; stdout: string; stderr: string }>,
  ) =>
    t.test(name, async () => {
      const ended = await run()
      assert.equal(ended.code, code, said(ended))
      assert.match(ended.stderr, expected)
      assert.equal(await stage.state(), start)
    })
  const set = (name: string, change: (database: string, config: string) => void) => {
    const directory = backupSet(join(home, name), 'site-v15')
    change(join(directory, `${PREFIX}-database.sql.gz`), join(directory, `${PREFIX}-site_config_backup.json`))
    return directory
  }
  const from = (directory: string, ...more: string[]) =>
    stage.migrate(
      'restore-site',
      ...['--site', SITE, '--backup-dir', directory, '--admin-option-file', stage.administrator, '--no-interactive'],
      ...more,
    )

  await refused('a truncated dump', 4, /breaks off before its end/, () =>
    from(set('truncated', (database) => truncateSync(database, 400_000))),
  )
  await refused('an error page saved as a dump', 4, /is a web page/, () =>
    from(
      set('page', (database) => writeFileSync(database, gzipSync('<!DOCTYPE html><html><body>expired</body></html>'))),
    ),
  )
  await refused('an app that the bench does not have', 4, /bench get-app wiki/, async () => {
    const app = join(stage.bench.directory, 'apps', 'wiki')
    renameSync(app, join(home, 'wiki'))
    try {
      return await from(stage.backup)
    } finally {
      renameSync(join(home, 'wiki'), app)
    }
  })
  await t.test('at a terminal the key of an encrypted backup is asked for, and shown nowhere', async () => {
    const directory = set('encrypted', (database) => writeFileSync(database, encrypted(readFileSync(database), KEY)))
    const { nginx, hostsFile, crontabs, bench } = stage
    const machine = ['--nginx-config', nginx.configuration, '--hosts-file', hostsFile, '--crontab-directory', crontabs]
    const parameters = ['restore-site', '--site', SITE, '--backup-dir', directory, '--plan', ...machine]
    const { code, text } = await atTerminal({
      directory: bench.directory,
      parameters: [...parameters, '--admin-option-file', stage.administrator],
      environment: { HOME: home },
      typed: [{ asked: /The backup is encrypted\. Its key/, answer: KEY }],
    })
    assert.equal(code, 2, text)
    assert.match(text, /encryption key: carried from the backup/)
    assert.ok(!text.includes(KEY), text)
    assert.equal(await stage.state(), start)
  })
  await refused('a name that is taken', 4, /is taken on this bench/, () => stage.restore('--as', SITE))
  await refused('a site that is not there', 3, /No site of this bench is known as/, () =>
    stage.restore('--site', 'shp.example'),
  )
  await refused(
    'a configuration without the key: stored secrets would be lost',
    4,
    /There is no encryption key/,
    async () => {
      const directory = set('keyless', (_, config) => {
        const { encryption_key: _key, ...rest } = JSON.parse(readFileSync(config, 'utf8'))
        writeFileSync(config, JSON.stringify(rest))
      })
      return stage.migrate(
        'restore-site',
        ...[
          '--as',
          'copy.example',
          '--backup-dir',
          directory,
          '--admin-option-file',
          stage.administrator,
          '--no-interactive',
        ],
      )
    },
  )
  await refused('the key of another site: found out before the switch', 1, /Verification failed: Stored secrets/, () =>
    from(
      set('wrong-key', (_, config) => {
        const values = JSON.parse(readFileSync(config, 'utf8'))
        writeFileSync(config, JSON.stringify({ ...values, encryption_key: `${'A'.repeat(43)}=` }))
      }),
    ),
  )
  await refused(
    'no administrator: the statements are shown, and the grants that suffice',
    4,
    /GRANT CREATE USER ON/,
    () => stage.migrate('restore-site', '--site', SITE, '--backup-dir', stage.backup, '--no-interactive'),
  )
  await refused('an option file that others may read', 3, /others may read it/, async () => {
    chmodSync(stage.administrator, 0o644)
    try {
      return await stage.restore('--site', SITE)
    } finally {
      chmodSync(stage.administrator, 0o600)
    }
  })
  await refused('a wrong password of the administrator', 4, /refuses user root/, async () => {
    const path = join(home, 'wrong.cnf')
    writeFileSync(path, optionFile('root', 'wrong', stage.mariadb.socket), { mode: 0o600 })
    return stage.restore('--site', SITE, '--admin-option-file', path)
  })

  await t.test(
    'an account with the grants that the plan names is enough, and secrets may be lost by name',
    async () => {
      const plan = await stage.migrate('restore-site', '--as', 'copy.example', '--backup-dir', stage.backup, '--plan')
      const grants = [...plan.stdout.matchAll(/GRANT [^;]+'ADMIN'@'HOST'[^;]*;/g)].map(([text]) =>
        text.replaceAll("'ADMIN'@'HOST'", "'limited'@'localhost'"),
      )
      assert.equal(grants.length, 2, said(plan))
      await stage.mariadb.sql(`CREATE USER 'limited'@'localhost' IDENTIFIED BY 'limited';${grants.join('\n')}`)
      const path = join(home, 'limited.cnf')
      writeFileSync(path, optionFile('limited', 'limited', stage.mariadb.socket), { mode: 0o600 })
      const done = await stage.migrate(
        'restore-site',
        ...['--as', 'copy.example', '--backup-dir', stage.backup, '--admin-option-file', path, '--no-interactive'],
        ...[
          '--site-config',
          join(home, 'wrong-key', `${PREFIX}-site_config_backup.json`),
          '--accept-undecryptable',
          'all',
        ],
      )
      assert.equal(done.code, 0, said(done))
      assert.match(done.stdout, /0 of 8 encrypted secrets open; do not open: Connected App\//)
      const config = JSON.parse(
        readFileSync(join(stage.bench.sitesDirectory, 'copy.example', 'site_config.json'), 'utf8'),
      )
      assert.deepEqual(
        [config.mute_emails, config.pause_scheduler, config.host_name],
        [1, 1, undefined],
        'a copy is kept quiet',
      )
      const back = await stage.migrate('rollback', '--no-interactive')
      assert.equal(back.code, 0, said(back))
      assert.equal(await stage.state(), start)
      rmSync(path)
    },
  )
})

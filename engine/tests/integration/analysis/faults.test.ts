/** Each fault is put into a healthy bench with real servers, found without any error text, and gone when it is taken out. */
import assert from 'node:assert/strict'
import { mkdir, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Finding } from '../../../src/bench/finding.ts'
import { makeCertificate } from '../../servers/certificate.ts'
import { startChild } from '../../servers/child.ts'
import { freePort } from '../../servers/mariadb.ts'
import { startWorker } from '../../servers/web.ts'
import {
  change,
  type HealthyBench,
  listenAs,
  listenSilently,
  moveAway,
  program,
  SITE,
  setHealthyBench,
  setKeys,
} from './stage.ts'

let bench: HealthyBench
before(async () => {
  bench = await setHealthyBench()
})
after(() => bench?.stop())

type Undo = () => Promise<unknown>

interface Fault {
  name: string
  put: () => Promise<Undo>
  /** Ids that must be found; each with what must stand in its evidence or title. */
  finds: Record<string, RegExp>
}

const common = () => join(bench.bench.sitesDirectory, 'common_site_config.json')
const config = () => bench.site.configPath
const inBench = (path: string) => join(bench.bench.directory, path)
const nginxFile = () => bench.nginx.benchConfiguration

/** Runs redis-cli's command through the bench's own client library. */
const redis = (...words: string[]) =>
  bench.python(
    'import sys,json,redis;w=json.load(sys.stdin);r=redis.Redis(port=w[0]);print(json.dumps(str(r.execute_command(*w[1:]))))',
    [bench.redis.port, ...words],
  )

const sql = (statement: string, undo: string) => async (): Promise<Undo> => {
  await bench.mariadb.sql(statement)
  return () => bench.mariadb.sql(undo)
}
const inSite = (statement: string, undo: string) => async (): Promise<Undo> => {
  await bench.sql(statement)
  return () => bench.sql(undo)
}
const user = () => bench.site.database.user

const faults: Fault[] = [
  {
    name: 'Redis wants a password',
    put: async () => {
      await redis('CONFIG', 'SET', 'requirepass', 'hunter2')
      return () =>
        bench.python(
          `import redis;r=redis.Redis(port=${bench.redis.port},password='hunter2');r.config_set('requirepass','');print(1)`,
        )
    },
    finds: { 'redis-password-wrong': /NOAUTH/ },
  },
  {
    name: 'Redis is full',
    put: async () => {
      await redis('CONFIG', 'SET', 'maxmemory', '1mb')
      return () => redis('CONFIG', 'SET', 'maxmemory', '0')
    },
    finds: { 'redis-memory-full': /noeviction/ },
  },
  {
    name: 'the Redis of the queues throws jobs away',
    put: async () => {
      await redis('CONFIG', 'SET', 'maxmemory', '900mb')
      await redis('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru')
      return async () => {
        await redis('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
        await redis('CONFIG', 'SET', 'maxmemory', '0')
      }
    },
    finds: { 'redis-queue-evicts': /allkeys-lru/ },
  },
  {
    name: 'Redis was made a replica',
    put: async () => {
      await redis('REPLICAOF', '127.0.0.1', '1')
      return () => redis('REPLICAOF', 'NO', 'ONE')
    },
    finds: { 'redis-is-replica': /role:slave/ },
  },
  {
    name: 'the number of the Redis database was changed',
    put: async () => {
      const id = bench.bench.directory.slice(1).replaceAll('/', '-')
      await redis('SADD', 'rq:queues', `rq:queue:${id}:default`)
      return setKeys(common(), { redis_queue: `${bench.redis.url}/5` })
    },
    finds: { 'redis-wrong-database': /database 0/ },
  },
  {
    name: 'Redis is configured at a port where nobody listens',
    put: async () => setKeys(common(), { redis_queue: `redis://127.0.0.1:${await freePort()}` }),
    finds: { 'redis-not-running': /ECONNREFUSED/ },
  },
  {
    name: 'the name of Redis is one of Docker',
    put: () => setKeys(common(), { redis_cache: 'redis://redis-cache.invalid:6379' }),
    finds: { 'redis-host-unknown': /redis-cache\.invalid/ },
  },
  {
    name: 'a foreign program sits on the port of Redis',
    put: async () => {
      const port = await freePort()
      const [undo, end] = [
        await setKeys(common(), { redis_cache: `redis://127.0.0.1:${port}` }),
        await listenSilently(port),
      ]
      return () => Promise.all([undo(), end()])
    },
    finds: { 'redis-port-held-by-foreign-process': /process \d+/ },
  },
  {
    name: 'Docker forwards the port of this bench’s Redis',
    put: async () => {
      const port = bench.redis.port
      const own = await change(inBench('config/redis_cache.conf'), (text) => text.replace(/^port .*/m, `port ${port}`))
      const end = await listenAs('/usr/bin/docker-proxy', await freePort(), ['-host-port', String(port)])
      return () => Promise.all([own(), end()])
    },
    finds: { 'redis-docker-beside-local': /docker-proxy/ },
  },
  {
    name: 'another bench’s Redis answers on this one’s port',
    put: async () => {
      const other = join(dirname(bench.bench.directory), 'other-bench')
      await mkdir(join(other, 'apps'), { recursive: true })
      await mkdir(join(other, 'sites'))
      await mkdir(join(other, 'config', 'pids'), { recursive: true })
      const port = await freePort()
      const server = await startChild({
        argv: ['redis-server', '--port', String(port), '--save', '', '--dir', join(other, 'config', 'pids')],
        directory: other,
        logPath: join(other, 'redis.log'),
        ready: async () => (await import('../../servers/child.ts')).accepts(port),
      })
      const undo = await setKeys(common(), { redis_cache: `redis://127.0.0.1:${port}` })
      return async () => {
        await Promise.all([undo(), server.stop()])
        await rm(other, { recursive: true })
      }
    },
    finds: { 'redis-of-other-bench': /other-bench/ },
  },
  {
    name: 'a neighbour is configured for the same port and database',
    put: async () => {
      const other = join(dirname(bench.bench.directory), 'copied-bench')
      await mkdir(join(other, 'apps'), { recursive: true })
      await mkdir(join(other, 'sites', 'copy.test'), { recursive: true })
      await writeFile(
        join(other, 'sites', 'common_site_config.json'),
        JSON.stringify({ webserver_port: bench.bench.webserverPort }),
      )
      await writeFile(
        join(other, 'sites', 'copy.test', 'site_config.json'),
        JSON.stringify({ db_name: bench.site.database.database }),
      )
      return () => rm(other, { recursive: true })
    },
    finds: { 'port-shared-with-other-bench': /webserver_port/, 'database-shared-between-benches': /copy\.test/ },
  },
  {
    name: 'web server and socket.io have one port',
    put: () => setKeys(common(), { socketio_port: bench.bench.webserverPort }),
    finds: { 'ports-equal': /socketio_port/ },
  },
  {
    name: 'a foreign program sits on the port of the web server',
    put: async () => {
      const port = await freePort()
      const [undo, end] = [await setKeys(common(), { webserver_port: port }), await listenAs('python3', port)]
      return () => Promise.all([undo(), end()])
    },
    finds: { 'web-port-held-by-foreign-process': /python3/, 'nginx-upstream-port-wrong': /upstream/ },
  },
  {
    name: 'Docker sits on the port of socket.io',
    put: async () => {
      const port = await freePort()
      const [undo, end] = [
        await setKeys(common(), { socketio_port: port }),
        await listenAs('/usr/bin/docker-proxy', port, ['-host-port', String(port)]),
      ]
      return () => Promise.all([undo(), end()])
    },
    finds: { 'socketio-port-held-by-docker': /docker-proxy/, 'nginx-socketio-port-wrong': /upstream/ },
  },
  {
    name: 'the workers are told to pause',
    put: async () => {
      await redis('SET', 'rq:suspended', '1')
      return () => redis('DEL', 'rq:suspended')
    },
    finds: { 'workers-suspended': /rq:suspended/ },
  },
  {
    name: 'the database password is wrong',
    put: () => setKeys(config(), { db_password: 'not-this' }),
    finds: { 'database-access-denied': /Access denied/ },
  },
  {
    name: 'the database user is bound to another host',
    put: async () => {
      await bench.mariadb.sql(
        `RENAME USER '${user()}'@'%' TO '${user()}'@'10.9.9.9', '${user()}'@'localhost' TO '${user()}'@'10.9.9.8'`,
      )
      return () =>
        bench.mariadb.sql(
          `RENAME USER '${user()}'@'10.9.9.9' TO '${user()}'@'%', '${user()}'@'10.9.9.8' TO '${user()}'@'localhost'`,
        )
    },
    finds: { 'database-access-denied': /Access denied/ },
  },
  {
    name: 'the database does not exist',
    put: () => setKeys(config(), { db_name: '_nothing', db_user: user() }),
    finds: { 'database-grant-missing': /_nothing/ },
  },
  {
    name: 'nobody listens where the database is said to be',
    put: async () => setKeys(config(), { db_port: await freePort() }),
    finds: { 'database-server-down': /ECONNREFUSED/ },
  },
  {
    name: 'the database server is read-only',
    put: sql('SET GLOBAL read_only = 1', 'SET GLOBAL read_only = 0'),
    finds: { 'database-read-only': /read_only/ },
  },
  {
    name: 'max_allowed_packet is small',
    put: sql('SET GLOBAL max_allowed_packet = 1048576', 'SET GLOBAL max_allowed_packet = 67108864'),
    finds: { 'database-packet-too-small': /1048576/ },
  },
  {
    name: 'the database server takes no more connections',
    put: async () => {
      await bench.mariadb.sql('SET GLOBAL max_connections = 10')
      const { createConnection } = await import('mariadb')
      const open = { host: '127.0.0.1', port: bench.mariadb.port, user: user(), password: bench.site.database.password }
      const many = await Promise.allSettled(Array.from({ length: 12 }, () => createConnection(open)))
      return async () => {
        await Promise.all(many.map(async (one) => (one.status === 'fulfilled' ? one.value.end() : undefined)))
        await bench.mariadb.sql('SET GLOBAL max_connections = 151')
      }
    },
    finds: { 'database-too-many-connections': /[Tt]oo many connections/ },
  },
  {
    name: 'the database server hangs',
    put: async () => {
      process.kill(bench.mariadb.pid, 'SIGSTOP')
      return async () => process.kill(bench.mariadb.pid, 'SIGCONT')
    },
    finds: { 'database-server-down': /TIMEOUT/ },
  },
  {
    name: 'the restore was not finished',
    put: inSite('RENAME TABLE `__Auth` TO `away`', 'RENAME TABLE `away` TO `__Auth`'),
    finds: { 'database-incomplete': /tables/ },
  },
  {
    name: 'an app of the site is not on the bench',
    put: inSite(
      `UPDATE tabDefaultValue SET defvalue='["frappe","wiki"]' WHERE defkey='installed_apps'`,
      `UPDATE tabDefaultValue SET defvalue='["frappe"]' WHERE defkey='installed_apps'`,
    ),
    finds: { 'app-not-on-bench': /wiki/ },
  },
  {
    name: 'an app is half installed',
    put: inSite(
      `UPDATE tabDefaultValue SET defvalue='[]' WHERE defkey='installed_apps'`,
      `UPDATE tabDefaultValue SET defvalue='["frappe"]' WHERE defkey='installed_apps'`,
    ),
    finds: { 'app-half-installed': /frappe/ },
  },
  {
    name: 'the code is older than the database',
    put: inSite(
      "INSERT INTO `tabInstalled Application` (name, app_name, app_version) VALUES ('x', 'frappe', '99.0.0')",
      "DELETE FROM `tabInstalled Application` WHERE name = 'x'",
    ),
    finds: { 'app-older-than-database': /99\.0\.0/ },
  },
  {
    name: 'the encryption key was changed',
    put: () => setKeys(config(), { encryption_key: `${Buffer.alloc(32, 7).toString('base64url')}=` }),
    finds: { 'encryption-key-mismatch': /__Auth/ },
  },
  {
    name: 'there is no encryption key',
    put: () => setKeys(config(), { encryption_key: undefined }),
    finds: { 'encryption-key-missing': /encryption_key/ },
  },
  {
    name: 'maintenance was left on',
    put: () => setKeys(config(), { maintenance_mode: 1 }),
    finds: { 'maintenance-left-on': /maintenance_mode/ },
  },
  {
    name: 'maintenance was left on for all',
    put: () => setKeys(common(), { maintenance_mode: 1, pause_scheduler: 1 }),
    finds: { 'maintenance-left-on': /common_site_config/, 'scheduler-paused': /pause_scheduler/ },
  },
  {
    name: 'the configuration has a byte order mark',
    put: () => change(config(), (text) => `\uFEFF${text}`),
    finds: { 'config-byte-order-mark': /byte order mark/ },
  },
  {
    name: 'the configuration is no JSON',
    put: () => change(config(), (text) => text.replace(',', ',,')),
    finds: { 'config-invalid-json': /site_config\.json:\d+:\d+/ },
  },
  {
    name: 'a key stands twice',
    put: () => change(config(), (text) => text.replace('{', '{"db_name": "x",')),
    finds: { 'config-duplicate-key': /db_name/ },
  },
  {
    name: 'a key has a value of the wrong type',
    put: () => setKeys(config(), { db_name: 5 }),
    finds: { 'config-wrong-type': /db_name/ },
  },
  {
    name: 'host_name has no scheme',
    put: () => setKeys(config(), { host_name: SITE }),
    finds: { 'host-name-without-scheme': /shop\.test/ },
  },
  {
    name: 'host_name is an old name',
    put: () => setKeys(config(), { host_name: 'https://old.shop.test' }),
    finds: { 'host-name-not-served': /old\.shop\.test/ },
  },
  {
    name: 'default_site is stale',
    put: () => setKeys(common(), { default_site: 'gone.test' }),
    finds: { 'default-site-missing': /gone\.test/ },
  },
  {
    name: 'the hosts file leads elsewhere',
    put: () => change(bench.hostsFile, (text) => text.replace(/^127\.0\.0\.1\t(?=shop)/m, '192.0.2.7\t')),
    finds: { 'hosts-file-points-elsewhere': /192\.0\.2\.7/ },
  },
  {
    name: 'the site directory was moved',
    put: () => moveAway(bench.site.directory, join(bench.bench.directory, 'moved')),
    finds: { 'nginx-name-without-site': /shop\.test/ },
  },
  {
    name: 'the case of the site directory was changed',
    put: () => moveAway(bench.site.directory, join(bench.bench.sitesDirectory, 'Shop.test')),
    finds: { 'site-name-has-capitals': /Shop\.test/ },
  },
  {
    name: 'a link to the site',
    put: async () => {
      await symlink(SITE, join(bench.bench.sitesDirectory, 'alias.test'))
      return () => rm(join(bench.bench.sitesDirectory, 'alias.test'))
    },
    finds: { 'site-symlink': /links to/ },
  },
  {
    name: 'a copied site directory',
    put: async () => {
      const copy = join(bench.bench.sitesDirectory, 'copy.test')
      await mkdir(join(copy, 'logs'), { recursive: true })
      await writeFile(
        join(copy, 'site_config.json'),
        JSON.stringify({
          db_name: bench.site.database.database,
          db_password: bench.site.database.password,
          db_host: '127.0.0.1',
          db_port: bench.mariadb.port,
        }),
      )
      return () => rm(copy, { recursive: true })
    },
    finds: { 'duplicate-database': /copy\.test/, 'site-not-in-nginx': /copy\.test/ },
  },
  {
    name: 'a line break is missing in apps.txt',
    put: () => change(inBench('sites/apps.txt'), () => 'frappefrappe\n'),
    finds: { 'apps-txt-joined-names': /frappefrappe/ },
  },
  {
    name: 'an app is missing',
    put: () => change(inBench('sites/apps.txt'), (text) => `${text.trim()}\nhrms\n`),
    finds: { 'app-missing': /hrms/ },
  },
  {
    name: 'apps.json is corrupt',
    put: () => change(inBench('sites/apps.json'), () => ''),
    finds: { 'apps-json-corrupt': /apps\.json/ },
  },
  {
    name: 'assets have a dead link',
    put: async () => {
      const link = inBench('sites/assets/frappe')
      await rm(link)
      await symlink('/nowhere/public', link)
      return async () => {
        await rm(link)
        await symlink(inBench('apps/frappe/frappe/public'), link)
      }
    },
    finds: { 'assets-link-broken': /nowhere/ },
  },
  {
    name: 'bundles are missing',
    put: () =>
      change(
        inBench('sites/assets/assets.json'),
        () => '{"desk.bundle.js": "/assets/frappe/dist/js/desk.bundle.X.js"}',
      ),
    finds: { 'assets-missing': /desk\.bundle/ },
  },
  { name: 'logs/ is gone', put: () => moveAway(inBench('logs')), finds: { 'logs-directory-missing': /logs/ } },
  {
    name: 'the Python of the environment is gone',
    put: async () => {
      const undo = await moveAway(inBench('env/bin/python'))
      await symlink('/nowhere/python3.9', inBench('env/bin/python'))
      return async () => {
        await rm(inBench('env/bin/python'))
        await undo()
      }
    },
    finds: { 'env-python-broken': /nowhere/ },
  },
  {
    name: 'Python is none that Frappe supports',
    put: () =>
      change(inBench('apps/frappe/pyproject.toml'), (text) =>
        text.replace(/requires-python = .*/, '').replace('[project]', '[project]\nrequires-python = ">=3.99"'),
      ),
    finds: { 'python-version-unsupported': />=3\.99/ },
  },
  {
    name: 'Node is too old',
    put: () => change(inBench('apps/frappe/package.json'), () => '{"engines": {"node": ">=99"}}'),
    finds: { 'node-version-unsupported': />=99/ },
  },
  {
    name: 'a document’s lock is stale',
    put: async () => {
      const lock = join(bench.site.directory, 'locks', 'abc123.lock')
      await writeFile(lock, '')
      await utimes(lock, new Date(0), Date.now() / 1000 - 4000)
      return () => rm(lock)
    },
    finds: { 'lock-stale': /abc123/ },
  },
  {
    name: 'a command’s lock is held',
    put: async () => {
      const lock = join(bench.site.directory, 'locks', 'bench_migrate.lock')
      const holder = await startChild({
        argv: [
          '/usr/bin/python3',
          '-c',
          `import fcntl,time;f=open('${lock}','w');fcntl.flock(f,fcntl.LOCK_EX);open('${lock}.ready','w');time.sleep(99)`,
        ],
        directory: '/',
        logPath: join(bench.bench.directory, 'logs', 'holder.log'),
        ready: async () => (await import('node:fs')).existsSync(`${lock}.ready`),
      })
      return async () => {
        await holder.kill()
        await rm(lock)
        await rm(`${lock}.ready`)
      }
    },
    finds: { 'lock-held': /process \d+.*python3/ },
  },
  {
    name: 'a dangling link in nginx',
    put: async () => {
      const link = join(bench.nginx.includeDirectory, 'gone.conf')
      await symlink('/nowhere/config/nginx.conf', link)
      return () => rm(link)
    },
    finds: { 'nginx-link-dangling': /nowhere/, 'nginx-test-failed': /nginx -t/ },
  },
  {
    name: 'a name in two blocks',
    put: async () => {
      const file = join(bench.nginx.includeDirectory, 'z.conf')
      await writeFile(file, `server { listen 127.0.0.1:${bench.nginx.httpPort}; server_name ${SITE}; }`)
      return () => rm(file)
    },
    finds: { 'nginx-server-name-duplicate': /z\.conf:1/ },
  },
  {
    name: 'a wrong site header',
    put: () =>
      change(nginxFile(), (text) => text.replaceAll(/X-Frappe-Site-Name \S+;/g, 'X-Frappe-Site-Name gone.test;')),
    finds: { 'nginx-site-header-wrong': /gone\.test/ },
  },
  {
    name: 'a missing certificate',
    put: () =>
      change(nginxFile(), (text) =>
        text.replace(
          /\nserver \{/,
          `\nserver {\n\tlisten 127.0.0.1:${bench.nginx.httpsPort} ssl;\n\tssl_certificate /nowhere/a.pem;\n\tssl_certificate_key /nowhere/a.key;`,
        ),
      ),
    finds: { 'certificate-missing': /nowhere/, 'nginx-test-failed': /nowhere/ },
  },
  {
    name: 'a certificate of another name that expires',
    put: async () => {
      const made = await makeCertificate(join(bench.nginx.directory, 'tls'), ['other.test'], 5)
      return change(nginxFile(), (text) =>
        text.replace(
          /\nserver \{/,
          `\nserver {\n\tlisten 127.0.0.1:${bench.nginx.httpsPort} ssl;\n\tssl_certificate ${made.certificate};\n\tssl_certificate_key ${made.key};`,
        ),
      )
    },
    finds: { 'certificate-name-mismatch': /other\.test/, 'certificate-expires-soon': /valid to/ },
  },
  {
    name: 'a program of supervisor is FATAL',
    put: async () => {
      const folder = join(bench.nginx.directory, 'supervisor')
      await mkdir(folder)
      await writeFile(
        join(folder, 'frappe-bench.conf'),
        `[program:frappe-bench-frappe-web]\ncommand=${bench.bench.directory}/env/bin/gunicorn -b 127.0.0.1:${bench.bench.webserverPort} frappe.app:application\n`,
      )
      const undo = await program(
        join(bench.nginx.directory, 'supervisorctl'),
        'frappe-bench-web:frappe-bench-frappe-web   FATAL     Exited too quickly (process log may have details)',
      )
      return async () => {
        await undo()
        await rm(folder, { recursive: true })
      }
    },
    finds: { 'supervisor-program-failed': /FATAL/ },
  },
  {
    name: 'the worker is gone',
    put: async () => {
      await bench.worker.kill()
      await redis('FLUSHDB')
      return async () => {
        bench.worker = await startWorker(bench.bench)
      }
    },
    finds: { 'workers-missing': /no process/ },
  },
  {
    name: 'the scheduler and socket.io are gone',
    put: async () => {
      await bench.scheduler.kill()
      await bench.socketio.kill()
      return async () => undefined
    },
    finds: { 'scheduler-not-running': /schedule/, 'socketio-not-running': /port/ },
  },
]

for (const fault of faults) {
  test(`found: ${fault.name}`, async () => {
    const undo = await fault.put()
    let findings: Finding[]
    try {
      findings = await bench.analyze({ supervisorctl: [join(bench.nginx.directory, 'supervisorctl')] })
    } finally {
      await undo()
    }
    const seen = findings.map(({ id, title, evidence }) => `${id}: ${title} ${evidence}`).join('\n')
    for (const [id, words] of Object.entries(fault.finds)) {
      const found = findings.filter((finding) => finding.id === id)
      assert.ok(found.length > 0, `${id} is found; there are only:\n${seen}`)
      assert.ok(
        found.some(({ title, evidence }) => words.test(`${title} ${evidence}`)),
        seen,
      )
      assert.ok(
        found.every(({ remedies, severity }) => severity === 'information' || remedies.length > 0),
        'with what to do',
      )
    }
  })
}

import assert from 'node:assert/strict'
import { mkdir, symlink } from 'node:fs/promises'
import { test } from 'node:test'
import type { BenchFacts, SiteFacts } from '../../../src/bench/bench-facts.ts'
import { findBench } from '../../../src/bench/find-bench.ts'
import { redactFacts } from '../../../src/bench/redact.ts'
import { findingsForSite, siteByAnyName } from '../../../src/bench/site-by-name.ts'
import { surveyBench } from '../../../src/bench/survey.ts'
import { MigratorError } from '../../../src/host/errors.ts'
import type { Host } from '../../../src/host/host.ts'
import { aProcess, benchTree, makeTree, optionsIn, quietHost, siteConfig } from './bench-tree.ts'

const survey = (root: string, host: Host = quietHost()) => surveyBench(host, `${root}/bench`, optionsIn(root))
const ids = (facts: BenchFacts, severity?: string) =>
  facts.findings.filter((finding) => severity === undefined || finding.severity === severity).map(({ id }) => id)
const only = (facts: BenchFacts, name: string): SiteFacts => {
  const site = facts.sites.find((candidate) => candidate.name === name)
  assert.ok(site, `site ${name} was not found`)
  return site
}
const forbidden = (path: string) =>
  Object.assign(new Error(`EACCES: permission denied, open '${path}'`), { code: 'EACCES' })

const NGINX = `events {}
http {
map $host $site_name_abc {
  www.old.cloud old.cloud;
  default $host;
}
server {
  listen 443 ssl;
  server_name old.cloud www.old.cloud;
  root {root}/bench/sites;
  ssl_certificate /etc/ssl/none/old.pem;
  ssl_certificate_key /etc/ssl/none/old.key;
  location @webserver { proxy_set_header X-Frappe-Site-Name $site_name_abc; proxy_pass http://bench-frappe; }
}
server {
  listen 80;
  server_name other.cloud;
  root {root}/bench2/sites;
  location @webserver { proxy_set_header X-Frappe-Site-Name old.cloud; proxy_pass http://other-frappe; }
}
}
`

test('a production bench 5 is read whole', async (context) => {
  const root = await makeTree(context, {
    ...benchTree(),
    'bench/apps/frappe/.git/HEAD': 'ref: refs/heads/version-15\n',
    'bench/apps/frappe/.git/packed-refs':
      '# pack-refs\n2115b64000000000000000000000000000000000 refs/heads/version-15\n',
    'bench/apps/shop/shop/__init__.py': "__version__ = '0.1'\n",
    'bench/apps/shop/.git/HEAD': '1111111111111111111111111111111111111111\n',
    'bench/sites/common_site_config.json': {
      default_site: 'old.cloud',
      webserver_port: 8399,
      db_port: 3399,
      redis_cache: 'redis://:hunter2@127.0.0.1:1',
      redis_queue: 'redis://:hunter2@127.0.0.1:1',
      wildcard: { domain: '*.cloud', ssl_certificate: '/none.pem', ssl_certificate_key: '/none.key' },
    },
    'bench/sites/currentsite.txt': 'old.cloud\n',
    'bench/sites/old.cloud/site_config.json': siteConfig('_old', {
      host_name: 'https://Shop.Example:8443',
      domains: [
        'alias.example',
        { domain: 'münchen.example', ssl_certificate: '/none2.pem', ssl_certificate_key: '/none2.key' },
      ],
      maintenance_mode: 1,
      pause_scheduler: 0,
    }),
    'bench/sites/old.cloud/public/files/a.txt': '12345',
    'bench/sites/second.example/site_config.json': siteConfig('_second'),
    'bench/archived/sites/gone.cloud/site_config.json': siteConfig('_gone'),
    'bench/config/supervisor.conf': '[program:bench-frappe-web]\ndirectory={root}/bench/sites\n',
    'etc/supervisor/conf.d/bench.conf': '-> ../../../bench/config/supervisor.conf',
    'etc/supervisor/conf.d/bench2.conf': '[program:x]\ndirectory={root}/bench2/sites\n',
    'etc/nginx/nginx.conf': NGINX,
    'etc/hosts': '127.0.0.1 localhost\n127.0.0.1 old.cloud\n',
    'etc/cron.d/erp': '# old.cloud\n0 1 * * * frappe bench --site old.cloud backup\n0 2 * * * root true\n',
    'spool/crontabs/frappe': '0 */6 * * * cd {root}/bench && bench --site all backup\n',
  })
  const gunicorn = aProcess(7, [`${root}/bench/env/bin/gunicorn`, 'frappe.app:application'], `${root}/bench/sites`)
  const has = {
    processes: [gunicorn],
    listeners: [{ protocol: 'tcp' as const, address: '127.0.0.1', port: 8399, pid: 7 }],
  }
  const facts = await survey(root, quietHost({ has }))

  assert.deepEqual([facts.kind, facts.frappeVersion, facts.servedBy], ['bench-5', '15.55.1', 'gunicorn'])
  assert.deepEqual(
    facts.apps.map(({ name, version, branch, commit }) => [name, version, branch, commit?.slice(0, 7)]),
    [
      ['frappe', '15.55.1', 'version-15', '2115b64'],
      ['shop', '0.1', null, '1111111'],
    ],
  )
  assert.equal(facts.benchId, `${root}/bench`.slice(1).replaceAll('/', '-'))
  assert.deepEqual(facts.processManager.where, [`${root}/etc/supervisor/conf.d/bench.conf`])
  assert.equal(facts.processManager.kind, 'supervisor')
  assert.equal(facts.ports.find(({ purpose }) => purpose === 'webserver_port')?.owner?.belongsToBench, true)
  assert.deepEqual(
    facts.crontab.map(({ where, kind, line, names }) => [where, kind, line, names]),
    [
      [`${root}/etc/cron.d/erp`, 'system-file', 2, ['old.cloud']],
      [`crontab of frappe`, 'user-crontab', 1, []],
    ],
  )
  assert.deepEqual(
    facts.leftovers.map(({ path, kind }) => [path, kind]),
    [[`${root}/bench/archived/sites/gone.cloud`, 'archived']],
  )

  const site = only(facts, 'old.cloud')
  assert.deepEqual(
    site.names.map(({ host, port, scheme, sources }) => [
      host,
      port,
      scheme,
      [...new Set(sources.map(({ from }) => from))],
    ]),
    [
      ['old.cloud', null, null, ['directory', 'default_site', 'currentsite', 'nginx', 'wildcard', 'hosts-file']],
      ['shop.example', 8443, 'https', ['host_name']],
      ['alias.example', null, null, ['domains']],
      ['xn--mnchen-3ya.example', null, null, ['domains']],
      ['www.old.cloud', null, null, ['nginx', 'wildcard']],
    ],
  )
  assert.deepEqual(
    [site.maintenanceMode, site.pauseScheduler, site.filesBytes],
    [1, 0, 5 + Buffer.byteLength(site.config.text ?? '')],
  )
  assert.deepEqual(site.database, {
    kind: 'mariadb',
    host: '127.0.0.1',
    port: 3399,
    socket: null,
    user: '_old',
    password: 'secret-of-_old',
    database: '_old',
  })
  assert.equal(site.tls, true)
  assert.deepEqual(site.certificate, { certificate: '/etc/ssl/none/old.pem', key: '/etc/ssl/none/old.key' })
  assert.deepEqual([...new Set(ids(facts, 'warning'))].sort(), ['certificate-unusable', 'redis-unreachable'])
  assert.deepEqual(ids(facts, 'critical'), [])
  assert.equal(only(facts, 'second.example').tls, false)
})

test('a development bench is known by its Procfile', async (context) => {
  const root = await makeTree(context, {
    ...benchTree(),
    'bench/sites/site1.local/site_config.json': siteConfig('_one'),
    'bench/config/supervisor.conf': '[program:web]\ndirectory={root}/bench/sites\n',
  })
  const facts = await survey(root)
  assert.deepEqual([facts.kind, facts.processManager.kind, facts.servedBy], ['bench-5', 'procfile', 'none'])
  assert.equal(facts.nginx?.servers.length ?? 0, 0)
})

test('bench 4 is told by what it leaves', async (context) => {
  const root = await makeTree(context, {
    'bench/apps/frappe/frappe/__init__.py': "__version__ = '12.0.1'\n",
    'bench/sites/common_site_config.json': { redis_cache: '127.0.0.1:1', redis_queue: '127.0.0.1:1' },
    'bench/sites/apps.txt': 'frappe\nerpnext',
    'bench/sites/currentsite.txt': 'old.cloud',
    'bench/sites/old.cloud/site_config.json': siteConfig('_old'),
    'bench/config/redis_socketio.conf': 'port 12000\n',
    'bench/Procfile': 'redis_socketio: redis-server config/redis_socketio.conf\n',
    'bench/archived_sites/gone.cloud/site_config.json': siteConfig('_gone'),
  })
  const facts = await survey(root)
  assert.deepEqual([facts.kind, facts.frappeVersion], ['bench-4', '12.0.1'])
  assert.ok(facts.traces.includes('config/redis_socketio.conf'))
  assert.deepEqual(
    facts.leftovers.map(({ kind }) => kind),
    ['archived'],
  )
  assert.ok(facts.findings.some(({ id, subject }) => id === 'app-missing' && subject.endsWith('apps/erpnext')))
})

test('half a bench is read as far as it goes', async (context) => {
  const root = await makeTree(context, {
    'bench/sites/apps.txt': 'frappe\n',
    'bench/sites/x.cloud/site_config.json': '{',
  })
  const facts = await survey(root)
  assert.equal(facts.kind, 'unknown')
  assert.equal(facts.sites.length, 1)
  assert.deepEqual(ids(facts, 'critical'), ['config-invalid-json'])
  assert.ok(ids(facts, 'warning').includes('app-missing'))
  assert.ok(ids(facts, 'warning').includes('common-config-missing'))
})

test('broken configurations are findings with line and column, and their secrets stay where they are', async (context) => {
  const root = await makeTree(context, {
    ...benchTree(),
    'bench/sites/a.cloud/site_config.json': '{\n "db_name": "_a",\n "db_password": "hunter2"\n "x": 1\n}',
    'bench/sites/b.cloud/site_config.json': '\uFEFF{"db_name": "_b", "db_password": "hunter2"}',
    'bench/sites/c.cloud/site_config.json':
      '{\n "db_name": "_c",\n "db_password": "hunter2",\n "host_name": 42,\n "db_name": "_d"\n}',
    'bench/sites/d.cloud/site_config.json': '["hunter2"]',
    'bench/sites/e.cloud/site_config.json/odd': 'a directory in its place',
    'bench/sites/f.cloud/site_config.json': '{"db_name": "_f"}',
    'bench/sites/g.cloud/site_config.json':
      '{"db_name": "_g", "db_password": "hunter2", "db_type": "postgres", "domains": "g.cloud"}',
  })
  const facts = await survey(root)
  const evidence = (id: string) =>
    facts.findings
      .filter((finding) => finding.id === id)
      .map((finding) => finding.evidence.replace(`${root}/bench/sites/`, ''))
  assert.deepEqual(evidence('config-invalid-json').sort(), [
    'a.cloud/site_config.json:4:2: comma expected',
    'b.cloud/site_config.json:1:1: starts with a byte order mark, which Frappe refuses',
    'd.cloud/site_config.json:1:1: holds no object: it must start with { and end with }',
  ])
  assert.deepEqual(evidence('config-wrong-type').sort(), [
    'c.cloud/site_config.json:4:2: "host_name" is a number',
    'g.cloud/site_config.json:1:68: "domains" is a string',
  ])
  assert.deepEqual(evidence('config-duplicate-key'), ['c.cloud/site_config.json:5:2: "db_name" again'])
  assert.deepEqual(evidence('config-unreadable'), ['e.cloud/site_config.json: EISDIR'])
  assert.equal(evidence('database-password-missing').length, 1)
  assert.equal(only(facts, 'c.cloud').databaseName, '_d')
  assert.equal(only(facts, 'a.cloud').config.value, null)
  assert.equal(only(facts, 'g.cloud').databaseKind, 'postgres')
  assert.doesNotMatch(JSON.stringify(facts.findings), /hunter2/)
})

test('what may not be read is a finding and hides nothing else', async (context) => {
  const root = await makeTree(context, {
    ...benchTree(),
    'bench/sites/a.cloud/site_config.json': siteConfig('_a'),
    'bench/sites/b.cloud/site_config.json': siteConfig('_b'),
    'etc/hosts': '127.0.0.1 b.cloud\n',
    'etc/cron.d/erp': 'x\n',
  })
  const base = quietHost()
  const closed = [`${root}/bench/sites/a.cloud/site_config.json`, `${root}/etc/hosts`, `${root}/etc/cron.d/erp`]
  const facts = await survey(root, {
    ...base,
    readFile: (path) => (closed.includes(path) ? Promise.reject(forbidden(path)) : base.readFile(path)),
  })
  assert.deepEqual(
    ids(facts)
      .filter((id) => id.endsWith('unreadable'))
      .sort(),
    ['config-unreadable', 'crontab-unreadable', 'hosts-file-unreadable'],
  )
  assert.equal(only(facts, 'b.cloud').databaseName, '_b')

  const shut = await survey(root, {
    ...base,
    list: (path) => (path.endsWith('/sites') ? Promise.reject(forbidden(path)) : base.list(path)),
  })
  assert.deepEqual([shut.sites, ids(shut, 'critical')], [[], ['sites-unreadable']])
})

test('a part that fails or hangs is left out and named', async (context) => {
  const root = await makeTree(context, { ...benchTree(), 'bench/sites/a.cloud/site_config.json': siteConfig('_a') })
  const host = quietHost({
    listeners: () => new Promise(() => undefined),
    processes: () => Promise.reject(new TypeError('db_password hunter2')),
  })
  const facts = await surveyBench(host, `${root}/bench`, { ...optionsIn(root), timeoutMilliseconds: 300 })
  const parts = facts.findings.filter(({ id }) => id.startsWith('survey-')).map(({ id, subject }) => [id, subject])
  assert.deepEqual(parts, [
    ['survey-part-failed', 'list of processes'],
    ['survey-timeout', 'listening ports'],
  ])
  assert.doesNotMatch(JSON.stringify(facts.findings), /hunter2/)
  assert.equal(facts.sites.length, 1)
})

test('links, strays and sites of other users are told apart from sites', async (context) => {
  const root = await makeTree(context, {
    ...benchTree(),
    'bench/sites/a.cloud/site_config.json': siteConfig('_a', { host_name: 'https://a.example' }),
    'bench/sites/alias.cloud': '-> a.cloud',
    'bench/sites/nowhere.cloud': '-> /does/not/exist',
    'bench/sites/empty.cloud/': '',
    'elsewhere/moved.cloud/site_config.json': siteConfig('_moved'),
    'bench/sites/notes.txt': 'a file is no site',
    'bench/sites/.hidden/x': '',
  })
  await symlink(`${root}/elsewhere/moved.cloud`, `${root}/bench/sites/moved.cloud`)
  const base = quietHost()
  const facts = await survey(root, {
    ...base,
    status: async (path) => {
      const status = await base.status(path)
      return status && path.endsWith('sites/a.cloud') ? { ...status, userId: status.userId + 1 } : status
    },
  })
  assert.deepEqual(
    facts.sites.map(({ name, linkTarget }) => [name, linkTarget]),
    [
      ['a.cloud', null],
      ['alias.cloud', `${root}/bench/sites/a.cloud`],
      ['moved.cloud', `${root}/elsewhere/moved.cloud`],
    ],
  )
  assert.deepEqual(
    facts.leftovers.map(({ path, kind }) => [path.slice(path.lastIndexOf('/') + 1), kind]),
    [
      ['alias.cloud', 'symlink'],
      ['empty.cloud', 'without-config'],
      ['moved.cloud', 'symlink'],
      ['notes.txt', 'stray-file'],
      ['nowhere.cloud', 'dangling-symlink'],
    ],
  )
  assert.ok(!ids(facts).includes('duplicate-database'), 'a link to a site is that site')
  assert.deepEqual(
    facts.findings.filter(({ id }) => id === 'site-owner-differs').map(({ subject }) => subject),
    ['a.cloud', 'alias.cloud'],
  )
  assert.deepEqual(
    siteByAnyName(facts, 'a.example').map(({ name }) => name),
    ['a.cloud'],
  )
})

test('two sites on one database are critical for both and for nobody else', async (context) => {
  const root = await makeTree(context, {
    ...benchTree(),
    'bench/sites/a.cloud/site_config.json': siteConfig('_same'),
    'bench/sites/b.cloud/site_config.json': siteConfig('_same', { db_host: 'localhost' }),
    'bench/sites/c.cloud/site_config.json': siteConfig('_same', { db_host: 'db.example' }),
    'bench/sites/d.cloud/site_config.json': { db_type: 'sqlite', db_name: 'data' },
    'bench/sites/e.cloud/site_config.json': { db_type: 'sqlite', db_name: 'data' },
  })
  const facts = await survey(root)
  const duplicates = facts.findings.filter(({ id }) => id === 'duplicate-database')
  assert.deepEqual(
    duplicates.map(({ severity, subject }) => [severity, subject]),
    [
      ['critical', 'a.cloud'],
      ['critical', 'b.cloud'],
    ],
  )
  const critical = (name: string) =>
    findingsForSite(facts, only(facts, name)).filter(({ severity }) => severity === 'critical').length
  assert.deepEqual([critical('a.cloud'), critical('c.cloud'), critical('d.cloud')], [1, 0, 0])
})

test('a site is found by any of its names, and an ambiguous name finds all it may mean', async (context) => {
  const root = await makeTree(context, {
    ...benchTree(),
    'bench/sites/frontend/site_config.json': siteConfig('_a', {
      host_name: 'http://10.0.0.5:8000',
      domains: ['both.example'],
    }),
    'bench/sites/Second.Local/site_config.json': siteConfig('_b', { domains: ['münchen.example', 'both.example'] }),
  })
  const facts = await survey(root)
  const named = (name: string) => siteByAnyName(facts, name).map((site) => site.name)
  assert.deepEqual(named('frontend'), ['frontend'])
  assert.deepEqual(named('10.0.0.5:8000'), ['frontend'])
  assert.deepEqual(named('10.0.0.5:9000'), [])
  assert.deepEqual(named('second.local'), ['Second.Local'])
  assert.deepEqual(named('MÜNCHEN.example'), ['Second.Local'])
  assert.deepEqual(named('https://xn--mnchen-3ya.example'), ['Second.Local'])
  assert.deepEqual(named('both.example').sort(), ['Second.Local', 'frontend'])
  assert.deepEqual(named('example'), [])
})

test('a listen port belongs only to a name that nothing but nginx knows', async (context) => {
  const root = await makeTree(context, {
    ...benchTree(),
    'bench/sites/a.cloud/site_config.json': siteConfig('_a', { host_name: 'https://shop.example' }),
    'etc/nginx/nginx.conf': `events {}
http { server { listen 8001; server_name a.cloud shop.example 10.0.0.5; root {root}/bench/sites;
  location / { proxy_set_header X-Frappe-Site-Name a.cloud; } } }
`,
  })
  const site = only(await survey(root), 'a.cloud')
  assert.deepEqual(
    site.names.map(({ host, port, sources }) => [host, port, sources.length]),
    [
      ['a.cloud', null, 2],
      ['shop.example', null, 2],
      ['10.0.0.5', 8001, 1],
    ],
  )
})

test('odd settings of the whole bench are noticed', async (context) => {
  const root = await makeTree(context, {
    ...benchTree(),
    'bench/sites/common_site_config.json': {
      default_site: 'gone.cloud',
      host_name: 'https://all.example',
      bench_id: 'pinned',
    },
    'bench/sites/a.cloud/site_config.json': siteConfig('_a'),
    'bench/sites/b.cloud/site_config.json': siteConfig('_b', { host_name: 'https://b.example' }),
  })
  const facts = await survey(root)
  assert.ok(ids(facts).includes('default-site-missing'))
  assert.ok(ids(facts).includes('common-host-name'))
  assert.equal(facts.benchId, 'pinned')
  assert.deepEqual(
    only(facts, 'a.cloud').names.map(({ host }) => host),
    ['a.cloud', 'all.example'],
  )
  assert.deepEqual(
    only(facts, 'b.cloud').names.map(({ host }) => host),
    ['b.cloud', 'b.example'],
  )
})

test('printed facts hold no secret, and keep every key', async (context) => {
  const secret = 'hunter2-correct-horse'
  const root = await makeTree(context, {
    ...benchTree(),
    'bench/sites/common_site_config.json': {
      redis_cache: `redis://:${secret}@127.0.0.1:1`,
      root_password: secret,
      x_login: { client_secret: secret },
    },
    'bench/sites/a.cloud/site_config.json': {
      db_name: '_a',
      db_password: secret,
      encryption_key: secret,
      stripe: secret,
      nested: { list: [secret, { deep: secret }] },
      host_name: `https://u:${secret}@a.example`,
      maintenance_mode: 1,
    },
    'etc/cron.d/erp': `0 1 * * * root mysqldump -p${secret} --password=${secret} | curl https://u:${secret}@a.cloud/\n`,
    'etc/nginx/nginx.conf': `# ${secret}\nevents {}\nhttp { server { listen 80; server_name a.cloud; root {root}/bench/sites; } }\n`,
  })
  const facts = await survey(root)
  assert.equal(facts.crontab.length, 1)
  const printed = JSON.stringify(redactFacts(facts))
  assert.doesNotMatch(printed, /hunter2/)
  const config = redactFacts(facts).sites[0]?.config.value
  assert.deepEqual(Object.keys(config ?? {}), [
    'db_name',
    'db_password',
    'encryption_key',
    'stripe',
    'nested',
    'host_name',
    'maintenance_mode',
  ])
  assert.deepEqual([config?.['db_name'], config?.['encryption_key'], config?.['maintenance_mode']], ['_a', '***', 1])
})

test('a bench is found from anywhere inside it, and nothing else is taken for one', async (context) => {
  const root = await makeTree(context, {
    ...benchTree(),
    'bench/sites/a.cloud/private/x': '',
    'plain/sites/readme': '',
  })
  const host = quietHost()
  for (const inside of ['', '/sites', '/sites/a.cloud/private', '/apps/frappe/frappe', '/config']) {
    assert.equal(await findBench(host, `${root}/bench${inside}`), `${root}/bench`)
  }
  await mkdir(`${root}/bench/sites/a.cloud/sites`, { recursive: true })
  assert.equal(await findBench(host, `${root}/bench/sites/a.cloud/sites`), `${root}/bench`)
  for (const work of [
    () => findBench(host, `${root}/plain`),
    () => surveyBench(host, `${root}/plain`),
    () => surveyBench(host, '/none'),
  ]) {
    await assert.rejects(
      work,
      (error) =>
        error instanceof MigratorError &&
        error.code === 'not-a-bench' &&
        error.kind === 'usage' &&
        error.hint !== undefined,
    )
  }
})

test('two hundred sites are read in less than three seconds', async (context) => {
  const tree = { ...benchTree() }
  for (let index = 0; index < 200; index += 1) {
    tree[`bench/sites/site${index}.example/site_config.json`] = siteConfig(`_${index}`, {
      domains: [`www${index}.example`],
    })
    tree[`bench/sites/site${index}.example/public/files/logo.png`] = 'x'
  }
  const root = await makeTree(context, tree)
  const start = performance.now()
  const facts = await survey(root)
  assert.equal(facts.sites.length, 200)
  assert.ok(performance.now() - start < 3000)
})

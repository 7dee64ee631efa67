import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ProcessFacts } from '../../../../src/host/host.ts'
import { segmentMatches } from '../../../../src/services/nginx/glob.ts'
import { readNginx } from '../../../../src/services/nginx/read.ts'
import { benchMap, benchServer } from './bench-config.ts'
import { factsOf, MAIN, memoryHost } from './memory-host.ts'

const SITES = '/home/frappe/frappe-bench/sites'
const BENCH = '/home/frappe/frappe-bench/config/nginx.conf'
const master = (title: string, pid = 70): ProcessFacts => ({
  ...{ pid, startTime: '900', bootId: 'b', parent: 1, userId: 0, directory: '/', lostProgram: null },
  argv: [`nginx: master process ${title}`],
})

test('a linked bench configuration is read with its maps, blocks and include places', async () => {
  const text = `${benchMap('$site_name_abc', { 'www.old.cloud': 'old.cloud' })}${benchServer(
    {
      listens: ['443 ssl', '[::]:443 ssl'],
      names: ['old.cloud'],
      site: '$site_name_abc',
      certificate: { certificate: '/c', key: '/k' },
    },
    SITES,
  )}`
  const facts = await factsOf({
    '/etc/nginx/conf.d/frappe-bench.conf': { link: BENCH },
    [BENCH]: text,
    [`${SITES}/old.cloud/x`]: '',
  })
  assert.equal(facts.files.find((file) => file.path === '/etc/nginx/conf.d/frappe-bench.conf')?.realPath, BENCH)
  const [server] = facts.servers
  assert.deepEqual(
    server?.names.map((name) => text.slice(name.start, name.end)),
    ['old.cloud'],
  )
  assert.deepEqual(server?.listens, [
    { address: null, port: 443, tls: true, text: '443 ssl' },
    { address: '::', port: 443, tls: true, text: '[::]:443 ssl' },
  ])
  assert.equal(server?.certificateKey?.value, '/k')
  assert.deepEqual(
    server?.siteHeaders.map((header) => header.value),
    ['$site_name_abc'],
  )
  assert.equal(server?.realRoot, SITES)
  const [map] = facts.maps
  assert.deepEqual(
    map?.entries.map(({ key, value }) => [key.value, value.value]),
    [
      ['www.old.cloud', 'old.cloud'],
      ['default', '$host'],
    ],
  )
  assert.deepEqual(facts.includes, ['/etc/nginx/mime.types', '/etc/nginx/conf.d/*.conf', '/etc/nginx/sites-enabled/*'])
  assert.deepEqual(
    facts.includePoints.map(({ pattern, serversBefore }) => [pattern, serversBefore]),
    [
      ['/etc/nginx/conf.d/*.conf', 0],
      ['/etc/nginx/sites-enabled/*', 1],
    ],
  )
})

test('a broken, an unreadable and a self-including file are problems of that file only', async () => {
  const facts = await factsOf({
    '/etc/nginx/conf.d/a.conf': 'server {\n listen 80;\n server_name a.test\n}\n',
    '/etc/nginx/conf.d/b.conf': 'server { listen 80; server_name b.test; }\ninclude gone.conf;\n',
    '/etc/nginx/conf.d/c.conf': 'include conf.d/c.conf;\n',
  })
  assert.deepEqual(
    facts.servers.flatMap((server) => server.names.map((name) => name.value)),
    ['b.test'],
  )
  const problems = facts.files.filter((file) => file.problem !== null).map((file) => [file.path, file.problem])
  assert.equal(problems.length, 3)
  assert.deepEqual(problems[0], ['/etc/nginx/conf.d/a.conf', 'line 3: "server_name" is not ended by ";"'])
  assert.match(String(problems[1]), /gone\.conf,cannot be read: ENOENT/)
  assert.match(String(problems[2]), /c\.conf,includes itself/)
})

test('Latin-1 text keeps its bytes and its blocks', async () => {
  const text = Buffer.from('# Müller\nserver { listen 80; server_name old.cloud; }\n', 'latin1')
  const facts = await factsOf({ '/etc/nginx/conf.d/a.conf': text })
  const file = facts.files.find((candidate) => candidate.path.endsWith('a.conf'))
  assert.equal(file?.notUtf8, true)
  assert.deepEqual(Buffer.from(file?.text ?? '', 'latin1'), text)
  assert.equal(facts.servers.length, 1)
})

test('the running master says which file and prefix it uses', async () => {
  const host = memoryHost({
    '/etc/nginx/nginx.conf': MAIN,
    '/srv/own/etc/n.conf': 'events {}\nhttp { include sub/*.conf; }\n',
  })
  const facts = await readNginx(host, { processes: [master('nginx -c etc/n.conf -p /srv/own')] })
  assert.equal(facts?.mainConfig, '/srv/own/etc/n.conf')
  assert.equal(facts?.prefix, '/srv/own')
  assert.deepEqual(facts?.includes, ['/srv/own/etc/sub/*.conf'])
  assert.deepEqual(facts?.master, { pid: 70, startTime: '900', userId: 0 })
})

test('asked for a file, only a master that uses that file counts; without any configuration there are no facts', async () => {
  const host = memoryHost({ '/etc/nginx/nginx.conf': MAIN, '/x/nginx.conf': 'events {}\n' })
  const processes = [master('/usr/sbin/nginx -g daemon on; master_process on;')]
  assert.equal((await readNginx(host, { mainConfig: '/x/nginx.conf', processes }))?.master, null)
  assert.equal((await readNginx(host, { mainConfig: '/etc/nginx/nginx.conf', processes }))?.master?.pid, 70)
  assert.equal(await readNginx(memoryHost({}), { processes: [] }), null)
})

test('servers of a stream block are none of ours; a snippet inside a server is part of it', async () => {
  const facts = await factsOf({
    '/etc/nginx/conf.d/a.conf': 'server { listen 127.0.0.1:8080; server_name a.test; include snippets/s.conf; }',
    '/etc/nginx/snippets/s.conf': 'proxy_set_header x-frappe-site-name "a.test"; return 301 https://$host;',
    '/etc/nginx/nginx.conf': `${MAIN}stream { server { listen 9; proxy_pass x; } }\n`,
  })
  assert.equal(facts.servers.length, 1)
  assert.deepEqual(
    facts.servers[0]?.siteHeaders.map(({ value, file }) => [value, file]),
    [['a.test', '/etc/nginx/snippets/s.conf']],
  )
  assert.deepEqual(facts.servers[0]?.snippets, ['/etc/nginx/snippets/s.conf'])
  assert.deepEqual(facts.servers[0]?.returns, ['301 https://$host'])
  assert.deepEqual(facts.servers[0]?.listens, [
    { address: '127.0.0.1', port: 8080, tls: false, text: '127.0.0.1:8080' },
  ])
})

test('file name patterns match as glob does', () => {
  assert.equal(segmentMatches('*.conf', 'a.conf'), true)
  assert.equal(segmentMatches('*.conf', '.a.conf'), false)
  assert.equal(segmentMatches('*.conf', 'a.conf.bak'), false)
  assert.equal(segmentMatches('[!a]?.c+', 'bx.c+'), true)
  assert.equal(segmentMatches('[a-c]x', 'dx'), false)
})

test('of several nginx the one whose files name the bench counts, running or not, linked or not', async () => {
  const bench = `server { listen 80; server_name old.cloud; root ${SITES}; }\n`
  const other = 'http { server { listen 8090; server_name other.test; root /srv/www; } }\n'
  const processes = [master('nginx -c /srv/other/nginx.conf', 70), master('nginx -c /opt/n.conf', 71)]
  const benchPaths = ['/home/frappe/frappe-bench']
  const read = async (files: Parameters<typeof memoryHost>[0], paths = benchPaths) =>
    readNginx(memoryHost({ '/srv/other/nginx.conf': other, ...files }), { processes, benchPaths: paths })
  const running = { '/opt/n.conf': `http { ${bench} }\n` }
  assert.deepEqual([(await read(running))?.mainConfig, (await read(running))?.master?.pid], ['/opt/n.conf', 71])
  const stopped = { '/etc/nginx/nginx.conf': MAIN, '/etc/nginx/mime.types': '', '/etc/nginx/conf.d/b.conf': bench }
  assert.deepEqual([(await read(stopped))?.mainConfig, (await read(stopped))?.master], ['/etc/nginx/nginx.conf', null])
  const linked = {
    '/opt/n.conf': 'http { include /opt/b.conf; }\n',
    '/opt/b.conf': { link: BENCH },
    [BENCH]: 'server { listen 81; }\n',
  }
  assert.equal((await read(linked))?.mainConfig, '/opt/n.conf')
  assert.equal((await read(running, ['/home/frappe/frappe']))?.mainConfig, '/srv/other/nginx.conf')
})

test("another user's nginx, whose files may not be seen, hides none", async () => {
  const host = memoryHost({ '/etc/nginx/nginx.conf': MAIN, '/etc/nginx/mime.types': '' })
  const { status } = host
  const denied = Object.assign(new Error('EACCES'), { code: 'EACCES' })
  host.status = (path) => (path.startsWith('/root/') ? Promise.reject(denied) : status(path))
  const processes = [master('nginx -c /root/x/nginx.conf')]
  assert.equal((await readNginx(host, { processes }))?.mainConfig, '/etc/nginx/nginx.conf')
  const asked = await readNginx(host, { processes, mainConfig: '/root/x/nginx.conf' })
  assert.match(asked?.files[0]?.problem ?? '', /^cannot be read/)
})

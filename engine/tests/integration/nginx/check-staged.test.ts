import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Host } from '../../../src/host/host.ts'
import { localHost } from '../../../src/host/local/index.ts'
import { checkStaged } from '../../../src/services/nginx/check-staged.ts'
import { readNginx } from '../../../src/services/nginx/read.ts'
import { benchMap, benchServer, upstream } from '../../unit/services/nginx/bench-config.ts'
import { makeCertificate } from './private-nginx.ts'

let directory: string
let pair: { certificate: string; key: string }
const conf = () => join(directory, 'etc/conf.d/bench.conf')

/** As Debian's, with everything an ordinary user may not do: user, pid file, log files, ports 80 and 443, a private key. */
const MAIN = `user www-data;
worker_processes auto;
pid /run/nginx.pid;
error_log /var/log/nginx/error.log;
events { worker_connections 64; }
http {
	log_format main '$remote_addr "$request"';
	access_log /var/log/nginx/access.log main;
	proxy_cache_path /var/cache/nginx-none keys_zone=own:1m;
	types { text/html html; }
	include conf.d/*.conf;
	include sites-enabled/*;
}
`

const bench = () =>
  upstream(8000) +
  benchMap('$site_name_x', { 'www.old.cloud': 'old.cloud' }) +
  benchServer(
    { listens: ['80 default_server', '[::]:80 ipv6only=on'], names: ['other.test'], site: '$site_name_x' },
    '/srv/sites',
  ) +
  benchServer(
    {
      listens: ['443 ssl http2', '[::]:443 ssl'],
      names: ['old.cloud'],
      site: '$site_name_x',
      certificate: pair,
      redirectListen: '80',
    },
    '/srv/sites',
  ).replace('add_header', 'access_log /var/log/nginx/old.log main;\n\tssl_dhparam own.pem;\n\tadd_header')

before(() => {
  directory = mkdtempSync(join(tmpdir(), 'migrator-staged-'))
  chmodSync(directory, 0o755)
  for (const path of ['etc/conf.d', 'etc/sites-enabled', 'stage']) mkdirSync(join(directory, path), { recursive: true })
  chmodSync(join(directory, 'stage'), 0o777)
  pair = makeCertificate(directory, 'old.cloud')
  chmodSync(pair.key, 0o000)
  writeFileSync(join(directory, 'etc/own.pem'), 'not readable, so not judged')
  chmodSync(join(directory, 'etc/own.pem'), 0o000)
  writeFileSync(join(directory, 'etc/nginx.conf'), MAIN)
  writeFileSync(conf(), bench())
})
after(() => rmSync(directory, { recursive: true, force: true }))

/** An ordinary user's view: what root may read or do is refused as the system would. */
function ordinaryHost(): Host {
  const local = localHost()
  if (local.userId !== 0) return local
  const denied = (path: string) => Object.assign(new Error(`EACCES: permission denied, '${path}'`), { code: 'EACCES' })
  return {
    ...local,
    readFile: async (path) => {
      if (((await local.status(path))?.mode ?? 0o444) === 0) throw denied(path)
      return local.readFile(path)
    },
    makeDirectory: async (path) => {
      await local.makeDirectory(path)
      chmodSync(path, 0o777)
    },
    writeFile: (path, content) => local.writeFile(path, content, { mode: 0o644 }),
    run: (command) =>
      local.run({ ...command, argv: ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...command.argv] }),
  }
}

async function check(edits: { path: string; before: string | null; after: string }[]) {
  const host = ordinaryHost()
  const facts = await readNginx(host, { mainConfig: join(directory, 'etc/nginx.conf'), processes: [] })
  if (!facts) throw new Error('nginx was not found')
  const done = await checkStaged(host, facts, edits, { directory: join(directory, 'stage') })
  assert.deepEqual(readdirSync(join(directory, 'stage')), [])
  return { ...done, facts }
}

test('the real files fail for an ordinary user, their staged copy does not', async () => {
  const real = await ordinaryHost().run({ argv: ['/usr/sbin/nginx', '-t', '-c', join(directory, 'etc/nginx.conf')] })
  assert.notEqual(real.exitCode, 0)
  const { ok, output } = await check([])
  assert.equal(ok, true, output)
  assert.match(output, new RegExp(`the configuration file ${directory}/etc/nginx.conf syntax is ok`))
})

test('an edit that nginx cannot read is refused in its own words, with the real file and line', async () => {
  const line =
    bench()
      .split('\n')
      .findIndex((text) => text.includes('try_files')) + 1
  const { ok, output } = await check([
    { path: conf(), before: bench(), after: bench().replace('try_files', 'try_fils') },
  ])
  assert.equal(ok, false)
  assert.match(output, new RegExp(`unknown directive "try_fils" in ${conf()}:${line}`))
})

test('a new file of an included directory is read, and a clash inside it found', async () => {
  const path = join(directory, 'etc/conf.d/migrator-old.conf')
  const good =
    'server { listen 80; listen [::]:80; server_name old.test; return 307 https://new.domain$request_uri; }\n'
  assert.equal((await check([{ path, before: null, after: good }])).ok, true)
  const clash = await check([{ path, before: null, after: good.replace('listen 80;', 'listen 80 default_server;') }])
  assert.match(clash.output, /a duplicate default server for .* in .*migrator-old\.conf:1/)
})

test('a certificate that does not exist is found', async () => {
  const { ok, output } = await check([
    { path: conf(), before: bench(), after: bench().replace(pair.certificate, `${pair.certificate}.gone`) },
  ])
  assert.equal(ok, false)
  assert.match(output, /cannot load certificate .*\.gone.*No such file/)
})

test('a log format that nobody defined is found', async () => {
  const { ok, output } = await check([
    { path: conf(), before: bench(), after: bench().replace('old.log main', 'old.log mine') },
  ])
  assert.equal(ok, false)
  assert.match(output, /unknown log format "mine"/)
})

test('without the nginx program the check says so instead of judging', async () => {
  const { facts } = await check([])
  const done = await checkStaged(localHost(), { ...facts, program: null }, [], { directory: join(directory, 'stage') })
  assert.deepEqual([done.ok, done.problem], [false, 'nginx-missing'])
})

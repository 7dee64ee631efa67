/** The survey on a bench of the real bench CLI, with a Redis server, gunicorn and nginx' files of its own. */
import assert from 'node:assert/strict'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { surveyBench } from '../../../src/bench/survey.ts'
import { localHost } from '../../../src/host/local/index.ts'
import { pingRedis } from '../../../src/services/redis.ts'
import { createBench, type TestBench } from '../../servers/bench.ts'
import { accepts, type Child, startChild } from '../../servers/child.ts'
import { freePort } from '../../servers/mariadb.ts'
import { type RedisServer, startRedis } from '../../servers/redis.ts'
import { startWeb } from '../../servers/web.ts'

let redis: RedisServer
let bench: TestBench
const none = path.join(tmpdir(), 'migrator-nothing-here')
const elsewhere = () => ({
  nginxConfig: path.join(bench.directory, 'config', 'main-nginx.conf'),
  hostsFile: none,
  crontabDirectories: [none],
  supervisorDirectories: [none],
  systemdDirectories: [none],
  letsencryptLive: none,
})

before(async () => {
  redis = await startRedis()
  bench = await createBench({ redis })
  const site = path.join(bench.sitesDirectory, 'old.cloud')
  await mkdir(path.join(site, 'public', 'files'), { recursive: true })
  const config = { db_name: 'old', db_type: 'sqlite', domains: ['www.old.cloud'], host_name: 'https://old.cloud' }
  await writeFile(path.join(site, 'site_config.json'), JSON.stringify(config))
})
after(async () => {
  await bench?.remove()
  await redis?.stop()
})

test('a bench made and configured by the bench CLI is read whole', async () => {
  const made = await bench.bench(['setup', 'nginx', '--yes'])
  assert.equal(made.exitCode, 0, made.stderr)
  const config = path.join(bench.directory, 'config')
  await writeFile(path.join(config, 'main-nginx.conf'), `events {}\nhttp { include ${config}/nginx.conf; }\n`)
  const facts = await surveyBench(localHost(), bench.directory, elsewhere())

  assert.deepEqual([facts.kind, facts.frappeVersion], ['bench-5', '15.55.1'])
  assert.deepEqual(
    facts.sites.map(({ name, databaseKind }) => [name, databaseKind]),
    [['old.cloud', 'sqlite']],
  )
  assert.deepEqual(
    facts.sites[0]?.names.map(({ host, scheme, sources }) => [
      host,
      scheme,
      [...new Set(sources.map(({ from }) => from))],
    ]),
    [
      ['old.cloud', 'https', ['directory', 'host_name', 'nginx']],
      ['www.old.cloud', null, ['domains', 'nginx']],
    ],
  )
  assert.deepEqual(
    facts.redis.map(({ reachable, problem }) => [reachable, problem]),
    Array(3).fill([true, null]),
  )
  assert.match(facts.redis[0]?.version ?? '', /^\d+\.\d+/)
  assert.equal(facts.processManager.kind, 'procfile')
  const critical = facts.findings.filter(({ severity }) => severity === 'critical')
  assert.deepEqual(critical, [])
})

test('who serves the bench, and from where, is seen', async () => {
  const web = await startWeb(bench)
  try {
    const facts = await surveyBench(localHost(), bench.directory, elsewhere())
    assert.equal(facts.servedBy, 'gunicorn')
    const port = facts.ports.find(({ purpose }) => purpose === 'webserver_port')
    assert.deepEqual([port?.listening, port?.owner?.belongsToBench], [true, true])
    assert.ok(!facts.findings.some(({ id }) => id === 'gunicorn-wrong-directory'))
  } finally {
    await web.stop()
  }
  const stranger = createServer().listen(bench.webserverPort, '127.0.0.1')
  await new Promise((resolve) => stranger.once('listening', resolve))
  try {
    const facts = await surveyBench(localHost(), bench.directory, elsewhere())
    assert.equal(facts.servedBy, 'none')
    assert.ok(facts.findings.some(({ id, subject }) => id === 'port-of-another' && subject === 'webserver_port'))
  } finally {
    stranger.close()
  }
})

test('the development server is told from gunicorn', async () => {
  const web = await startWeb(bench, 'bench-serve')
  try {
    assert.equal((await surveyBench(localHost(), bench.directory, elsewhere())).servedBy, 'bench-serve')
  } finally {
    await web.stop()
  }
})

test('a Redis with a password is reached with it, and its refusal is told without it', async () => {
  const port = await freePort()
  const directory = path.join(bench.directory, 'config')
  const settings = path.join(directory, 'with-password.conf')
  await writeFile(settings, `port ${port}\nbind 127.0.0.1\nsave ""\nrequirepass hunter2\n`)
  const server: Child = await startChild({
    argv: ['redis-server', settings],
    directory,
    logPath: path.join(directory, 'with-password.log'),
    ready: () => accepts(port),
  })
  try {
    assert.equal((await pingRedis(`redis://:hunter2@127.0.0.1:${port}`, 1000)).reachable, true)
    const refused = await pingRedis(`redis://:hunter3@127.0.0.1:${port}`, 1000)
    assert.equal(refused.reachable, false)
    assert.doesNotMatch(refused.problem ?? '', /hunter/)
  } finally {
    await server.stop()
  }
})

test('a server that accepts and never answers costs its time limit and no more', async () => {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1')
  await new Promise((resolve) => silent.once('listening', resolve))
  const address = silent.address()
  assert.ok(address !== null && typeof address === 'object')
  const start = performance.now()
  const answer = await pingRedis(`redis://127.0.0.1:${address.port}`, 400)
  silent.close()
  assert.equal(answer.reachable, false)
  assert.ok(performance.now() - start < 2000)
})

test('surveying changes nothing in the bench', async () => {
  const config = path.join(bench.sitesDirectory, 'old.cloud', 'site_config.json')
  await chmod(config, 0o400)
  const before = [await readFile(config, 'utf8'), (await localHost().status(config))?.inode]
  await surveyBench(localHost(), bench.directory, elsewhere())
  assert.deepEqual([await readFile(config, 'utf8'), (await localHost().status(config))?.inode], before)
})

import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { localHost } from '../../../src/host/local/index.ts'
import { checkStaged } from '../../../src/services/nginx/check-staged.ts'
import { readTestOutput, reloadCommand, testCommand } from '../../../src/services/nginx/commands.ts'
import type { NginxFacts, NginxRenameRequest } from '../../../src/services/nginx/nginx-facts.ts'
import { planNginxRename } from '../../../src/services/nginx/plan-rename.ts'
import { readNginx } from '../../../src/services/nginx/read.ts'
import { benchMap, benchServer, upstream } from '../../unit/services/nginx/bench-config.ts'
import { makeCertificate, type PrivateNginx, startNginx } from './private-nginx.ts'

const host = localHost()
let nginx: PrivateNginx
let oldPair: { certificate: string; key: string }
let newPair: { certificate: string; key: string }

before(async () => {
  nginx = await startNginx(({ directory, sitesPath, ports }) => {
    oldPair = makeCertificate(directory, 'old.cloud')
    newPair = makeCertificate(directory, 'new.domain')
    for (const site of ['old.cloud', 'other.test']) {
      mkdirSync(join(sitesPath, site, 'public/files'), { recursive: true })
      writeFileSync(join(sitesPath, site, 'public/files/a.txt'), `file of ${site}`)
    }
    const plain = `127.0.0.1:${ports.http}`
    return (
      upstream(ports.web) +
      benchMap('$site_name_rkomlnc', { 'www.old.cloud': 'old.cloud', 'alias.test': 'other.test' }) +
      benchServer(
        {
          listens: [plain],
          names: ['other.test   # keep; this "one"', 'www.old.cloud', 'alias.test'],
          site: '$site_name_rkomlnc',
        },
        sitesPath,
      ).replace(
        'proxy_http_version 1.1;',
        "proxy_http_version 1.1;   # tuned by hand {\n\t\tproxy_set_header X-Own 'old.cloud';",
      ) +
      benchServer(
        {
          listens: [`127.0.0.1:${ports.https} ssl`],
          names: ['old.cloud'],
          site: '$site_name_rkomlnc',
          certificate: oldPair,
          redirectListen: plain,
        },
        sitesPath,
      )
    )
  })
})
after(() => nginx.stop())

const facts = async (): Promise<NginxFacts> => {
  const found = await readNginx(host, { mainConfig: nginx.mainConfig, processes: await host.processes() })
  if (!found) throw new Error('nginx was not found')
  return found
}

const ask = (hostName: string, path: string, tls = false) =>
  host.request({ address: '127.0.0.1', port: tls ? nginx.ports.https : nginx.ports.http, tls, hostName, path })

async function testAndReload(): Promise<void> {
  const now = await facts()
  const tested = await host.run(testCommand(now))
  assert.deepEqual(readTestOutput(tested), { ok: true, problems: [], conflicts: [] }, tested.stderr)
  const retiring = await workers()
  const done = await host.run(reloadCommand(now))
  assert.equal(done.exitCode, 0, done.stderr)
  await eventually(async () => {
    const present = await workers()
    assert.ok(present.length > 0 && !present.some((pid) => retiring.includes(pid)), 'the old workers still serve')
  })
}

const workers = async () =>
  (await host.processes()).filter((process) => process.parent === nginx.pid()).map((process) => process.pid)

/** A reload is done when the old workers are gone: until then they go on answering. */
async function eventually(check: () => Promise<void>): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await check()
    } catch (error) {
      if (attempt >= 60) throw error
      await delay(50)
    }
  }
}

const request = (): NginxRenameRequest => ({
  hosts: [{ from: 'old.cloud', to: 'new.domain' }],
  directory: { from: 'old.cloud', to: 'new.domain' },
  sitesPath: nginx.sitesPath,
  siteNames: ['old.cloud', 'www.old.cloud'],
  webPorts: [8000],
  certificate: newPair,
  redirect: { from: 'old.cloud', toUrl: `https://new.domain:${nginx.ports.https}`, status: 307, tls: oldPair },
})

test('the running master and its files are found', async () => {
  const found = await facts()
  assert.equal(found.master?.pid, nginx.pid())
  assert.equal(found.prefix, nginx.directory)
  assert.match(found.version ?? '', /^\d+\.\d+/)
  assert.equal(
    found.files.find((file) => file.path.endsWith('conf.d/frappe-bench.conf'))?.realPath,
    join(nginx.directory, 'frappe-bench/config/nginx.conf'),
  )
  assert.deepEqual(
    found.servers.map((server) => server.realRoot),
    [nginx.sitesPath, nginx.sitesPath, null],
  )
})

test('a renamed site is served under its new name, the old one redirects, the other site is untouched, and back', async () => {
  const config = join(nginx.directory, 'frappe-bench/config/nginx.conf')
  const start = readFileSync(config)
  const otherBefore = await ask('other.test', '/api/method/x')
  const plan = planNginxRename(await facts(), request())
  assert.deepEqual(plan.problems, [])
  const staged = await checkStaged(host, await facts(), plan.edits, { directory: join(nginx.directory, 'staged') })
  assert.equal(staged.ok, true, staged.output)
  assert.deepEqual(
    plan.edits.map((edit) => edit.path),
    [config, join(nginx.directory, 'conf.d/migrator-old.cloud.conf')],
  )

  for (const edit of plan.edits) writeFileSync(edit.path, edit.after)
  mkdirSync(join(nginx.sitesPath, 'new.domain/public/files'), { recursive: true })
  writeFileSync(join(nginx.sitesPath, 'new.domain/public/files/a.txt'), 'file of the renamed site')
  await testAndReload()

  const page = await ask('new.domain', '/api/method/x', true)
  assert.deepEqual(JSON.parse(page.body), { site: 'new.domain', host: 'new.domain', path: '/api/method/x' })
  assert.equal(page.certificateProblem?.includes('altnames') ?? false, false)
  assert.equal((await ask('new.domain', '/files/a.txt', true)).body, 'file of the renamed site')
  const upgraded = await ask('new.domain', '/x')
  assert.deepEqual([upgraded.status, upgraded.headers['location']], [301, 'https://new.domain/x'])
  assert.equal(JSON.parse((await ask('www.old.cloud', '/')).body).site, 'new.domain')
  for (const tls of [false, true]) {
    const moved = await ask('old.cloud', '/app/todo?a=1&b=%20', tls)
    assert.equal(moved.status, 307)
    assert.equal(moved.headers['location'], `https://new.domain:${nginx.ports.https}/app/todo?a=1&b=%20`)
    assert.equal(moved.headers['cache-control'], 'no-store')
    assert.equal(moved.certificateProblem?.includes('altnames') ?? false, false)
  }
  const otherAfter = await ask('other.test', '/api/method/x')
  assert.deepEqual([otherAfter.status, otherAfter.body], [otherBefore.status, otherBefore.body])

  for (const edit of plan.edits) {
    if (edit.before === null) rmSync(edit.path)
    else writeFileSync(edit.path, edit.before)
  }
  await testAndReload()
  assert.deepEqual(readFileSync(config), start)
  assert.equal(JSON.parse((await ask('old.cloud', '/', true)).body).site, 'old.cloud')
  assert.equal((await ask('new.domain', '/')).headers['location'], undefined)
})

test('nginx only warns of a name served twice; its words tell which name', async () => {
  const extra = join(nginx.directory, 'conf.d/twice.conf')
  writeFileSync(extra, `server { listen 127.0.0.1:${nginx.ports.http}; server_name other.test; return 204; }\n`)
  try {
    const tested = await host.run(testCommand(await facts()))
    assert.equal(tested.exitCode, 0)
    const { conflicts } = readTestOutput(tested)
    assert.equal(conflicts[0]?.name, 'other.test')
    assert.match(conflicts[0]?.problem ?? '', /conflicting server name "other\.test" on 127\.0\.0\.1:\d+/)
  } finally {
    rmSync(extra)
  }
})

/** Visitors of a site that was moved: both servers are surveyed and edited over ssh, one as the bench's owner, one as root. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { surveyBench } from '../../../src/bench/survey.ts'
import type { ChangeContext } from '../../../src/changes/change.ts'
import { changeKinds } from '../../../src/changes/registry.ts'
import type { Host } from '../../../src/host/host.ts'
import type { Json } from '../../../src/host/json.ts'
import { sshHost } from '../../../src/host/ssh/index.ts'
import { planVisitors, type Visitors } from '../../../src/workflows/transfer-server/visitors.ts'
import { addSite } from '../../servers/site.ts'
import { dumpOf } from '../rename/stage.ts'
import type { Server } from './server.ts'
import { SITE, type TransferStage, transferStage } from './stage.ts'

let stage: TransferStage
let hosts: { source: Host; target: Host }

before(async () => {
  stage = await transferStage()
  const { source, target, client } = stage
  hosts = {
    source: await sshHost({ server: source.login, sshConfig: client.configPath }),
    target: await sshHost({ server: target.rootLogin, sshConfig: client.configPath, owner: target.user.name }),
  }
})
after(async () => {
  await Promise.all([hosts?.source.close(), hosts?.target.close()])
  await stage?.stop()
})

const configOf = ({ bench }: Server) => join(bench.directory, 'config/nginx.conf')

async function plan(): Promise<Visitors> {
  const { source, target } = stage
  const [here, there] = await Promise.all([
    surveyBench(hosts.source, source.bench.directory, {}),
    surveyBench(hosts.target, target.bench.directory, {}),
  ])
  const site = here.sites.find(({ name }) => name === SITE)
  assert.ok(site)
  return planVisitors({
    source: { host: hosts.source, server: source.login, facts: here, site },
    target: { host: hosts.target, server: target.rootLogin, facts: there },
    ...{ name: SITE, forward: true, now: new Date() },
  })
}

/** As a run does it; answers what takes it back. */
async function carryOut(kind: string, place: 'source' | 'target', params: unknown): Promise<() => Promise<unknown>> {
  const change = changeKinds.get(kind)
  assert.ok(change)
  const records: Record<string, unknown>[] = []
  const vault = join(stage.client.directory, `vault-${kind}`)
  mkdirSync(vault, { recursive: true, mode: 0o700 })
  const context = {
    ...{
      host: hosts[place],
      benchPath: stage[place].bench.directory,
      vault,
      runId: 'run',
      stepId: kind,
      onConflict: 'keep',
    },
    signal: new AbortController().signal,
    journal: async (record: Record<string, unknown>) => void records.push(record),
    progress: () => records,
    child: async () => undefined,
  } as unknown as ChangeContext
  const before = await change.prepare(context, params as Json)
  await change.apply(context, params as Json, before)
  return () => change.revert(context, params as Json, before, before)
}

/** A reloaded nginx's old workers may take a connection or two before they go: answers count when they stay. */
async function eventually(status: number, server: Server, path: string): Promise<void> {
  const seen: number[] = []
  for (let attempt = 0; attempt < 120; attempt += 1) {
    seen.push((await stage.visit(server, path)).status)
    if (seen.length >= 10 && seen.slice(-10).every((one) => one === status)) return
    await delay(30)
  }
  assert.fail(`${path} answers ${seen.slice(-10).join(' ')}, not ${status}`)
}

function upload(name: string, content: string): { body: string; type: string } {
  const boundary = 'migrator-boundary'
  const head = `Content-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: text/plain`
  return {
    body: `--${boundary}\r\n${head}\r\n\r\n${content}\r\n--${boundary}--\r\n`,
    type: `multipart/form-data; boundary=${boundary}`,
  }
}

test('both servers are read over ssh, and no name, file or address of theirs is taken for the other’s', async () => {
  const { source, target } = stage
  assert.equal(statSync(target.bench.sitesDirectory).uid, target.user.uid)
  const { serve, forward, findings, privileged, writable } = await plan()
  assert.deepEqual(
    findings.filter(({ severity }) => severity === 'critical'),
    [],
  )
  assert.deepEqual(
    serve?.files.map(({ path }) => path),
    [configOf(target)],
  )
  assert.deepEqual(
    forward?.files.map(({ path }) => path),
    [configOf(source)],
  )
  assert.ok(forward && 'target' in forward.request)
  assert.deepEqual(forward.request.target, { address: '127.0.0.3', port: target.nginx.httpPort, authorities: null })
  assert.deepEqual(writable, { source: [configOf(source)], target: [configOf(target)] })
  // The source's nginx belongs to the bench's owner; the target's to root, if there is one.
  const root = process.getuid?.() === 0 ? ['run nginx -t and reload nginx'] : []
  assert.deepEqual(privileged, { source: [], target: root })
})

test('who comes to the source uses the target, signs in there and uploads there; taken back, both nginx are as they were', async () => {
  const { source, target } = stage
  const moved = await addSite(target.bench, SITE, { dump: dumpOf('site-v15'), mariadb: target.mariadb })
  await target.bench.claim()
  const configuration = JSON.parse(readFileSync(stage.site.configPath, 'utf8'))
  writeFileSync(stage.site.configPath, JSON.stringify({ ...configuration, maintenance_mode: 1 }))
  await eventually(503, source, '/login')
  const texts = [source, target].map((server) => readFileSync(configOf(server), 'utf8'))
  const { serve, forward } = await plan()
  const unserve = await carryOut('serve-site', 'target', serve)
  await eventually(200, target, '/api/method/ping')
  const back = await carryOut('forward-site', 'source', forward)
  await eventually(200, source, '/api/method/ping')

  const form = `usr=Administrator&pwd=${moved.administratorPassword}`
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const signedIn = await stage.visit(source, '/api/method/login', { method: 'POST', body: form, headers })
  assert.equal(signedIn.status, 200, 'the password is that of the target')
  const cookie = String(signedIn.headers['set-cookie']).split(';')[0] ?? ''
  const { body, type } = upload('kept.txt', 'what a visitor uploaded')
  const asked = { method: 'POST', body, headers: { cookie, 'content-type': type } }
  const uploaded = await stage.visit(source, '/api/method/upload_file', asked)
  assert.equal(uploaded.status, 200, uploaded.body)
  assert.equal(readFileSync(join(moved.directory, 'public/files/kept.txt'), 'utf8'), 'what a visitor uploaded')
  assert.equal(existsSync(join(stage.site.directory, 'public/files/kept.txt')), false)
  assert.equal((await stage.visit(source, '/files/kept.txt')).body, 'what a visitor uploaded')
  const count = (server: Server) => stage.sql(server, "SELECT COUNT(*) FROM tabFile WHERE file_name = 'kept.txt'")
  assert.deepEqual([await count(source), await count(target)], ['0\n', '1\n'])
  assert.equal((await stage.visit(source, '/assets/frappe/css/login.css')).status, 200)

  assert.deepEqual([await back(), await unserve()], [[], []])
  assert.deepEqual(
    [source, target].map((server) => readFileSync(configOf(server), 'utf8')),
    texts,
  )
  assert.equal(statSync(configOf(target)).uid, target.user.uid, 'what root reloads still belongs to the bench’s owner')
  await eventually(503, source, '/login')
  await eventually(404, target, '/api/method/ping')
})

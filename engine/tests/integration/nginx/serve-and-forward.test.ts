/** A site goes to another machine: its nginx there serves it, the one here hands visitors on. Two real nginx. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { ChangeContext } from '../../../src/changes/change.ts'
import { forwardSite } from '../../../src/changes/forward-site.ts'
import type { nginxEdit } from '../../../src/changes/nginx-edit.ts'
import { serveSite } from '../../../src/changes/serve-site.ts'
import { localHost } from '../../../src/host/local/index.ts'
import { sha256Of } from '../../../src/host/value-digest.ts'
import type { NginxEditPlan, NginxFacts } from '../../../src/services/nginx/nginx-facts.ts'
import { planForwardSite } from '../../../src/services/nginx/plan-forward.ts'
import { planServeSite } from '../../../src/services/nginx/plan-serve.ts'
import { readNginx } from '../../../src/services/nginx/read.ts'
import type { ForwardRequest, ServeRequest } from '../../../src/services/nginx/serve-request.ts'
import { makeCertificate as signed } from '../../servers/certificate.ts'
import { benchServer, upstream } from '../../unit/services/nginx/bench-config.ts'
import { makeCertificate, type PrivateNginx, startNginx } from './private-nginx.ts'

const host = localHost()
const vault = mkdtempSync(join(tmpdir(), 'migrator-forward-'))
let source: PrivateNginx
let target: PrivateNginx
let own: { certificate: string; key: string }
let there: Awaited<ReturnType<typeof signed>>

/** What stands behind nginx says what it was asked; the source is in maintenance. */
const answers =
  (maintenance: boolean): RequestListener =>
  (request, response) => {
    const site = request.headers['x-frappe-site-name']
    if (maintenance && site === 'erp.example') response.statusCode = 503
    let bytes = 0
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length
    })
    request.on('end', () => {
      const { host: name } = request.headers
      const [from, scheme] = [request.headers['x-forwarded-for'], request.headers['x-forwarded-proto']]
      response.end(JSON.stringify({ site, name, from, scheme, bytes, method: request.method, path: request.url }))
    })
  }

before(async () => {
  there = await signed(join(vault, 'authority'), ['erp.example', 'www.erp.example'])
  source = await startNginx(({ directory, sitesPath, ports }) => {
    own = makeCertificate(directory, 'erp.example')
    const plain = `127.0.0.1:${ports.http}`
    const tls = `127.0.0.1:${ports.https} ssl`
    return (
      upstream(ports.web) +
      // erp.example comes first: it is the default of its address, and shares the block with another site.
      benchServer({ listens: [plain], names: ['erp.example', 'other.test  # by hand'], site: '$host' }, sitesPath) +
      benchServer({ listens: [tls], names: ['erp.example'], site: '$host', certificate: own }, sitesPath)
    )
  }, answers(true))
  target = await startNginx(({ directory, sitesPath, ports }) => {
    const pair = makeCertificate(directory, 'third.test')
    mkdirSync(join(sitesPath, 'erp.example/public/files'), { recursive: true })
    writeFileSync(join(sitesPath, 'erp.example/public/files/a.txt'), 'a file of the site, at the target')
    const [plain, tls] = [`127.0.0.1:${ports.http}`, `127.0.0.1:${ports.https} ssl`]
    return (
      upstream(ports.web) +
      benchServer({ listens: [plain], names: ['third.test'], site: '$host' }, sitesPath) +
      benchServer({ listens: [tls], names: ['third.test'], site: '$host', certificate: pair }, sitesPath)
    )
  }, answers(false))
})
after(async () => {
  await Promise.all([source.stop(), target.stop()])
  rmSync(vault, { recursive: true, force: true })
})

const configOf = (nginx: PrivateNginx) => join(nginx.directory, 'frappe-bench/config/nginx.conf')

async function factsOf(nginx: PrivateNginx): Promise<NginxFacts> {
  const found = await readNginx(host, { mainConfig: nginx.mainConfig, processes: await host.processes() })
  if (!found) throw new Error('nginx was not found')
  return found
}

function contextOf(nginx: PrivateNginx): ChangeContext {
  const records: Record<string, unknown>[] = []
  return {
    host,
    benchPath: join(nginx.directory, 'frappe-bench'),
    vault,
    runId: 'run',
    stepId: 'step',
    onConflict: 'keep',
    signal: new AbortController().signal,
    journal: async (record: Record<string, unknown>) => void records.push(record),
    progress: () => records,
    child: async () => undefined,
  } as unknown as ChangeContext
}

type Edits<Request> = ReturnType<typeof nginxEdit<Request>>
type Planned<Request> = (facts: NginxFacts, request: Request) => NginxEditPlan

/** As a run does it: plan, prepare, apply; answers what takes it back. */
async function carryOut<Request>(
  nginx: PrivateNginx,
  change: Edits<Request>,
  plan: Planned<Request>,
  request: Request,
): Promise<() => Promise<unknown>> {
  const made = plan(await factsOf(nginx), request)
  assert.deepEqual(made.problems, [])
  const files = made.edits.map(({ path, before: text, after: now }) => ({
    path,
    before: text === null ? null : sha256Of(text),
    after: sha256Of(now),
  }))
  const params = { mainConfig: nginx.mainConfig, request, files, privileged: false }
  const context = contextOf(nginx)
  const retiring = await workersOf(nginx)
  const prepared = await change.prepare(context, params)
  await change.apply(context, params, prepared)
  await retired(nginx, retiring)
  return async () => {
    const present = await workersOf(nginx)
    const kept = await change.revert(context, params, prepared, prepared)
    await retired(nginx, present)
    return kept
  }
}

const workersOf = async (nginx: PrivateNginx) =>
  (await host.processes()).filter((process) => process.parent === nginx.pid()).map((process) => process.pid)

/** A reload is done when the old workers are gone: until then they go on answering. */
async function retired(nginx: PrivateNginx, before: number[]): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const now = await workersOf(nginx)
    if (now.length > 0 && !now.some((pid) => before.includes(pid))) return
    await delay(30)
  }
  throw new Error('the old workers still serve')
}

interface Answer {
  status: number
  body: string
  location: string | undefined
}

function ask(
  nginx: PrivateNginx,
  name: string,
  path: string,
  more: { tls?: boolean; send?: Buffer } = {},
): Promise<Answer> {
  const options = {
    host: '127.0.0.1',
    port: more.tls ? nginx.ports.https : nginx.ports.http,
    path,
    method: more.send ? 'POST' : 'GET',
    headers: { host: name },
    agent: false as const,
    ...(more.tls ? { servername: name, rejectUnauthorized: false } : {}),
  }
  return new Promise((resolve, reject) => {
    const sent = (more.tls ? httpsRequest : httpRequest)(options, (response) => {
      let body = ''
      response.on('data', (chunk) => {
        body += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body, location: response.headers.location }))
    })
    sent.on('error', reject)
    sent.end(more.send)
  })
}

const serving = (changes: Partial<ServeRequest> = {}): ServeRequest => ({
  site: 'erp.example',
  names: ['erp.example', 'www.erp.example'],
  sitesPath: target.sitesPath,
  webPort: target.ports.web,
  socketPort: target.ports.web,
  timeoutSeconds: 120,
  bodySize: '50m',
  certificate: { certificate: there.certificate, key: there.key },
  redirect: true,
  forwarders: ['127.0.0.1'],
  ...changes,
})

const forwarding = (changes: Partial<ForwardRequest> = {}): ForwardRequest => ({
  site: 'erp.example',
  names: ['erp.example', 'www.erp.example'],
  sitesPath: source.sitesPath,
  webPorts: [source.ports.web],
  timeoutSeconds: 120,
  mainName: 'erp.example',
  target: { address: '127.0.0.1', port: target.ports.https, authorities: there.authority },
  redirectTo: null,
  ...changes,
})

test('the target serves the site, strangers and its other sites are served as before, and the way back is exact', async () => {
  const config = readFileSync(configOf(target))
  const back = await carryOut(target, serveSite, planServeSite, serving())
  assert.ok(readFileSync(configOf(target)).toString().startsWith(config.toString()), 'what stood there stands there')
  const page = await ask(target, 'erp.example', '/api/method/x', { tls: true })
  assert.deepEqual(JSON.parse(page.body), {
    ...{ site: 'erp.example', name: 'erp.example', from: '127.0.0.1', scheme: 'https', bytes: 0 },
    ...{ method: 'GET', path: '/api/method/x' },
  })
  assert.equal(
    (await ask(target, 'erp.example', '/files/a.txt', { tls: true })).body,
    'a file of the site, at the target',
  )
  assert.equal((await ask(target, 'www.erp.example', '/x?a=1')).location, 'https://www.erp.example/x?a=1')
  assert.equal(JSON.parse((await ask(target, 'third.test', '/x')).body).site, 'third.test')
  assert.equal(JSON.parse((await ask(target, 'stranger.test', '/x')).body).site, 'stranger.test')
  assert.deepEqual(await back(), [])
  assert.deepEqual(readFileSync(configOf(target)), config)
})

test('visitors of the source use the target, by http and https, with their address, uploads and web sockets; the other site stays', async () => {
  const config = readFileSync(configOf(source))
  assert.equal((await ask(source, 'erp.example', '/x')).status, 503, 'the source is in maintenance')
  const unserve = await carryOut(target, serveSite, planServeSite, serving())
  const back = await carryOut(source, forwardSite, planForwardSite, forwarding())
  for (const tls of [false, true]) {
    const page = await ask(source, 'erp.example', '/app/todo?a=%20b', { tls })
    const scheme = tls ? 'https' : 'http'
    assert.deepEqual(JSON.parse(page.body), {
      ...{ site: 'erp.example', name: 'erp.example', from: '127.0.0.1', scheme, bytes: 0 },
      ...{ method: 'GET', path: '/app/todo?a=%20b' },
    })
  }
  const upload = await ask(source, 'erp.example', '/api/method/upload_file', {
    tls: true,
    send: Buffer.alloc(9_000_000),
  })
  assert.equal(JSON.parse(upload.body).bytes, 9_000_000)
  assert.equal((await ask(source, 'erp.example', '/files/a.txt')).body, 'a file of the site, at the target')
  assert.equal((await ask(source, 'erp.example', '/app/')).location, '/app', 'sent on within the host they know')
  // The source named www nowhere: its first block, the default of the address, answered for it.
  assert.equal(JSON.parse((await ask(source, 'www.erp.example', '/x')).body).site, 'erp.example')
  assert.equal(JSON.parse((await ask(source, 'other.test', '/x')).body).site, 'other.test')
  assert.equal(JSON.parse((await ask(source, 'stranger.test', '/x')).body).site, 'stranger.test')
  assert.match(await overWebSocket(source.ports.http), /^HTTP\/1\.1 101 [\s\S]*erp\.example hello$/)
  await unserve()
  assert.equal(
    (await ask(source, 'erp.example', '/x', { tls: true })).status,
    502,
    'another certificate is not believed',
  )
  assert.deepEqual(await back(), [])
  assert.deepEqual(readFileSync(configOf(source)), config)
  assert.equal((await ask(source, 'erp.example', '/x')).status, 503)
})

test("a port that is one site's alone, whatever host is asked for, is handed on in its place", async () => {
  const config = readFileSync(configOf(source), 'utf8')
  const port = `127.0.0.1:${source.ports.http}`
  const alone =
    upstream(source.ports.web) +
    benchServer({ listens: [port], names: ['erp.example'], site: 'erp.example' }, source.sitesPath)
  writeFileSync(configOf(source), alone)
  process.kill(source.pid(), 'SIGHUP')
  const plain = { address: '127.0.0.1', port: target.ports.http, authorities: null }
  const unserve = await carryOut(target, serveSite, planServeSite, serving({ certificate: null, redirect: false }))
  const back = await carryOut(source, forwardSite, planForwardSite, forwarding({ target: plain }))
  const page = JSON.parse((await ask(source, '192.0.2.1:8001', '/x')).body)
  assert.deepEqual([page.site, page.name], ['erp.example', 'erp.example'])
  assert.deepEqual(await back(), [])
  assert.equal(readFileSync(configOf(source), 'utf8'), alone)
  await unserve()
  writeFileSync(configOf(source), config)
  process.kill(source.pid(), 'SIGHUP')
})

test('a target that does not answer for the site keeps the source as it is', async () => {
  const config = readFileSync(configOf(source))
  const nobody = { address: '127.0.0.1', port: 9, authorities: null }
  await assert.rejects(
    carryOut(source, forwardSite, planForwardSite, forwarding({ target: nobody })),
    /erp\.example does not answer at 127\.0\.0\.1:9/,
  )
  assert.deepEqual(readFileSync(configOf(source)), config)
})

/** What comes back over a web socket for "hello". */
function overWebSocket(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = ['GET /socket.io/?transport=websocket HTTP/1.1', 'Host: erp.example', 'Upgrade: websocket']
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(`${[...asked, 'Connection: Upgrade'].join('\r\n')}\r\n\r\n`),
    )
    let said = ''
    socket.on('data', (data) => {
      if (said === '') socket.write('hello')
      said += data.toString()
    })
    socket.once('close', () => resolve(said))
    socket.once('error', reject)
  })
}

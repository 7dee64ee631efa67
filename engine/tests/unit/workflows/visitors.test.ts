/** How visitors find a site that moves: decided from the facts of both servers, the way between them tried from the source. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { CertificateFacts } from '../../../src/bench/bench-facts.ts'
import type { Host } from '../../../src/host/host.ts'
import { localHost } from '../../../src/host/local/index.ts'
import type { NginxFacts } from '../../../src/services/nginx/nginx-facts.ts'
import { chainIsTrusted } from '../../../src/services/trusted-chain.ts'
import { planVisitors, type VisitorsInput } from '../../../src/workflows/transfer-server/visitors.ts'
import { makeCertificate, type TestCertificate } from '../../servers/certificate.ts'
import { benchServer, upstream } from '../services/nginx/bench-config.ts'
import { factsOf as nginxOf } from '../services/nginx/memory-host.ts'
import { factsOf, nameOf, siteOf } from './facts.ts'

const SITES = '/home/frappe/frappe-bench/sites'
const home = mkdtempSync(join(tmpdir(), 'migrator-visitors-'))
let pair: TestCertificate
let covering: CertificateFacts

before(async () => {
  pair = await makeCertificate(home, ['erp.example'])
  covering = {
    ...{ certificate: pair.certificate, key: pair.key, names: ['erp.example'], keyMatches: true, problem: null },
    ...{ validFrom: '2020-01-01T00:00:00Z', validTo: '2099-01-01T00:00:00Z' },
  }
})
after(() => rmSync(home, { recursive: true, force: true }))

interface World {
  /** Addresses at which the target answers the source. */
  answers: string[]
  bundle: string
  asked: string[]
}

const hostOf = (addresses: string[], world: World): Host => ({
  ...localHost(),
  addresses: () => addresses,
  status: async (path) =>
    path === '/etc/ssl/certs/ca-certificates.crt'
      ? { kind: 'file', bytes: 1, mode: 0o644, userId: 0, groupId: 0, device: 0, inode: 0 }
      : null,
  readFile: async () => Buffer.from(world.bundle),
  readCertificates: async () => readFileSync(pair.certificate, 'utf8'),
  request: async ({ address, port }) => {
    world.asked.push(`${address}:${port}`)
    if (!world.answers.includes(address)) throw new Error('connect ETIMEDOUT')
    return { status: 404, headers: {}, body: '', certificateProblem: null }
  },
  run: async () => ({ exitCode: 0, signal: null, stdout: '', stderr: '', timedOut: false }),
})

const OWN = { certificate: '/etc/ssl/own.pem', key: '/etc/ssl/own.key' }

const nginx = (name: string, tls: boolean): Promise<NginxFacts> =>
  nginxOf({
    '/etc/nginx/conf.d/frappe-bench.conf':
      upstream(8000) +
      benchServer({ listens: ['80'], names: [name], site: '$host' }, SITES) +
      (tls ? benchServer({ listens: ['443 ssl'], names: [name], site: '$host', certificate: OWN }, SITES) : ''),
  })

async function visitors(
  world: World,
  changes: { certificates?: CertificateFacts[]; server?: string; forward?: boolean; name?: string; nginx?: null } = {},
) {
  const site = siteOf('erp.example', {
    tls: true,
    names: [nameOf('www.erp.example', 'nginx'), nameOf('erp', 'hosts-file')],
  })
  const input: VisitorsInput = {
    source: {
      ...{ host: hostOf(['127.0.0.1', '198.51.100.1', '172.17.0.1'], world), server: 'local', site },
      facts: factsOf([site], { nginx: await nginx('www.erp.example', true) }),
    },
    target: {
      host: hostOf(['127.0.0.1', '172.17.0.1', '10.0.0.2', 'vps'], world),
      server: changes.server ?? 'frappe@203.0.113.5:2222',
      facts: factsOf([], {
        nginx: changes.nginx === null ? null : await nginx('other.test', false),
        certificates: changes.certificates ?? [covering],
      }),
    },
    ...{ name: changes.name ?? 'erp.example', forward: changes.forward ?? true, now: new Date('2026-11-25') },
  }
  return planVisitors(input)
}

const worldOf = (more: Partial<World> = {}): World => ({
  answers: ['203.0.113.5'],
  bundle: readFileSync(pair.authority, 'utf8'),
  asked: [],
  ...more,
})

test('a chain is believed when an authority of the bundle stands at its end', () => {
  const [leaf, authority] = [readFileSync(pair.certificate, 'utf8'), readFileSync(pair.authority, 'utf8')]
  assert.equal(chainIsTrusted(leaf, authority), true)
  assert.equal(chainIsTrusted(leaf, `${leaf.replace(/[A-Za-z]{8}/, 'AAAAAAAA')}\n`), false)
  assert.equal(chainIsTrusted(leaf, ''), false)
  assert.equal(chainIsTrusted('', authority), false)
})

test('a certificate that the source believes is what visitors are handed on with; the target sends http to https', async () => {
  const world = worldOf()
  const { serve, forward, findings } = await visitors(world, {
    certificates: [{ ...covering, names: ['*.erp.example', 'erp.example'] }],
  })
  assert.deepEqual(
    findings.filter(({ severity }) => severity !== 'information'),
    [],
  )
  assert.ok(serve?.request && 'redirect' in serve.request && serve.request.redirect)
  assert.deepEqual(serve.request.names, ['erp.example', 'www.erp.example'])
  assert.deepEqual(serve.request.forwarders, ['127.0.0.1', '198.51.100.1', '172.17.0.1'])
  assert.ok(forward?.request && 'target' in forward.request)
  assert.deepEqual(forward.request.target, {
    address: '203.0.113.5',
    port: 443,
    authorities: '/etc/ssl/certs/ca-certificates.crt',
  })
  assert.deepEqual(world.asked, ['203.0.113.5:80'], 'nobody listens on 443 there yet')
})

test('an address that both machines have is nobody; the target is found by one of its own', async () => {
  const world = worldOf({ answers: ['10.0.0.2', '172.17.0.1'], bundle: '' })
  const { forward, serve, findings } = await visitors(world, { server: 'target-alias' })
  assert.ok(forward?.request && 'target' in forward.request)
  assert.deepEqual(forward.request.target, { address: '10.0.0.2', port: 80, authorities: null })
  assert.deepEqual(world.asked, ['target-alias:80', '10.0.0.2:80'])
  assert.ok(findings.some(({ id }) => id === 'forward-unencrypted'))
  assert.ok(serve?.request && 'redirect' in serve.request && !serve.request.redirect, 'not sent round in a circle')
})

test('a target that the source does not reach is a critical finding that offers --no-forward', async () => {
  const { forward, findings } = await visitors(worldOf({ answers: [] }))
  assert.equal(forward, null)
  const found = findings.find(({ id }) => id === 'forward-unreachable')
  assert.equal(found?.severity, 'critical')
  assert.match(found?.evidence ?? '', /203\.0\.113\.5:80: connect ETIMEDOUT/)
  assert.match(found?.remedies.join('\n') ?? '', /--no-forward/)
})

test('without a certificate the target serves by http and that is told; without nginx nothing is edited', async () => {
  const bare = await visitors(worldOf(), { certificates: [], forward: false })
  assert.ok(bare.serve?.request && 'certificate' in bare.serve.request && bare.serve.request.certificate === null)
  assert.ok(bare.findings.some(({ id }) => id === 'target-without-certificate'))
  const none = await visitors(worldOf(), { nginx: null })
  assert.deepEqual([none.serve, none.forward], [null, null])
  assert.ok(none.findings.some(({ id }) => id === 'target-without-nginx'))
})

test('visitors of a site that gets another name are sent to it', async () => {
  const { serve, forward } = await visitors(worldOf(), { name: 'new.example', certificates: [] })
  assert.deepEqual(serve?.request.names, ['new.example'])
  assert.ok(forward?.request && 'redirectTo' in forward.request)
  assert.equal(forward.request.redirectTo, 'http://new.example')
})

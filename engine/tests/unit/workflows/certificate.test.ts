import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CertificateFacts } from '../../../src/services/certificates.ts'
import { resolveNames } from '../../../src/workflows/rename-domain/names.ts'
import { planCertificate } from '../../../src/workflows/rename-domain/plan-certificate.ts'
import { planNginx } from '../../../src/workflows/rename-domain/plan-nginx.ts'
import type { RenameRequest } from '../../../src/workflows/rename-domain/request.ts'
import { factsOf as nginxOf } from '../services/nginx/memory-host.ts'
import { factsOf, nameOf, requestOf, siteOf } from './facts.ts'

const NOW = new Date('2026-06-01')
const certificateOf = (names: string[], more: Partial<CertificateFacts> = {}): CertificateFacts => ({
  certificate: `/certs/${names[0]}.pem`,
  key: `/certs/${names[0]}.key`,
  names,
  validFrom: '2026-01-01T00:00:00.000Z',
  validTo: '2026-12-31T00:00:00.000Z',
  keyMatches: true,
  problem: null,
  ...more,
})

const choose = (
  tls: boolean,
  present: CertificateFacts[],
  given: CertificateFacts | null = null,
  request: Partial<RenameRequest> = {},
) => {
  const facts = factsOf([siteOf('old.cloud', { tls })], { certificates: present })
  const wanted = requestOf('old.cloud', 'new.domain', request)
  return planCertificate(facts, resolveNames(facts, wanted), wanted, given, NOW)
}

test('a site without TLS needs none, and takes none unasked', () => {
  assert.deepEqual(choose(false, [certificateOf(['new.domain'])]), { chosen: null, findings: [] })
})

test('a site with TLS takes the one on this machine that covers the new name', () => {
  const own = certificateOf(['x.test', 'new.domain'])
  assert.equal(choose(true, [certificateOf(['old.cloud']), own]).chosen, own)
})

for (const [what, certificate] of [
  ['of another name', certificateOf(['old.cloud'])],
  ['of a wildcard one level too high', certificateOf(['*.test'])],
  ['that has expired', certificateOf(['new.domain'], { validTo: '2026-05-31T00:00:00.000Z' })],
  ['that is not valid yet', certificateOf(['new.domain'], { validFrom: '2026-06-02T00:00:00.000Z' })],
  ['whose key is not known', certificateOf(['new.domain'], { key: null })],
  ['that cannot be used', certificateOf(['new.domain'], { problem: 'broken' })],
] as const) {
  test(`a certificate ${what} is none: critical, with what to do`, () => {
    const { chosen, findings } = choose(true, [certificate])
    assert.equal(chosen, null)
    const [finding] = findings
    assert.deepEqual([finding?.id, finding?.severity], ['certificate-missing', 'critical'])
    assert.match(finding?.remedies.join(' ') ?? '', /certbot[\s\S]*--certificate FILE --certificate-key FILE/)
  })
}

test('the one given is taken when it covers the name and its key is given', () => {
  const given = certificateOf(['*.domain', 'new.domain'])
  const request = { certificate: given.certificate, certificateKey: '/given.key' }
  assert.deepEqual(choose(true, [], given, request), {
    chosen: { ...given, key: '/given.key' },
    findings: [],
  })
})

for (const [what, given, key, says] of [
  ['without its key', certificateOf(['new.domain']), null, /--certificate-key is missing/],
  ['of another name', certificateOf(['old.cloud']), '/k', /covers old\.cloud/],
  ['that has expired', certificateOf(['new.domain'], { validTo: '2026-05-31T00:00:00.000Z' }), '/k', /expired/],
  ['with a foreign key', certificateOf(['new.domain'], { problem: 'belongs to another' }), '/k', /another/],
] as const) {
  test(`one given ${what} is refused and says why, even where another would do`, () => {
    const request = { certificate: given.certificate, certificateKey: key }
    const { chosen, findings } = choose(true, [certificateOf(['new.domain'])], given, request)
    assert.equal(chosen, null)
    assert.deepEqual([findings[0]?.id, findings[0]?.severity], ['certificate-unusable', 'critical'])
    assert.match(findings[0]?.evidence ?? '', says)
  })
}

test('a certificate that may not be read is named, with the command that has it read', () => {
  const path = '/etc/letsencrypt/live/new.domain/fullchain.pem'
  const hidden = certificateOf([], { certificate: path, problem: `${path} may not be read (EACCES)` })
  const [finding] = choose(true, [hidden]).findings
  assert.match(finding?.evidence ?? '', /live\/new\.domain\/fullchain\.pem may not be read/)
  assert.match(
    finding?.remedies[0] ?? '',
    /sudo frappe-migrator rename-domain --source old\.cloud --target new\.domain/,
  )
})

const BLOCK = `http { server {
  listen 443 ssl; server_name old.cloud www.old.cloud; root /home/frappe/frappe-bench/sites;
  ssl_certificate /old.pem; ssl_certificate_key /old.key; } }
`
for (const [names, warned] of [
  [['new.domain'], ['www.old.cloud']],
  [['new.domain', 'www.old.cloud'], []],
  [['new.domain', '*.old.cloud'], []],
] as const) {
  test(`a certificate of ${names.join(' and ')} leaves ${warned.length > 0 ? `${warned} without one: a warning` : 'no name of the block without one'}`, async () => {
    const facts = factsOf([siteOf('old.cloud', { tls: true, names: [nameOf('www.old.cloud', 'nginx')] })], {
      nginx: await nginxOf({ '/etc/nginx/nginx.conf': BLOCK }),
    })
    const wanted = requestOf('old.cloud', 'new.domain', { redirect: false })
    const planned = planNginx(facts, resolveNames(facts, wanted), wanted, certificateOf([...names]), NOW)
    const found = (planned?.findings ?? []).filter(({ id }) => id === 'certificate-names')
    assert.deepEqual(
      found.map(({ severity, title }) => [severity, warned.every((name) => title.includes(name))]),
      warned.map(() => ['warning', true]),
    )
  })
}

test('the redirect of a site with TLS leads to https, though host_name says http; --url has the last word', async () => {
  const names = [nameOf('old.cloud', 'nginx', { scheme: 'http' })]
  const facts = factsOf([siteOf('s', { tls: true, names })], {
    nginx: await nginxOf({ '/etc/nginx/nginx.conf': BLOCK }),
  })
  for (const [url, expected] of [
    [null, 'https://new.domain'],
    ['http://new.domain:8080', 'http://new.domain:8080'],
  ]) {
    const wanted = requestOf('old.cloud', 'new.domain', { url: url ?? null })
    const planned = planNginx(facts, resolveNames(facts, wanted), wanted, certificateOf(['new.domain']), NOW)
    assert.equal(planned?.request.redirect?.toUrl, expected)
  }
})

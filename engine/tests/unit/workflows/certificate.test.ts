import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CertificateFacts } from '../../../src/services/certificates.ts'
import { resolveNames } from '../../../src/workflows/rename-domain/names.ts'
import { planCertificate } from '../../../src/workflows/rename-domain/plan-certificate.ts'
import type { RenameRequest } from '../../../src/workflows/rename-domain/request.ts'
import { factsOf, requestOf, siteOf } from './facts.ts'

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
  assert.deepEqual(choose(true, [certificateOf(['old.cloud']), own]).chosen, {
    certificate: '/certs/x.test.pem',
    key: '/certs/x.test.key',
  })
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
    chosen: { certificate: given.certificate, key: '/given.key' },
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

import type { BenchFacts, CertificateFacts } from '../../bench/bench-facts.ts'
import { CERTIFICATES_UNREADABLE } from '../../bench/certificates.ts'
import type { Finding } from '../../bench/finding.ts'
import { certificateCovers } from '../../services/certificates.ts'
import type { RenameNames } from './names.ts'
import type { RenameRequest } from './request.ts'

/**
 * A name that was served over TLS must have a certificate before it is renamed: the one given, or one on this machine that covers it.
 * Issuing comes later; without one the plan is refused. `chosen` has its key.
 */
export function planCertificate(
  facts: BenchFacts,
  names: RenameNames,
  request: RenameRequest,
  given: CertificateFacts | null,
  now: Date,
): { chosen: CertificateFacts | null; findings: Finding[] } {
  if (given) {
    if (given.problem === null && request.certificateKey !== null && certificateCovers(given, names.target, now)) {
      return { chosen: { ...given, key: request.certificateKey }, findings: [] }
    }
    return { chosen: null, findings: [unusable(given, names, request, now)] }
  }
  if (!names.site.tls) return { chosen: null, findings: [] }
  const covering = facts.certificates.find(
    (certificate) => certificate.key !== null && certificateCovers(certificate, names.target, now),
  )
  if (covering) return { chosen: covering, findings: [] }
  return { chosen: null, findings: [missing(facts, names)] }
}

/** The two paths, as they stand in configurations. */
export const pairOf = (facts: CertificateFacts | null): { certificate: string; key: string } | null =>
  facts === null || facts.key === null ? null : { certificate: facts.certificate, key: facts.key }

function missing(facts: BenchFacts, names: RenameNames): Finding {
  const hidden = [
    ...facts.findings.filter(({ id }) => id === CERTIFICATES_UNREADABLE).map(({ evidence }) => evidence),
    ...facts.certificates.flatMap(({ problem }) => (problem !== null && isUnreadable(problem) ? [problem] : [])),
  ]
  const looked = "looked at the site's and nginx's certificates and at /etc/letsencrypt/live"
  return {
    id: 'certificate-missing',
    severity: 'critical',
    title: `${names.source.host} is served over TLS, and no certificate on this machine ${hidden.length > 0 ? 'that could be read ' : ''}covers ${names.target}.`,
    evidence: [looked, ...hidden].join('; '),
    remedies: [
      ...(hidden.length > 0 ? [`If there is one already, have it read: ${withSudo(names)}`] : []),
      `Get one first, for instance: sudo certbot certonly --nginx -d ${names.target}`,
      'Then give it with --certificate FILE --certificate-key FILE.',
    ],
    subject: names.target,
  }
}

const isUnreadable = (problem: string): boolean => problem.includes('may not be read')

/** It goes on as the owner of the bench, and root reads certificates for it. */
const withSudo = (names: RenameNames): string =>
  `sudo frappe-migrator rename-domain --source ${names.source.host} --target ${names.target}, with the other switches as before`

function unusable(given: CertificateFacts, names: RenameNames, request: RenameRequest, now: Date): Finding {
  const { target } = names
  const reason =
    given.problem ??
    (request.certificateKey === null
      ? '--certificate-key is missing'
      : new Date(given.validTo) < now
        ? `it expired on ${given.validTo}`
        : `it covers ${given.names.join(', ')}`)
  return {
    id: 'certificate-unusable',
    severity: 'critical',
    title: `The certificate ${given.certificate} cannot serve ${target}.`,
    evidence: reason,
    remedies: [
      given.problem !== null && isUnreadable(given.problem)
        ? `Have it read with root's rights: ${withSudo(names)}`
        : `Give a certificate that covers ${target}, with its key.`,
    ],
    subject: given.certificate,
  }
}

import type { BenchFacts, CertificateFacts } from '../../bench/bench-facts.ts'
import type { Finding } from '../../bench/finding.ts'
import { certificateCovers } from '../../services/certificates.ts'
import type { RenameNames } from './names.ts'
import type { RenameRequest } from './request.ts'

export type ChosenCertificate = { certificate: string; key: string } | null

/**
 * A name that was served over TLS must have a certificate before it is renamed: the one given, or one on this machine that covers it.
 * Issuing comes later; without one the plan is refused.
 */
export function planCertificate(
  facts: BenchFacts,
  names: RenameNames,
  request: RenameRequest,
  given: CertificateFacts | null,
  now: Date,
): { chosen: ChosenCertificate; findings: Finding[] } {
  if (given) {
    if (given.problem === null && request.certificateKey !== null && certificateCovers(given, names.target, now)) {
      return { chosen: { certificate: given.certificate, key: request.certificateKey }, findings: [] }
    }
    return { chosen: null, findings: [unusable(given, names.target, request, now)] }
  }
  if (!names.site.tls) return { chosen: null, findings: [] }
  const covering = facts.certificates.find(
    (certificate) => certificate.key !== null && certificateCovers(certificate, names.target, now),
  )
  if (covering && covering.key !== null)
    return { chosen: { certificate: covering.certificate, key: covering.key }, findings: [] }
  return { chosen: null, findings: [missing(names)] }
}

function missing(names: RenameNames): Finding {
  return {
    id: 'certificate-missing',
    severity: 'critical',
    title: `${names.source.host} is served over TLS, and no certificate on this machine covers ${names.target}.`,
    evidence: "looked at the site's and nginx's certificates and at /etc/letsencrypt/live",
    remedies: [
      `Get one first, for instance: sudo certbot certonly --nginx -d ${names.target}`,
      'Then give it with --certificate FILE --certificate-key FILE.',
    ],
    subject: names.target,
  }
}

function unusable(given: CertificateFacts, target: string, request: RenameRequest, now: Date): Finding {
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
    remedies: [`Give a certificate that covers ${target}, with its key.`],
    subject: given.certificate,
  }
}

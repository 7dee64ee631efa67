import type { Host } from '../host/host.ts'
import { inspectCertificate } from '../services/certificates.ts'
import type { NginxFacts } from '../services/nginx/nginx-facts.ts'
import { listDirectory } from '../services/text-file.ts'
import type { CertificateFacts, SiteFacts } from './bench-facts.ts'
import type { Finding } from './finding.ts'
import { unreadableFinding } from './machine-files.ts'
import { wildcardOf } from './names.ts'
import type { Reading } from './reading.ts'
import { configuredCertificates } from './site-tls.ts'

function findingFor(facts: CertificateFacts, sites: string[], now: Date): Finding[] {
  const subject = facts.certificate
  const of = sites.length > 0 ? ` of ${sites.join(', ')}` : ''
  if (facts.problem !== null) {
    const hidden = facts.problem.includes('may not be read')
    return [
      {
        id: hidden ? 'certificate-unreadable' : 'certificate-unusable',
        severity: hidden ? 'information' : 'warning',
        title: hidden
          ? `The certificate${of} may not be read by this user, so it was not checked.`
          : `The certificate${of} cannot be used; nginx refuses to start or reload for all sites with it.`,
        evidence: facts.problem,
        remedies: hidden
          ? ['Run it with sudo (it goes on as the owner of the bench) to have the certificate read.']
          : ['Put the files back, or take the keys out of the configuration.'],
        subject,
      },
    ]
  }
  if (now <= new Date(facts.validTo)) return []
  return [
    {
      id: 'certificate-expired',
      severity: 'warning',
      title: `The certificate${of} has expired.`,
      evidence: `${subject}: valid to ${facts.validTo}`,
      remedies: ['Renew it: sudo certbot renew'],
      subject,
    },
  ]
}

/** What certbot keeps: listed with root's rights where that is possible, as the directory is root's alone. */
async function letsencryptPairs(host: Host, live: string): Promise<Reading<{ certificate: string; key: string }[]>> {
  const { names, unreadable } = await listDirectory(host, live, { privileged: true })
  return {
    value: names
      .filter((name) => name !== 'README')
      .map((name) => ({ certificate: `${live}/${name}/fullchain.pem`, key: `${live}/${name}/privkey.pem` })),
    findings: unreadable.map((place) => unreadableFinding(CERTIFICATES_UNREADABLE, place)),
  }
}

/** The directory of the certificates could not be looked into. */
export const CERTIFICATES_UNREADABLE = 'certificates-unreadable'

/** Every certificate the sites, nginx or Let's Encrypt's directory name; findings only for those that serve a site of this bench. */
export async function readCertificates(
  host: Host,
  sites: SiteFacts[],
  commonConfig: Record<string, unknown> | null,
  nginx: NginxFacts | null,
  letsencryptLive: string,
  now: Date,
): Promise<Reading<CertificateFacts[]>> {
  const wanted = new Map<string, { key: string | null; sites: Set<string>; used: boolean }>()
  const want = (certificate: string, key: string | null, site: string | null) => {
    const known = wanted.get(certificate) ?? { key, sites: new Set<string>(), used: false }
    known.key ??= key
    if (site !== null) known.sites.add(site)
    known.used ||= site !== null
    wanted.set(certificate, known)
  }
  for (const site of sites) {
    if (site.certificate !== null) want(site.certificate.certificate, site.certificate.key, site.name)
    for (const { certificate, key } of configuredCertificates(site.names, site.config.value, commonConfig)) {
      want(certificate, key, site.name)
    }
  }
  for (const server of nginx?.servers ?? []) {
    if (server.certificate !== null && !server.certificate.value.includes('$')) {
      want(server.certificate.value, server.certificateKey?.value ?? null, null)
    }
  }
  // It covers names that no site has yet.
  const wildcard = wildcardOf(commonConfig)
  if (wildcard?.certificate) want(wildcard.certificate, wildcard.key, null)
  const kept = await letsencryptPairs(host, letsencryptLive)
  for (const { certificate, key } of kept.value) want(certificate, key, null)
  const read = await Promise.all(
    [...wanted].map(async ([certificate, { key, sites: users, used }]) => {
      const facts = await inspectCertificate(host, certificate, key)
      return { facts, findings: used ? findingFor(facts, [...users], now) : [] }
    }),
  )
  return {
    value: read.map(({ facts }) => facts),
    findings: [...kept.findings, ...read.flatMap(({ findings }) => findings)],
  }
}

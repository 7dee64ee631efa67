import { certificateCovers } from '../../services/certificates.ts'
import { benchCheck, type Found } from './analysis-check.ts'
import { serversOfBench } from './nginx-of-bench.ts'

const DAY = 86_400_000
/** What renews itself does so a month before; later than this nobody did. */
const SOON_DAYS = 14

const finds = {
  'certificate-missing':
    'a certificate or key file that nginx is to serve does not exist: nginx does not start or reload, for no site',
  'certificate-key-mismatch': 'the private key belongs to another certificate',
  'certificate-name-mismatch': 'a certificate does not cover a name it is served for: browsers refuse',
  'certificate-expired': 'a certificate in use has expired',
  'certificate-expires-soon': 'predicted: a certificate expires within two weeks and was not renewed',
}
type Id = keyof typeof finds

/** Certificates of the bench's sites: there, fitting their key and names, and for how long. */
export const certificates = benchCheck({
  id: 'certificates',
  title: 'Certificates cover their names and last',
  area: 'certificates',
  replaces: ['certificate-unusable'],
  finds,
  run: async ({ facts, now, benchPaths }) => {
    const found: Found<Id>[] = []
    const servers = serversOfBench(facts.nginx, benchPaths)
    const used = new Map<string, Set<string>>()
    const uses = (certificate: string, names: string[]) => {
      used.set(certificate, new Set([...(used.get(certificate) ?? []), ...names]))
    }
    for (const site of facts.sites) if (site.certificate !== null) uses(site.certificate.certificate, [])
    for (const { certificate, names } of servers) {
      if (certificate !== null)
        uses(
          certificate.value,
          names.map(({ value }) => value).filter((name) => name !== '_' && !/^~|[*$]/.test(name)),
        )
    }
    for (const one of facts.certificates) {
      const names = used.get(one.certificate)
      if (names === undefined) continue
      const subject = one.certificate
      if (one.problem?.endsWith('does not exist')) {
        found.push({
          ...{ id: 'certificate-missing', severity: 'critical', subject, evidence: one.problem },
          title: `nginx is to serve a certificate that is not there: ${one.certificate}.`,
          cause: 'It was deleted, never issued, or its path changed. nginx refuses to start or reload for all sites.',
          remedies: [
            'sudo certbot certonly --nginx -d <name>, or put the files back',
            'Or take ssl_certificate and ssl_certificate_key out of the site’s configuration: bench setup nginx',
          ],
        })
        continue
      }
      if (one.keyMatches === false) {
        found.push({
          ...{ id: 'certificate-key-mismatch', severity: 'critical', subject, evidence: one.problem ?? `${one.key}` },
          title: `The private key does not belong to the certificate ${one.certificate}.`,
          remedies: ['Name the key that was made with it (ssl_certificate_key), or issue the certificate again.'],
        })
      }
      if (one.problem !== null) continue
      const days = Math.floor((new Date(one.validTo).getTime() - now.getTime()) / DAY)
      // The survey tells of the one that a site's own block has; any other block of the bench may carry one, too.
      if (
        days < 0 &&
        !facts.findings.some((other) => other.id === 'certificate-expired' && other.subject === subject)
      ) {
        found.push({
          ...{ id: 'certificate-expired', severity: 'warning', subject },
          title: `The certificate of ${[...one.names].slice(0, 3).join(', ')} has expired.`,
          evidence: `${subject}: valid to ${one.validTo}`,
          remedies: ['sudo certbot renew --dry-run shows why it was not renewed; then sudo certbot renew'],
        })
      }
      if (days >= 0 && days < SOON_DAYS) {
        found.push({
          ...{
            id: 'certificate-expires-soon',
            severity: 'warning',
            subject,
            evidence: `${subject}: valid to ${one.validTo}`,
          },
          title: `The certificate of ${[...one.names].slice(0, 3).join(', ')} expires in ${days} days.`,
          cause: 'What renews itself does so a month before: the renewal fails.',
          predicted: { basis: 'the date in the certificate' },
          remedies: ['sudo certbot renew --dry-run shows why; then sudo certbot renew'],
        })
      }
      const uncovered = [...names].filter((name) => !certificateCovers(one, name, new Date(one.validFrom)))
      if (uncovered.length > 0) {
        found.push({
          ...{
            id: 'certificate-name-mismatch',
            severity: 'warning',
            subject,
            evidence: `${subject}: ${one.names.join(', ')}`,
          },
          title: `The certificate does not cover ${uncovered.join(', ')}: browsers refuse.`,
          cause: 'The site was renamed, or a name was added without a new certificate.',
          remedies: [`sudo certbot certonly --nginx ${[...names].map((name) => `-d ${name}`).join(' ')}`],
        })
      }
    }
    return found
  },
})

import type { CertificateFacts } from '../../bench/bench-facts.ts'
import type { Finding } from '../../bench/finding.ts'
import { certificateCovers } from '../../services/certificates.ts'
import type { NginxEditPlan } from '../../services/nginx/nginx-facts.ts'
import type { ForwardWay } from './forward-way.ts'
import type { VisitorsInput } from './visitors.ts'

interface Told extends VisitorsInput {
  names: string[]
  certificate: CertificateFacts | null
  served: NginxEditPlan | null
  forwarded: NginxEditPlan | null
  searched: { way: ForwardWay | null; tried: string[] } | null
}

type Draft = Omit<Finding, 'subject'>

/** What stands in the visitors' way, and what they will notice. Pure. */
export function visitorFindings(told: Told): Finding[] {
  const drafts = [...atTarget(told), ...withTls(told), ...onTheWay(told)]
  return [
    ...drafts.map((draft) => ({ ...draft, subject: told.name })),
    ...(told.served === null ? [] : fromNginx(told.served, 'target')),
    ...(told.forwarded === null ? [] : fromNginx(told.forwarded, 'source')),
  ]
}

function atTarget({ target, served, names }: Told): Draft[] {
  if (served !== null) return []
  const evidence = `no nginx configuration was found at the target; ${target.facts.servedBy === 'none' ? 'nothing serves its bench' : `its bench is served by ${target.facts.servedBy}`}`
  return [
    {
      id: 'target-without-nginx',
      severity: 'warning',
      title: `No nginx serves the bench at the target: ${names.join(', ')} will be served by the bench's own web server alone.`,
      evidence,
      remedies: ['For production: sudo bench setup production USER, on the target, before the transfer.'],
    },
  ]
}

function withTls({ source, target, served, certificate, names, forward, now }: Told): Draft[] {
  if (served === null) return []
  const uncovered = certificate === null ? [] : names.filter((name) => !certificateCovers(certificate, name, now))
  if (uncovered.length > 0)
    return [
      {
        id: 'certificate-names',
        severity: 'warning',
        title: `The certificate at the target does not cover ${uncovered.join(', ')}.`,
        evidence: `${certificate?.certificate} covers ${certificate?.names.join(', ')}`,
        remedies: ['Have one issued for all names, then: bench setup add-domain, or a block of its own in nginx.'],
      },
    ]
  if (certificate !== null || !source.site.tls) return []
  const later = `sudo certbot --nginx -d ${names.join(' -d ')}`
  const handedOn = forward && source.facts.nginx !== null
  return [
    {
      id: 'target-without-certificate',
      severity: 'warning',
      title: `The source serves ${names[0]} over TLS, and no certificate at the target covers it: the target will serve it by http alone.`,
      evidence: `looked at ${target.facts.certificates.length} certificates of the target (nginx, sites, /etc/letsencrypt/live)`,
      remedies: [
        'Copy certificate and key from the source first (rsync -a /etc/letsencrypt/ as root), and plan again; or',
        handedOn
          ? `let the source keep TLS for visitors until DNS has moved, and get one on the target then, or at once, since the proof is handed on: ${later}`
          : `get one on the target once DNS has moved: ${later}`,
      ],
    },
  ]
}

const WITHOUT = 'Go without: --no-forward. Visitors see the maintenance page until DNS has moved.'

function onTheWay({ source, forward, searched, served, certificate }: Told): Draft[] {
  if (!forward || served === null) return []
  if (source.facts.nginx === null)
    return [
      {
        id: 'source-without-nginx',
        severity: 'warning',
        title: 'No nginx stands before the source: it cannot hand its visitors on.',
        evidence: 'no nginx configuration was found at the source',
        remedies: ['Move DNS right after the switch; whoever still comes to the source sees the maintenance page.'],
      },
    ]
  if (searched === null || searched.way?.authorities) return []
  if (searched.way === null)
    return [
      {
        id: 'forward-unreachable',
        severity: 'critical',
        title: 'The source does not reach the web server of the target, so it could not hand visitors on.',
        evidence: searched.tried.join('; ') || 'the target has no address that the source has not too',
        remedies: [
          'Open the port for the address of the source in the firewall of the target, then plan again.',
          WITHOUT,
        ],
      },
    ]
  const { address, port } = searched.way
  return [
    {
      id: 'forward-unencrypted',
      severity: 'warning',
      title: 'Between the two servers, visitors are handed on unencrypted until DNS has moved.',
      evidence:
        certificate === null
          ? `http://${address}:${port}; no certificate at the target covers the site`
          : `http://${address}:${port}; the authorities at the source do not vouch for ${certificate.certificate}`,
      remedies: ['Put a certificate for the site on the target first, and plan again.', WITHOUT],
    },
  ]
}

/** What the edit of a file met. */
function fromNginx({ problems, notes }: NginxEditPlan, place: 'source' | 'target'): Finding[] {
  const where = (file: string, line: number | null) => `${place}: ${file}${line === null ? '' : `:${line}`}`
  return [
    ...problems.map(
      ({ file, line, problem, hint }): Finding => ({
        id: 'nginx-cannot-be-edited',
        severity: 'critical',
        title: problem,
        evidence: where(file, line),
        remedies: [hint],
        subject: file,
      }),
    ),
    ...notes.map(
      ({ file, line, note }): Finding => ({
        id: 'nginx-note',
        severity: 'information',
        title: note,
        evidence: where(file, line),
        remedies: [],
        subject: file,
      }),
    ),
  ]
}

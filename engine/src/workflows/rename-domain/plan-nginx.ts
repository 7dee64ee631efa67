import type { BenchFacts, CertificateFacts } from '../../bench/bench-facts.ts'
import type { Finding } from '../../bench/finding.ts'
import { sha256Of } from '../../host/value-digest.ts'
import { certificateCovers } from '../../services/certificates.ts'
import type { NginxEditPlan, NginxRenameRequest } from '../../services/nginx/nginx-facts.ts'
import { planNginxRename } from '../../services/nginx/plan-rename.ts'
import type { RenameNames } from './names.ts'
import { pairOf } from './plan-certificate.ts'
import type { RenameRequest } from './request.ts'

export interface NginxPlan {
  request: NginxRenameRequest
  plan: NginxEditPlan
  files: { path: string; before: string | null; after: string }[]
  findings: Finding[]
  redirects: boolean
}

/** What nginx's files say of the site and what they shall say; null where nginx does not serve it. */
export function planNginx(
  facts: BenchFacts,
  names: RenameNames,
  request: RenameRequest,
  certificate: CertificateFacts | null,
  now: Date,
): NginxPlan | null {
  const { nginx } = facts
  // The name's blocks were edited by the rename before this one; what names the old one now is its redirect.
  if (!nginx || names.again) return null
  const served = names.site.names.some((name) => name.sources.some((source) => source.from === 'nginx'))
  const servedByNginx = (host: string) =>
    names.site.names.some((name) => name.host === host && name.sources.some((source) => source.from === 'nginx'))
  const oldNames = [names.source, ...names.hosts.map(({ from, fromPort }) => ({ host: from, port: fromPort ?? null }))]
  const [first, ...also] = new Set(
    oldNames
      // This machine may call itself by a common name: nobody is sent away from it.
      .filter(({ host, port }) => port === null && host !== names.ambiguous && servedByNginx(host))
      .map(({ host }) => host),
  )
  const port = names.url?.port ?? null
  const wanted: NginxRenameRequest = {
    hosts: [names.source.host, ...names.hosts.map((rule) => rule.from)]
      .filter((host, index, all) => all.indexOf(host) === index)
      .map((from) => ({ from, to: names.target })),
    directory: names.directory,
    sitesPath: `${facts.path}/sites`,
    siteNames: [...new Set([names.site.name, ...names.site.names.map((name) => name.host)])],
    webPorts: facts.ports.filter(({ purpose }) => WEB_PORTS.has(purpose)).map(({ port }) => port),
    ...(names.ambiguous === null ? {} : { commonName: names.ambiguous }),
    certificate: pairOf(certificate),
    redirect:
      request.redirect && first !== undefined
        ? {
            from: first,
            ...(also.length > 0 ? { also } : {}),
            // Who came over TLS is not sent to plain http, whatever scheme host_name has.
            toUrl: `${names.url === null && names.site.tls ? 'https' : names.scheme}://${names.target}${port === null ? '' : `:${port}`}`,
            status: 307,
            tls: names.site.certificate,
          }
        : null,
  }
  const plan = planNginxRename(nginx, wanted)
  // A block for any name may still carry the directory's name in a header or a path.
  if (!served && plan.edits.length === 0) return null
  return {
    request: wanted,
    plan,
    files: plan.edits.map((edit) => ({
      path: edit.path,
      before: edit.before === null ? null : sha256Of(edit.before),
      after: sha256Of(edit.after),
    })),
    findings: [...problemsOf(plan), ...uncoveredNames(plan, certificate, now), ...notesOf(plan)],
    redirects: wanted.redirect !== null,
  }
}

const WEB_PORTS = new Set(['webserver_port', 'socketio_port'])

const where = (file: string, line: number | null): string => (line === null ? file : `${file}:${line}`)

function problemsOf(plan: NginxEditPlan): Finding[] {
  return plan.problems.map(({ file, line, problem, hint }) => ({
    id: 'nginx-cannot-be-edited',
    severity: 'critical',
    title: problem,
    evidence: where(file, line),
    remedies: [hint],
    subject: file,
  }))
}

/** Visitors of a name that stays in the block would be warned by their browsers. */
function uncoveredNames(plan: NginxEditPlan, certificate: CertificateFacts | null, now: Date): Finding[] {
  return plan.recertified.flatMap(({ file, line, names }) => {
    const uncovered = names.filter((name) => certificate !== null && !certificateCovers(certificate, name, now))
    if (uncovered.length === 0) return []
    return [
      {
        id: 'certificate-names',
        severity: 'warning' as const,
        title: `The certificate for the new name does not cover ${uncovered.join(', ')}, which the same nginx block serves.`,
        evidence: `${where(file, line)}; ${certificate?.certificate} covers ${certificate?.names.join(', ')}`,
        remedies: [
          `Have the certificate issued for ${uncovered.join(', ')} too, or give these names a block and a certificate of their own.`,
        ],
        subject: file,
      },
    ]
  })
}

function notesOf(plan: NginxEditPlan): Finding[] {
  return plan.notes.map(({ file, line, note }) => ({
    id: 'nginx-note',
    severity: 'information',
    title: note,
    evidence: where(file, line),
    remedies: [],
    subject: file,
  }))
}

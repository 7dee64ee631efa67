import type { Draft } from './draft.ts'
import type { NginxRenameRequest, NginxServer } from './nginx-facts.ts'
import { lower, type SiteServer } from './site-servers.ts'

/** The certificate of the TLS blocks that get the new name. */
export function planCertificate(
  request: NginxRenameRequest,
  servers: SiteServer[],
  removed: Set<NginxServer>,
  draft: Draft,
): void {
  const { certificate } = request
  if (!certificate) return
  const renamed = new Set(request.hosts.map(({ from }) => lower(from)))
  for (const { server, exclusive } of servers) {
    const carries = server.names.some((name) => renamed.has(lower(name.value)))
    if (removed.has(server) || !carries || !server.listens.some((listen) => listen.tls)) continue
    const { certificate: present, certificateKey: presentKey } = server
    if (!present || !presentKey) {
      const hint = 'Write `ssl_certificate` and `ssl_certificate_key` into the block itself, then try again.'
      draft.problem(server.file, server, 'This TLS block takes its certificate from elsewhere.', hint)
      continue
    }
    if (present.value === certificate.certificate && presentKey.value === certificate.key) continue
    const others = server.names.filter((name) => !renamed.has(lower(name.value))).map((name) => name.value)
    if (!exclusive || present.file !== undefined || presentKey.file !== undefined) {
      draft.problem(
        server.file,
        present.file === undefined ? present : server,
        `The certificate would change for other names too (${others.join(', ') || 'whoever includes the same file'}).`,
        'Give the site a TLS block of its own, or use a certificate that is named here and covers the new name.',
      )
      continue
    }
    draft.setWord(server.file, present, certificate.certificate, 'ssl_certificate')
    draft.setWord(server.file, presentKey, certificate.key, 'ssl_certificate_key')
    if (others.length > 0) draft.recertify(server.file, present, others)
  }
}

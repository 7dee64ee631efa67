import type { NginxServer } from '../services/nginx/nginx-facts.ts'
import type { SiteFacts, SiteName } from './bench-facts.ts'
import { textAt } from './config-keys.ts'
import { canonicalHost } from './host-name.ts'
import { domainsOf, wildcardOf } from './names.ts'

type Config = Record<string, unknown> | null
type Pair = { certificate: string; key: string }

const pair = (certificate: string | null, key: string | null): Pair[] =>
  certificate !== null && key !== null ? [{ certificate, key }] : []

/** Certificates the configuration names for a site: its own, its domains', the bench's wildcard when it fits one of the names. */
export function configuredCertificates(names: SiteName[], config: Config, common: Config): Pair[] {
  const wildcard = wildcardOf(common)
  return [
    ...pair(textAt(config, 'ssl_certificate'), textAt(config, 'ssl_certificate_key')),
    ...domainsOf(config).flatMap(({ certificate, key }) => pair(certificate, key)),
    ...(wildcard !== null && names.some(({ host }) => wildcard.matches(host))
      ? pair(wildcard.certificate, wildcard.key)
      : []),
  ]
}

/** Whether a site is served over TLS, and with what: nginx tells what is served now, the configuration what bench would write next. */
export function tlsOfSite(
  names: SiteName[],
  tlsServers: NginxServer[],
  config: Config,
  common: Config,
): Pick<SiteFacts, 'tls' | 'certificate'> {
  const publicHost = names.find(({ sources }) => sources.some(({ from }) => from === 'host_name')) ?? names[0]
  const forPublicHost = tlsServers.filter((server) =>
    server.names.some(
      ({ value }) => publicHost !== undefined && canonicalHost(value) === canonicalHost(publicHost.host),
    ),
  )
  const served = [...forPublicHost, ...tlsServers].flatMap((server) =>
    pair(server.certificate?.value ?? null, server.certificateKey?.value ?? null),
  )
  const configured = configuredCertificates(names, config, common)
  return { tls: tlsServers.length > 0 || configured.length > 0, certificate: served[0] ?? configured[0] ?? null }
}

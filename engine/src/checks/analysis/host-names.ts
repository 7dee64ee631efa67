import { textAt } from '../../bench/config-keys.ts'
import { canonicalHost, parseWrittenHost } from '../../bench/host-name.ts'
import { type Found, siteCheck } from './analysis-check.ts'

const OWN = /^(?:localhost|127(?:\.\d+){3}|\[?::1\]?|\d+(?:\.\d+){3})$/

const finds = {
  'host-name-without-scheme': 'host_name has no http:// or https://: links become http://',
  'host-name-invalid': 'host_name is no address',
  'host-name-not-served': 'host_name is a name that does not lead to the site (an old name): links in mails are dead',
  'host-name-leads-to-other-site': 'host_name is a name that leads to another site',
  'host-name-http-behind-tls': 'host_name says http:// although the site is served over TLS',
}
type Id = keyof typeof finds

/**
 * The three names of a site agree: its directory, where the proxy leads its hosts, and its `host_name`, which every link in mails and
 * pages is made of (frappe/utils/data.py get_url).
 */
export const hostNames = siteCheck({
  id: 'host-names',
  title: 'The site’s own address leads to it',
  area: 'configuration',
  light: true,
  finds,
  run: async ({ facts }, site) => {
    const own = site.config.value
    const key = textAt(own, 'host_name') === null ? 'hostname' : 'host_name'
    const written = textAt(own, key)
    if (written === null) return []
    const evidence = `${site.config.path}: "${key}": "${written}"`
    const set = (url: string) => `bench --site ${site.name} set-config ${key} ${url}`
    const finding = (
      id: Id,
      severity: Found['severity'],
      title: string,
      cause: string,
      remedies: string[],
      more = '',
    ): Found<Id> => ({
      ...{ id, severity, title, cause, remedies, evidence: `${evidence}${more}`, subject: site.name },
    })
    const parsed = parseWrittenHost(written)
    if (parsed === null)
      return [
        finding('host-name-invalid', 'critical', `The host_name of ${site.name} is no address.`, 'A typing error.', [
          set(`https://${site.name}`),
        ]),
      ]
    const found: Found<Id>[] = []
    const scheme = site.tls ? 'https' : 'http'
    if (parsed.scheme === null) {
      found.push(
        finding(
          'host-name-without-scheme',
          'warning',
          `The host_name of ${site.name} has no http:// or https://.`,
          'Frappe puts http:// before it, and perhaps a port behind.',
          [set(`${scheme}://${written}`)],
        ),
      )
    } else if (parsed.scheme === 'http' && site.tls) {
      found.push(
        finding(
          'host-name-http-behind-tls',
          'information',
          `Links of ${site.name} begin with http:// although it is served over TLS.`,
          'It was set before there was a certificate.',
          [set(written.replace(/^http:/i, 'https:'))],
        ),
      )
    }
    const other = facts.sites.find(
      (one) =>
        one !== site &&
        one.linkTarget !== site.path &&
        one.names.some(
          ({ host, sources }) =>
            canonicalHost(host) === parsed.host && sources.some(({ from }) => from === 'nginx' || from === 'directory'),
        ),
    )
    const leads = (host: string) =>
      site.names.some(
        (name) =>
          canonicalHost(name.host) === host &&
          name.sources.some(({ from }) => from !== 'host_name' && from !== 'hosts-file' && from !== 'wildcard'),
      )
    if (other !== undefined && !leads(parsed.host)) {
      found.push(
        finding(
          'host-name-leads-to-other-site',
          'critical',
          `The host_name of ${site.name} leads to the site ${other.name}.`,
          'A copied configuration, or a rename that was not finished.',
          [set(`${scheme}://${site.name}`)],
        ),
      )
    } else if (!leads(parsed.host) && !OWN.test(parsed.host)) {
      const proxied =
        facts.nginx !== null && site.names.some(({ sources }) => sources.some(({ from }) => from === 'nginx'))
      const known = site.names.filter(({ host }) => leads(canonicalHost(host))).map(({ host }) => host)
      found.push(
        finding(
          'host-name-not-served',
          proxied ? 'warning' : 'information',
          `The host_name of ${site.name} is ${parsed.host}, which does not lead to this site.`,
          'The site was renamed and its host_name was not, or another machine stands before this one.',
          [set(`${scheme}://${known[0] ?? site.name}`)],
          `; names that lead to it: ${known.join(', ')}`,
        ),
      )
    }
    return found
  },
})

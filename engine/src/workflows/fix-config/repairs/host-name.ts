import type { SiteFacts } from '../../../bench/bench-facts.ts'
import { textAt } from '../../../bench/config-keys.ts'
import { canonicalHost } from '../../../bench/host-name.ts'
import { type Repair, type RepairPlan, siteOf } from '../repair.ts'
import { setConfig, setKeys } from '../steps.ts'

const keyOf = (site: SiteFacts): string => (textAt(site.config.value, 'host_name') === null ? 'hostname' : 'host_name')

function withUrl(site: SiteFacts, url: string): RepairPlan {
  const key = keyOf(site)
  return {
    steps: [setKeys(site.config.path, { [key]: url }, `Set ${key} of ${site.name} to ${url}`)],
    commands: [setConfig(site.name, key, url)],
  }
}

/** Names that lead to the site by a proxy or by its directory, the proxy's first; not by its own host_name. */
function servedNames(site: SiteFacts): string[] {
  const from = (source: string) =>
    site.names.filter(({ sources }) => sources.some((one) => one.from === source)).map(({ host }) => host)
  return [...new Set([...from('nginx'), ...from('domains'), canonicalHost(site.name)])]
}

/** The address of which every link in mails and pages is made. */
export const hostName: Repair = {
  id: 'host-name',
  findings: [
    'host-name-without-scheme',
    'host-name-invalid',
    'host-name-not-served',
    'host-name-leads-to-other-site',
    'host-name-http-behind-tls',
  ],
  cause: 'stale_host',
  remedies: [
    {
      ...{ id: 'add-scheme', risk: 'low', prior: { worked: 18, failed: 0 } },
      describe: 'Put the scheme before host_name by which the site is served',
      plan: ({ facts }, finding) => {
        const site = siteOf(facts, finding)
        if (site === undefined || finding.id !== 'host-name-without-scheme') return null
        const written = textAt(site.config.value, keyOf(site)) ?? ''
        return withUrl(site, `${site.tls ? 'https' : 'http'}://${written}`)
      },
    },
    {
      ...{ id: 'https', risk: 'low', prior: { worked: 9, failed: 1 } },
      describe: 'Let host_name say https://, by which the site is served',
      plan: ({ facts }, finding) => {
        const site = siteOf(facts, finding)
        if (site === undefined || finding.id !== 'host-name-http-behind-tls') return null
        return withUrl(site, (textAt(site.config.value, keyOf(site)) ?? '').replace(/^http:/i, 'https:'))
      },
    },
    {
      ...{ id: 'served-name', risk: 'medium', prior: { worked: 8, failed: 2 } },
      describe: 'Set host_name to the one name that leads to the site',
      plan: ({ facts }, finding) => {
        const site = siteOf(facts, finding)
        if (site === undefined || /scheme|http-behind/.test(finding.id)) return null
        const [name, ...more] = servedNames(site)
        // Which of several names links shall carry is for somebody to say.
        return name === undefined || (more.length > 0 && name !== canonicalHost(site.name))
          ? null
          : withUrl(site, `${site.tls ? 'https' : 'http'}://${name}`)
      },
    },
  ],
}

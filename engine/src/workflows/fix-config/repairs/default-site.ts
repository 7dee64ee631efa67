import type { Repair } from '../repair.ts'
import { setAside, setKeys, writeText } from '../steps.ts'

/** A default site that is gone: the only one there is takes its place, else none does. */
export const defaultSite: Repair = {
  id: 'default-site',
  findings: ['default-site-missing', 'currentsite-stale'],
  cause: 'site_misconfiguration',
  remedies: [
    {
      ...{ id: 'existing', risk: 'low', prior: { worked: 18, failed: 0 } },
      describe: 'Name the only site of the bench, or none where there are several',
      plan: ({ facts }, finding) => {
        const [only, ...more] = facts.sites.filter(({ linkTarget }) => linkTarget === null)
        const site = more.length === 0 ? only?.name : undefined
        const commands = [site === undefined ? 'bench use <site>' : `bench use ${site}`]
        if (finding.id === 'default-site-missing')
          return {
            steps: [setKeys(finding.subject, { default_site: site }, `Let default_site name ${site ?? 'no site'}`)],
            commands,
          }
        return {
          steps: [
            site === undefined
              ? setAside(finding.subject)
              : writeText(finding.subject, site, `Let currentsite.txt name ${site}`),
          ],
          commands,
        }
      },
    },
  ],
}

import { shellWord } from '../../../host/shell-word.ts'
import { type Repair, siteOf } from '../repair.ts'

/** A site directory with capital letters, which no browser asks for. */
export const siteCapitals: Repair = {
  id: 'site-capitals',
  findings: ['site-name-has-capitals'],
  cause: 'dns_site_name_unknown',
  remedies: [
    {
      ...{ id: 'lower-case', risk: 'medium', prior: { worked: 9, failed: 1 } },
      describe: 'Rename the directory to lower-case letters',
      plan: async ({ facts, host }, finding) => {
        const site = siteOf(facts, finding)
        const to = `${facts.path}/sites/${site?.name.toLowerCase()}`
        if (site === undefined || site.linkTarget !== null || (await host.status(to)) !== null) return null
        return {
          steps: [{ kind: 'move-directory', params: { from: site.path, to } }],
          commands: [`mv ${shellWord(site.path)} ${shellWord(to)}`],
        }
      },
    },
  ],
}

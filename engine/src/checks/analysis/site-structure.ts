import { canonicalHost } from '../../bench/host-name.ts'
import { type Found, siteCheck } from './analysis-check.ts'

const PARTS = ['public/files', 'private/files', 'logs', 'locks']

const finds = {
  'site-directory-incomplete': 'directories that Frappe writes into are missing in a site',
  'site-name-has-capitals': 'a site directory has capital letters, which no browser sends: the site is not found',
  'site-files-of-other-owner': 'files at the top of a site belong to another user than the bench',
}
type Id = keyof typeof finds

/** Whether a site's directory has what Frappe expects in it, under a name that a browser can ask for. */
export const siteStructure = siteCheck({
  id: 'site-structure',
  title: 'The site’s directory is whole',
  area: 'directory_structure',
  light: true,
  finds,
  run: async ({ facts, host }, site) => {
    const found: Found<Id>[] = []
    const looked = await Promise.all(
      PARTS.map(async (part) =>
        (await host.realPath(`${site.path}/${part}`).catch(() => null)) === null ? part : null,
      ),
    )
    const missing = looked.filter((part) => part !== null)
    if (missing.length > 0) {
      found.push({
        ...{
          id: 'site-directory-incomplete',
          severity: missing.includes('logs') ? 'warning' : 'information',
          subject: site.name,
        },
        title: `The site ${site.name} lacks ${missing.join(', ')}.`,
        evidence: missing.map((part) => `${site.path}/${part}: no such directory`).join('; '),
        cause: 'A copy without empty directories (git, rsync filters, an incomplete restore).',
        remedies: [`cd ${site.path} && mkdir -p ${missing.join(' ')}`],
      })
    }
    const reached = site.names.some(({ sources }) => sources.some(({ from }) => from === 'nginx'))
    if (site.name !== canonicalHost(site.name) && /[A-Z]/.test(site.name) && !reached) {
      const lower = site.name.toLowerCase()
      found.push({
        ...{ id: 'site-name-has-capitals', severity: 'warning', subject: site.name },
        title: `The directory ${site.name} has capital letters; browsers ask for ${lower}.`,
        evidence: `${site.path}; no nginx block leads there`,
        cause: 'Frappe compares the Host header with the directory names letter by letter.',
        remedies: [`mv ${site.path} ${facts.path}/sites/${lower}, then bench setup nginx`],
      })
    }
    const names = await host.list(site.path).catch(() => [])
    const statuses = await Promise.all(
      names.map(async (name) => ({ name, status: await host.status(`${site.path}/${name}`).catch(() => null) })),
    )
    const foreign = statuses.filter(
      ({ status }) => status !== null && status.kind !== 'symlink' && status.userId !== site.ownerId,
    )
    if (foreign.length > 0) {
      found.push({
        ...{ id: 'site-files-of-other-owner', severity: 'warning', subject: site.name },
        title: `Parts of ${site.name} belong to another user than the site.`,
        evidence: foreign
          .slice(0, 5)
          .map(({ name, status }) => `${site.path}/${name}: user id ${status?.userId}`)
          .join('; '),
        cause: 'A command was run as another user (sudo bench, tar as root).',
        remedies: [`sudo chown -R ${facts.ownerName} ${site.path}`],
      })
    }
    return found
  },
})

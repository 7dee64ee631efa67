import { normalize } from 'node:path'
import type { SiteFacts } from '../../bench/bench-facts.ts'
import { type AnalysisContext, type Found, siteCheck } from './analysis-check.ts'
import { findUser, firstClosed, may } from './file-access.ts'

const SAMPLE = 200

const finds = {
  'private-files-unreadable': "the bench's own user may not read private files",
  'files-missing': 'files that the site has records of are not on the disk',
  'files-unwritable': "the bench's own user may not write into the files of a site: uploads fail",
}
type Id = keyof typeof finds

/** Whether the files of a site are there, and open to the bench's own user. */
export const siteFiles = siteCheck({
  id: 'site-files',
  title: 'The site’s files are in their place and can be read',
  area: 'files',
  finds,
  run: async (context, site) => {
    const { facts, host } = context
    const owner = await findUser(host, facts.ownerId)
    if (owner === null) return []
    const found: Found<Id>[] = []
    const repair = `sudo chown -R ${facts.ownerName} ${site.path}/private ${site.path}/public && chmod -R u+rwX ${site.path}/private ${site.path}/public`
    const closed: string[] = []
    for (const folder of ['private/files', 'public/files']) {
      const path = `${site.path}/${folder}`
      const status = await host.status(path).catch(() => null)
      if (status === null) continue
      const way = await firstClosed(host, owner, path)
      if (way !== null || !may(owner, 'read', status))
        closed.push(`${way?.path ?? path}: mode ${(way?.status ?? status).mode.toString(8)}`)
      else if (status.kind === 'directory' && !may(owner, 'write', status)) {
        found.push({
          ...{ id: 'files-unwritable', severity: 'critical', subject: site.name, remedies: [repair] },
          title: `${facts.ownerName} may not write into ${folder} of ${site.name}: uploads fail.`,
          evidence: `${path}: mode ${status.mode.toString(8)}, user id ${status.userId}`,
        })
      }
    }
    const { missing, unreadable, looked } = await sample(context, site, owner)
    closed.push(...unreadable)
    if (closed.length > 0) {
      found.push({
        ...{ id: 'private-files-unreadable', severity: 'critical', subject: site.name, remedies: [repair] },
        title: `${facts.ownerName} may not read files of ${site.name}.`,
        evidence: closed.slice(0, 4).join('; '),
        cause: 'They were copied or restored by another user.',
      })
    }
    if (missing.length > 0) {
      const many = missing.length > 5 || missing.length * 10 > looked
      found.push({
        ...{ id: 'files-missing', severity: many ? 'warning' : 'information', subject: site.name },
        title: `${missing.length} of ${looked} files looked at in ${site.name} are missing.`,
        evidence: `tabFile names ${missing.slice(0, 3).join(', ')}; not below ${site.path}`,
        cause: 'A restore without the files, or a copy that was not finished.',
        remedies: [
          `Restore them from a backup: bench --site ${site.name} restore <database> --with-public-files <tar> --with-private-files <tar>`,
        ],
      })
    }
    return found
  },
})

async function sample(
  { host, database }: AnalysisContext,
  site: SiteFacts,
  owner: NonNullable<Awaited<ReturnType<typeof findUser>>>,
) {
  const opened = await database(site)
  const rows =
    (await opened
      ?.read(
        `SELECT file_url AS url FROM \`tabFile\` WHERE is_folder = 0 AND (file_url LIKE '/files/%' OR file_url LIKE '/private/files/%') ORDER BY creation DESC LIMIT ${SAMPLE}`,
      )
      .catch(() => [])) ?? []
  const missing: string[] = []
  const unreadable: string[] = []
  for (const row of rows) {
    const url = String(row['url']).split('?')[0] ?? ''
    const path = normalize(`${site.path}${url.startsWith('/private/') ? url : `/public${url}`}`)
    if (!path.startsWith(`${site.path}/p`)) continue
    const status = await host.status(path).catch(() => 'closed' as const)
    if (status === null) missing.push(url)
    else if (status !== 'closed' && status.kind === 'file' && !may(owner, 'read', status))
      unreadable.push(`${path}: mode ${status.mode.toString(8)}`)
  }
  return { missing, unreadable, looked: rows.length }
}

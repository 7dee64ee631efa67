import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import type { Host } from '../host/host.ts'
import type { Check } from './check.ts'

const Params = z.object({ oldDirectory: z.string().nullable() })

/**
 * No second directory leads to the same database: the scheduler walks directories (frappe/utils/__init__.py get_sites), so a
 * left-over one would run every job twice.
 */
export const noLeftoverDirectory: Check = {
  id: 'no-leftover-directory',
  title: 'No left-over directory would run jobs twice',
  run: async (context, params) => {
    const { oldDirectory } = Params.parse(params)
    const sites = join(context.benchPath, 'sites')
    const databaseOf = async (directory: string): Promise<string | null> => {
      const path = join(directory, 'site_config.json')
      if ((await context.host.status(path)) === null) return null
      const config = JSON.parse((await context.host.readFile(path)).toString()) as {
        db_name?: unknown
        db_type?: unknown
        db_host?: unknown
      }
      return config.db_type === 'sqlite'
        ? `${directory}/${config.db_name}`
        : `${config.db_host ?? ''}/${config.db_name}`
    }
    const own = await databaseOf(context.siteDirectory)
    const doubles: string[] = []
    const dangling: string[] = []
    for (const name of await context.host.list(sites)) {
      const directory = join(sites, name)
      if (directory === context.siteDirectory) continue
      // A link to the site is no second directory (get_sites passes links over); one that still says the old name leads nowhere.
      if ((await context.host.status(directory))?.kind === 'symlink') {
        if (oldDirectory !== null && (await leadsTo(context.host, directory, oldDirectory))) dangling.push(directory)
        continue
      }
      const isOld = directory === oldDirectory
      // A broken neighbour is its own finding; here only what certainly is the same site counts.
      const other = await databaseOf(directory).catch(() => (isOld ? own : null))
      if (other !== null && (isOld || other === own)) doubles.push(directory)
    }
    if (doubles.length > 0)
      return {
        status: 'failed',
        critical: true,
        evidence: `${doubles.join(', ')}: another directory for the same site`,
        remedy: 'Look into it and move it out of sites/.',
      }
    if (dangling.length > 0)
      return {
        status: 'failed',
        critical: true,
        evidence: `${dangling.join(', ')}: a link to ${oldDirectory}, which is not there any more`,
        remedy: `ln -sfn ${context.siteDirectory} ${dangling[0]}`,
      }
    if (oldDirectory !== null && (await context.host.status(oldDirectory))?.kind === 'directory')
      return {
        status: 'warning',
        critical: false,
        evidence: `${oldDirectory} came up again, without a site_config.json: no site, so no job runs for it`,
        remedy: 'Find what still writes there under the old name, then move the directory out of sites/.',
      }
    return { status: 'passed', critical: true, evidence: `only ${context.siteDirectory} leads to this database` }
  },
}

async function leadsTo(host: Host, link: string, directory: string): Promise<boolean> {
  const place = resolve(dirname(link), await host.readLink(link))
  return place === directory || place.startsWith(`${directory}/`)
}

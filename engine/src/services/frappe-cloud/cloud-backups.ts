import { setTimeout as wait } from 'node:timers/promises'
import { z } from 'zod'
import { numberOf } from '../../host/amounts.ts'
import { MigratorError } from '../../host/errors.ts'
import type { CloudClient } from './cloud-client.ts'
import { cloudErrors } from './cloud-errors.ts'

export const cloudParts = ['database', 'public', 'private', 'config'] as const
export type CloudPart = (typeof cloudParts)[number]

/** One file of a backup as Frappe Cloud lists it. */
export interface CloudFile {
  part: CloudPart
  /** `20261122_223259-shop_frappe_cloud-database.sql.gz` */
  name: string
  /** null where the list does not say. */
  bytes: number | null
  /** On the site's own server; null when it lies in the store alone. */
  address: string | null
}

export interface CloudBackup {
  id: string
  /** In Frappe Cloud's own time zone, as it stands there. */
  madeAt: string
  /** Kept in a store of its own, with links that expire; else on the site's server, for its administrator. */
  offsite: boolean
  files: CloudFile[]
}

const text = z.string().nullish()
/** press keeps sizes as text. */
const size = z.union([z.string(), z.number()]).nullish()
const Listed = z.looseObject({
  name: z.string(),
  creation: z.string(),
  status: z.string(),
  offsite: z.union([z.number(), z.boolean()]).transform(Number),
  ...{ database_file: text, public_file: text, private_file: text, config_file: text },
  ...{ database_url: text, public_url: text, private_url: text, config_file_url: text },
  ...{ database_size: size, public_size: size, private_size: size, config_file_size: size },
  ...{ remote_database_file: text, remote_public_file: text, remote_private_file: text, remote_config_file: text },
})
type Listed = z.infer<typeof Listed>

/** Backups of a site whose files are there, the newest first (press/api/site.py backups). */
export async function listCloudBackups(client: CloudClient, site: string): Promise<CloudBackup[]> {
  const answer = z.array(Listed).safeParse(await askOfSite(client, 'press.api.site.backups', site))
  if (!answer.success) throw cloudErrors.strange(`press.api.site.backups: ${z.prettifyError(answer.error)}`)
  return answer.data.filter(({ status }) => status === 'Success').map(asBackup)
}

function asBackup(listed: Listed): CloudBackup {
  const offsite = listed.offsite === 1
  const files = cloudParts.flatMap((part): CloudFile[] => {
    const name = listed[`${part}_file`] ?? null
    const [address, bytes] =
      part === 'config'
        ? [listed.config_file_url ?? null, listed.config_file_size]
        : [listed[`${part}_url`] ?? null, listed[`${part}_size`]]
    const isThere = offsite ? Boolean(listed[`remote_${part}_file`]) : address !== null
    if (name === null || !isThere) return []
    return [{ part, name, bytes: numberOf(bytes), address: offsite ? null : address }]
  })
  return { id: listed.name, madeAt: listed.creation, offsite, files }
}

const Site = z.looseObject({ name: z.string(), host_name: text })

/** Names of the team's sites, each with the name visitors use (press/api/site.py all). */
export async function listCloudSites(client: CloudClient): Promise<{ name: string; hostName: string }[]> {
  const answer = z.array(Site).safeParse(await client.call('press.api.site.all', {}))
  if (!answer.success) throw cloudErrors.strange(`press.api.site.all: ${z.prettifyError(answer.error)}`)
  return answer.data.map(({ name, host_name: hostName }) => ({ name, hostName: hostName ?? name }))
}

/** Asks about a site. Of a site that is not there press says the same as of one of another team: Not Permitted; the list of sites tells. */
async function askOfSite(client: CloudClient, method: string, site: string, more: object = {}): Promise<unknown> {
  try {
    return await client.call(method, { name: site, ...more })
  } catch (error) {
    if (!(error instanceof MigratorError) || error.code !== 'frappe-cloud-not-permitted') throw error
    const sites = await listCloudSites(client)
    if (sites.some(({ name }) => name === site)) throw error
    throw cloudErrors.noSuchSite(
      site,
      sites.map(({ name }) => name),
    )
  }
}

const Job = z.looseObject({ name: z.string(), status: z.string() })

async function backupJobs(client: CloudClient, site: string): Promise<z.infer<typeof Job>[]> {
  // The decorator `protected` takes the first value of filters as the site's name.
  const filters = { site, job_type: 'Backup Site' }
  const answer = z
    .array(Job)
    .safeParse(await client.call('press.api.site.jobs', { filters, limit_start: 0, limit_page_length: 20 }))
  if (!answer.success) throw cloudErrors.strange(`press.api.site.jobs: ${z.prettifyError(answer.error)}`)
  return answer.data
}

export interface Waiting {
  /** Between two looks. Default 10,000. */
  everyMilliseconds?: number
  /** Default two hours. */
  atMostMilliseconds?: number
  onState?: (state: string) => void
}

/** Has a backup with files made and waits until it is there. It is asked for once: a second one would be a second load on the site. */
export async function makeCloudBackup(client: CloudClient, site: string, waiting: Waiting = {}): Promise<CloudBackup> {
  const known = new Set((await listCloudBackups(client, site)).map(({ id }) => id))
  const knownJobs = new Set((await backupJobs(client, site)).map(({ name }) => name))
  await client.call('press.api.site.backup', { name: site, with_files: true }, 'once')
  const until = performance.now() + (waiting.atMostMilliseconds ?? 7_200_000)
  let state = ''
  while (performance.now() < until) {
    const job = (await backupJobs(client, site)).find(({ name }) => !knownJobs.has(name))
    if (job !== undefined && job.status !== state) waiting.onState?.(job.status)
    state = job?.status ?? state
    if (state === 'Failure' || state === 'Delivery Failure')
      throw cloudErrors.backupFailed(`job ${job?.name}: ${state}`)
    if (state === 'Success') {
      const made = (await listCloudBackups(client, site)).find(({ id }) => !known.has(id))
      if (made !== undefined) return made
    }
    await wait(waiting.everyMilliseconds ?? 10_000, undefined, { signal: client.signal })
  }
  throw cloudErrors.backupFailed(
    `it was not there after ${Math.round((waiting.atMostMilliseconds ?? 7_200_000) / 60_000)} minutes; its last state: ${state || 'unknown'}`,
  )
}

/** Where a file can be fetched for a while, and the cookie that goes with it. Both are secrets: not shown, not kept. */
export interface CloudLink {
  address: string
  cookie: string | null
}

/** A signed link into the store (press/api/site.py get_backup_link), or the address on the site with a session of its Administrator (login). */
export async function linkOf(
  client: CloudClient,
  site: { name: string; hostName: string },
  backup: CloudBackup,
  file: CloudFile,
): Promise<CloudLink> {
  if (file.address === null) {
    const parameters = { backup: backup.id, file: file.part }
    const address = z.url().safeParse(await askOfSite(client, 'press.api.site.get_backup_link', site.name, parameters))
    if (address.success) return { address: address.data, cookie: null }
    throw cloudErrors.backupNotAvailable(
      `Frappe Cloud gives no link to the ${file.part} of backup ${backup.id}.`,
      'its store did not answer, or the file is gone from it',
    )
  }
  const session = z
    .object({ sid: z.string() })
    .safeParse(await askOfSite(client, 'press.api.site.login', site.name, { reason: 'Download of a backup' }))
  if (!session.success) throw cloudErrors.strange('press.api.site.login: no session')
  const address = new URL(file.address)
  // As the dashboard does (objects/site/backups.js): the name visitors use, since the first one may redirect.
  const wanted = new URL(`${client.protocol}//${site.hostName}`)
  address.host = wanted.host
  // A session goes out encrypted, whatever the list says.
  address.protocol = client.protocol
  return { address: address.href, cookie: `sid=${session.data.sid}` }
}

import { join } from 'node:path'
import { surveyBench } from '../../bench/survey.ts'
import { benchHome } from '../../execution/run-home.ts'
import { refuseUnfinished } from '../../execution/unfinished.ts'
import { usageError } from '../../host/errors.ts'
import { renderCloudBackups } from '../../report/render-cloud-backups.ts'
import { terminalStyle } from '../../report/style.ts'
import {
  type CloudBackup,
  listCloudBackups,
  listCloudSites,
  makeCloudBackup,
} from '../../services/frappe-cloud/cloud-backups.ts'
import type { CloudClient } from '../../services/frappe-cloud/cloud-client.ts'
import { cloudErrors } from '../../services/frappe-cloud/cloud-errors.ts'
import { type DownloadedFile, downloadBackup } from '../../services/frappe-cloud/download-backup.ts'
import { resolveTarget } from '../../workflows/restore-site/target.ts'
import { attend } from '../attendance.ts'
import { cloudClient } from '../cloud-account.ts'
import { surveyOptions } from '../options.ts'
import { printJson } from '../print-json.ts'
import { withSearchProgress } from '../search-progress.ts'
import { openSession } from '../session.ts'
import { unlessStopped } from '../unless-stopped.ts'
import { type RestoreOptions, restoreRequest } from './restore-request.ts'
import { restoreSite } from './restore-site.ts'

export interface TransferOptions extends RestoreOptions {
  sourceServer?: string
  targetDomain?: string
  list?: boolean
  backup: string
  team?: string
}

type Site = { name: string; hostName: string }

/** `transfer-server` from Frappe Cloud: list, or make and download a backup, then restore it as a new site of this bench. */
export async function transferServer(options: TransferOptions): Promise<number> {
  const name = refuseUnsupported(options)
  const session = options.list ? null : await openSession(options)
  const attended = attend(options)
  try {
    const reached = await unlessStopped(attended.stop, async (signal) => {
      const { team, interactive } = { team: options.team, interactive: attended.interactive }
      const client = await cloudClient({ team, signal, interactive })
      if (session === null) return await list(client, name, options)
      await refuseUnfinished(session.host, session.benchPath)
      await refuseTaken(session, name, options)
      return await fetchBackup(client, name, session.benchPath, options)
    })
    if (reached === null) {
      process.stderr.write('Stopped. Nothing was changed; what was downloaded is kept and gone on with.\n')
      if (options.json) printJson({ run: null, outcome: 'interrupted' })
      return 130
    }
    if (reached.length === 0) return 0
    // From here on it is a restore like any other: with its own plan, run, proof and rollback.
    attended.release()
    return await restoreSite(restoreOptionsOf(options, name, reached))
  } finally {
    attended.release()
  }
}

/** The site's name at Frappe Cloud. @throws MigratorError what does not go, by its name */
function refuseUnsupported({ sourceServer, site, list, plan, backup }: TransferOptions): string {
  if (sourceServer === undefined)
    throw usageError('source-missing', 'From where? --source-server is missing.', 'Give --source-server frappe-cloud.')
  if (sourceServer !== 'frappe-cloud')
    throw usageError(
      'source-unsupported',
      `A transfer from ${sourceServer} is not there yet: frappe-cloud is the only source by now.`,
      'On that server: bench --site SITE backup --with-files. Copy the four files here, then: frappe-migrator restore-site --as SITE --backup-file FILE',
    )
  if (site === undefined)
    throw usageError(
      'site-missing',
      'Which site? --site is missing.',
      'Give its name at Frappe Cloud: --site shop.frappe.cloud',
    )
  if (plan && !list && backup === 'new')
    throw usageError(
      'options-contradict',
      '--plan changes nothing, and --backup new has a backup made.',
      'Plan with the latest one (leave --backup away), or leave --plan away.',
    )
  return site
}

const targetOf = (options: TransferOptions, site: string): string => options.targetDomain ?? site

/** Found out before hours of download, not after. */
async function refuseTaken(
  { host, benchPath }: Awaited<ReturnType<typeof openSession>>,
  site: string,
  options: TransferOptions,
): Promise<void> {
  const facts = await surveyBench(host, benchPath, surveyOptions(options))
  resolveTarget(facts, restoreRequest(restoreOptionsOf(options, site, [])))
}

async function list(client: CloudClient, site: string, { json }: TransferOptions): Promise<DownloadedFile[]> {
  const backups = await listCloudBackups(client, site)
  if (json) printJson({ site, backups: backups.map(withoutAddresses) })
  else process.stdout.write(`${renderCloudBackups(site, backups, terminalStyle(process.stdout))}\n`)
  return []
}

const withoutAddresses = ({ files, ...backup }: CloudBackup) => ({
  ...backup,
  files: files.map(({ part, name, bytes }) => ({ part, name, bytes })),
})

async function fetchBackup(
  client: CloudClient,
  name: string,
  benchPath: string,
  options: TransferOptions,
): Promise<DownloadedFile[]> {
  const backup = await chosen(client, name, options.backup)
  const site: Site = (await listCloudSites(client)).find((one) => one.name === name) ?? { name, hostName: name }
  const directory = join(benchHome(benchPath).path, 'downloads', `${site.name}-${backup.id}`.replace(/[^\w.-]/g, '_'))
  const total = backup.files.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0)
  const before = (part: string): number =>
    backup.files
      .slice(
        0,
        backup.files.findIndex((file) => file.part === part),
      )
      .reduce((sum, { bytes }) => sum + (bytes ?? 0), 0)
  const files = await withSearchProgress(
    (onProgress) =>
      downloadBackup({
        ...{ client, site, backup, directory },
        onProgress: (part, bytes) => onProgress({ bytesDone: before(part) + bytes, bytesTotal: total, table: part }),
      }),
    process.stderr,
    Date.now,
    {
      describe: `Download backup ${backup.id} of ${backup.madeAt.slice(0, 16)} from Frappe Cloud`,
      doing: 'downloading',
    },
  )
  process.stderr.write(
    `Backup ${backup.id} of ${backup.madeAt.slice(0, 16)} is in ${directory}, whole and checked. It holds the site's data and key: remove it when you need it no more.\n`,
  )
  if (/\.(?:frappe\.cloud|erpnext\.com|frappehr\.com)$/.test(targetOf(options, name)))
    process.stderr.write(
      `Under the name ${targetOf(options, name)} Frappe goes on showing Frappe Cloud's billing: give --target-domain, or rename it afterwards.\n`,
    )
  return files
}

async function chosen(client: CloudClient, site: string, wanted: string): Promise<CloudBackup> {
  if (wanted === 'new') {
    process.stderr.write(`A backup of ${site} is being made at Frappe Cloud; that may take a while.\n`)
    return makeCloudBackup(client, site, {
      onState: (state) => process.stderr.write(`  its job: ${state.toLowerCase()}\n`),
    })
  }
  const backups = await listCloudBackups(client, site)
  const found = wanted === 'latest' ? backups.at(0) : backups.find(({ id }) => id === wanted)
  if (found) return found
  throw cloudErrors.backupNotAvailable(
    wanted === 'latest' ? `Frappe Cloud has no backup of ${site}.` : `Frappe Cloud has no backup ${wanted} of ${site}.`,
    backups.length ? `It has ${backups.map(({ id }) => id).join(', ')}` : 'the list is empty',
  )
}

function restoreOptionsOf(options: TransferOptions, site: string, files: DownloadedFile[]): RestoreOptions {
  const { site: _, ...common } = options
  const path = (part: DownloadedFile['part']) => files.find((file) => file.part === part)?.path
  const [publicFiles, privateFiles, siteConfig] = [path('public'), path('private'), path('config')]
  return {
    ...common,
    as: targetOf(options, site),
    backupFile: path('database') ?? 'not downloaded yet',
    ...(publicFiles === undefined ? {} : { publicFiles }),
    ...(privateFiles === undefined ? {} : { privateFiles }),
    ...(siteConfig === undefined ? {} : { siteConfig }),
  }
}

import { chmod, mkdir, stat, statfs } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { bytesText } from '../../host/amounts.ts'
import { MigratorError } from '../../host/errors.ts'
import { type CloudBackup, type CloudFile, type CloudPart, linkOf } from './cloud-backups.ts'
import type { CloudClient } from './cloud-client.ts'
import { cloudErrors } from './cloud-errors.ts'
import { download } from './resumable-download.ts'

export interface DownloadedFile {
  part: CloudPart
  path: string
  bytes: number
  sha256: string
}

export interface BackupDownload {
  client: CloudClient
  site: { name: string; hostName: string }
  backup: CloudBackup
  /** Made if need be, 0700: it holds the site's data and its encryption key. */
  directory: string
  onProgress?: (part: CloudPart, bytes: number, total: number | null) => void
  pauseMilliseconds?: number
}

/** Kept free beside what is downloaded. */
const RESERVE_BYTES = 200e6

/**
 * Fetches all files of a backup, one after the other, and checks them. Called again it goes on where it ended.
 * @throws MigratorError `download-disk-full`, `download-incomplete`, `download-damaged`, or of cloudErrors
 */
export async function downloadBackup(wanted: BackupDownload): Promise<DownloadedFile[]> {
  const { client, site, backup, directory } = wanted
  if (!backup.files.some(({ part }) => part === 'database'))
    throw cloudErrors.backupNotAvailable(
      `Backup ${backup.id} of ${site.name} has no database that can be downloaded.`,
      backup.offsite ? 'the list names no file of it in the store' : 'the list names no file of it on the server',
    )
  await mkdir(directory, { recursive: true, mode: 0o700 })
  await chmod(directory, 0o700)
  await checkSpace(wanted)
  const done: DownloadedFile[] = []
  for (const file of backup.files) {
    const path = join(directory, nameOf(file))
    const found = await download({
      ...{ path, what: `the ${file.part} of backup ${backup.id}`, bytes: file.bytes, signal: client.signal },
      link: () => linkOf(client, site, backup, file),
      onProgress: (bytes) => wanted.onProgress?.(file.part, bytes, file.bytes),
      pauseMilliseconds: wanted.pauseMilliseconds,
    })
    done.push({ part: file.part, path, ...found })
  }
  return done
}

/** Names come from another machine: one with anything but bench's own characters is replaced. */
function nameOf({ part, name }: CloudFile): string {
  if (name === basename(name) && /^\w[\w.-]*$/.test(name)) return name
  const endings = { database: 'database.sql.gz', public: 'files.tar', private: 'private-files.tar' }
  return part === 'config' ? 'site_config_backup.json' : endings[part]
}

async function checkSpace({ backup, directory }: BackupDownload): Promise<void> {
  let needed = RESERVE_BYTES
  for (const file of backup.files) {
    const path = join(directory, nameOf(file))
    const sizes = await Promise.all([path, `${path}.part`].map((one) => stat(one).catch(() => null)))
    needed += Math.max(0, (file.bytes ?? 0) - Math.max(0, ...sizes.map((one) => one?.size ?? 0)))
  }
  const { bavail, bsize } = await statfs(directory)
  if (bavail * bsize >= needed) return
  throw new MigratorError({
    code: 'download-disk-full',
    kind: 'refused',
    message: `There is not enough room for the backup in ${directory}.`,
    evidence: `${bytesText(bavail * bsize)} free; ${bytesText(needed)} needed: what is still to come and ${bytesText(RESERVE_BYTES)} of reserve`,
    untouched: 'Nothing was changed, at Frappe Cloud or here.',
    hint: 'Make room there, then type the same again.',
  })
}

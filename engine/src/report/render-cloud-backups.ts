import { bytesText } from '../host/amounts.ts'
import type { CloudBackup } from '../services/frappe-cloud/cloud-backups.ts'
import type { Style } from './style.ts'

/** The backups of a site at Frappe Cloud, the newest first; each part with its size. */
export function renderCloudBackups(site: string, backups: CloudBackup[], style: Style): string {
  if (backups.length === 0) return `Frappe Cloud has no backup of ${site}. Have one made: --backup new`
  const width = Math.max(...backups.map(({ id }) => id.length))
  const lines = backups.map(({ id, madeAt, offsite, files }) => {
    const parts = files.map(({ part, bytes }) => `${part} ${bytes === null ? '?' : bytesText(bytes)}`).join(', ')
    return `  ${id.padEnd(width)}  ${madeAt.slice(0, 16)}  ${(offsite ? 'store' : 'server').padEnd(6)}  ${parts}`
  })
  const note = style.dim(
    'Times are Frappe Cloud’s own. store: kept apart from the site; server: on the site’s own server.',
  )
  return [`Backups of ${site}:`, ...lines, note].join('\n')
}

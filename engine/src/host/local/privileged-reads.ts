import { lstat, open, readdir, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g
const LARGEST = 1024 * 1024

/** Directories only root can fill, whose entries may name a site: Let's Encrypt's certificates (by name only) and the crontabs. */
const CRONTABS = ['/etc/cron.d', '/var/spool/cron', '/var/spool/cron/crontabs', '/var/spool/cron/tabs']
const LISTED = ['/etc/letsencrypt/live', ...CRONTABS]

/** Names in one of those directories. */
export async function listAllowed(path: string): Promise<string[]> {
  if (!LISTED.includes(path)) throw new Error(`root does not list ${path} for the owner of a bench`)
  return readdir(path)
}

/** A crontab: a file of its own in one of the directories, no link to elsewhere. */
export async function readAllowed(path: string): Promise<Buffer> {
  const isPlain = /^[\w-][\w.-]*$/.test(basename(path)) && `${dirname(path)}/${basename(path)}` === path
  if (!isPlain || !CRONTABS.includes(dirname(path)) || !(await lstat(path)).isFile())
    throw new Error(`root does not read ${path} for the owner of a bench`)
  return readSmall(path)
}

/** What any visitor of the site is shown, whatever else the file holds: keys never leave it. */
export async function certificatesOf(path: string): Promise<string> {
  if (!(await stat(path)).isFile()) throw new Error(`${path} is no file`)
  return onlyCertificates((await readSmall(path)).toString('latin1'))
}

export const onlyCertificates = (text: string): string => (text.match(CERTIFICATE) ?? []).join('\n')

async function readSmall(path: string): Promise<Buffer> {
  const file = await open(path, 'r')
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(LARGEST), 0, LARGEST, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

import type { Host } from '../host/host.ts'
import { listDirectory, readTextFile, type Unreadable } from './text-file.ts'

/** One active line of a crontab. */
export interface CrontabLine {
  /** `crontab of frappe` or a file such as /etc/cron.d/erp. */
  where: string
  kind: 'user-crontab' | 'system-file'
  line: number
  text: string
  /** Sites the line names by directory name or host. */
  names: string[]
}

/** Crontabs as far as they may be read. */
export interface CrontabReading {
  lines: CrontabLine[]
  unreadable: Unreadable[]
}

/** /etc/cron.d holds system files, the spool one file a user (crontab(5), Debian's cron(8)). */
export const CRONTAB_DIRECTORIES = ['/etc/cron.d', '/var/spool/cron/crontabs']

const isSpool = (directory: string) => /(^|\/)(crontabs|tabs)$|\/spool\/cron$/.test(directory)

function activeLines(where: string, kind: CrontabLine['kind'], text: string): CrontabLine[] {
  return text
    .split('\n')
    .map((line, index) => ({ where, kind, line: index + 1, text: line.replace(/\r$/, ''), names: [] }))
    .filter(({ text: line }) => line.trim() !== '' && !line.trimStart().startsWith('#'))
}

/**
 * All active crontab lines: the current user's through `crontab -l`, for root also the bench owner's, and the files of the directories.
 * A machine without cron has none.
 */
export async function readCrontabs(
  host: Host,
  options: { directories: string[]; benchOwner: string; timeoutMilliseconds: number },
): Promise<CrontabReading> {
  const lines: CrontabLine[] = []
  const unreadable: CrontabReading['unreadable'] = []
  const users =
    host.userId === 0 && options.benchOwner !== host.userName ? [host.userName, options.benchOwner] : [host.userName]
  await Promise.all([
    ...users.map(async (user) => {
      const own: [string, ...string[]] = user === host.userName ? ['crontab', '-l'] : ['crontab', '-u', user, '-l']
      const listed = await host.run({ argv: own, timeoutMilliseconds: options.timeoutMilliseconds })
      if (listed.exitCode === 0) lines.push(...activeLines(`crontab of ${user}`, 'user-crontab', listed.stdout))
    }),
    ...options.directories.map(async (directory) => {
      const spool = isSpool(directory)
      const listed = await listDirectory(host, directory, { privileged: true })
      unreadable.push(...listed.unreadable)
      for (const name of listed.names) {
        if ((spool && users.includes(name)) || name.startsWith('.')) continue
        const where = spool ? `crontab of ${name}` : `${directory}/${name}`
        const read = await readTextFile(host, `${directory}/${name}`, { privileged: true })
        if (read.state === 'read') lines.push(...activeLines(where, spool ? 'user-crontab' : 'system-file', read.text))
        else if (read.state === 'unreadable' && read.code !== 'EISDIR')
          unreadable.push({ where: `${directory}/${name}`, reason: read.code })
      }
    }),
  ])
  return {
    lines: lines.sort((a, b) => (a.where < b.where ? -1 : a.where > b.where ? 1 : 0) || a.line - b.line),
    unreadable,
  }
}

import type { Host } from '../host/host.ts'
import { readCrontabs } from '../services/cron.ts'
import { type HostsEntry, parseHostsFile } from '../services/hosts-file.ts'
import type { NginxFacts } from '../services/nginx/nginx-facts.ts'
import { readNginx } from '../services/nginx/read.ts'
import { readTextFile, type Unreadable } from '../services/text-file.ts'
import type { CrontabLine } from './bench-facts.ts'
import type { Finding } from './finding.ts'
import type { Reading } from './reading.ts'

/** Entries of the hosts file; a machine without one has none. */
export async function readHosts(host: Host, path: string): Promise<Reading<HostsEntry[]>> {
  const read = await readTextFile(host, path)
  if (read.state === 'read') return { value: parseHostsFile(path, read.text), findings: [] }
  if (read.state === 'missing') return { value: [], findings: [] }
  return { value: [], findings: [unreadableFinding('hosts-file-unreadable', { where: path, reason: read.code })] }
}

/** All crontabs that may be seen, not yet filtered. */
export async function readCrontabPart(
  host: Host,
  directories: string[],
  benchOwner: string,
  timeoutMilliseconds: number,
): Promise<Reading<CrontabLine[]>> {
  const { lines, unreadable: hidden } = await readCrontabs(host, { directories, benchOwner, timeoutMilliseconds })
  return { value: lines, findings: hidden.map((place) => unreadableFinding(CRONTAB_UNREADABLE, place)) }
}

/** nginx, with a finding for each file that could not be read or parsed. */
export async function readNginxPart(
  host: Host,
  mainConfig: string | undefined,
  processes: Awaited<ReturnType<Host['processes']>>,
  benchPaths: string[],
): Promise<Reading<NginxFacts | null>> {
  const nginx = await readNginx(host, { ...(mainConfig === undefined ? {} : { mainConfig }), processes, benchPaths })
  const findings = (nginx?.files ?? []).flatMap(({ path, problem }): Finding[] => {
    if (problem === null) return []
    const remedies = ['sudo nginx -t', `Correct ${path}; its blocks are not seen until then.`]
    const title = `The nginx file ${path} could not be understood.`
    return [{ id: 'nginx-file-problem', severity: 'warning', title, evidence: problem, remedies, subject: path }]
  })
  return { value: nginx, findings }
}

/** A crontab, or a directory of them, that may name the site. */
export const CRONTAB_UNREADABLE = 'crontab-unreadable'

/** A place that may name the site and could not be looked into. */
export function unreadableFinding(id: string, { where, reason }: Unreadable): Finding {
  return {
    id,
    severity: 'information',
    title: `${where} could not be read.`,
    evidence: `${where}: ${reason}`,
    remedies: [
      'Run it with sudo (it goes on as the owner of the bench), or look yourself whether the site is named there.',
    ],
    subject: where,
  }
}

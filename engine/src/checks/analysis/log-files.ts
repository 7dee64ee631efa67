import type { BenchFacts } from '../../bench/bench-facts.ts'
import { bytesText } from '../../host/amounts.ts'
import { benchCheck, type Found } from './analysis-check.ts'
import { findUser, may } from './file-access.ts'

const LARGE = 1e9
const VERY_LARGE = 5e9

const finds = {
  'log-large': 'predicted: a log file is very large and goes on growing',
  'log-not-writable': "a log file may not be written by the bench's user: commands end with PermissionError",
}
type Id = keyof typeof finds

/** Log files of the bench and of its sites: their size, and whether they can be written. */
export const logFiles = benchCheck({
  id: 'log-files',
  title: 'Log files can be written and stay small',
  area: 'resources',
  finds,
  run: async ({ facts, host }) => {
    const owner = await findUser(host, facts.ownerId)
    const folders = [`${facts.path}/logs`, ...facts.sites.map(({ path }) => `${path}/logs`)]
    const lists = await Promise.all(
      folders.map(async (folder) => (await host.list(folder).catch(() => [])).map((name) => `${folder}/${name}`)),
    )
    const files = await Promise.all(
      lists.flat().map(async (path) => ({ path, status: await host.status(path).catch(() => null) })),
    )
    const found: Found<Id>[] = []
    for (const { path, status } of files) {
      if (status?.kind !== 'file') continue
      if (status.bytes >= LARGE) {
        found.push({
          ...{ id: 'log-large', severity: status.bytes >= VERY_LARGE ? 'warning' : 'information', subject: path },
          title: `The log ${path} has ${bytesText(status.bytes)}.`,
          evidence: `${path}: ${status.bytes} bytes`,
          remedies: [`See what fills it: tail -n 50 ${path}`, ...turnedOver(facts, path)],
          predicted: { basis: 'its size; nothing here rotates it' },
        })
      }
      if (owner !== null && path.endsWith('.log') && !may(owner, 'write', status)) {
        found.push({
          ...{ id: 'log-not-writable', severity: 'critical', subject: path },
          title: `${facts.ownerName} may not write the log ${path}.`,
          evidence: `${path}: mode ${status.mode.toString(8)}, user id ${status.userId}`,
          cause: 'A command was run as another user and made it.',
          remedies: [`sudo chown ${facts.ownerName}: ${path} && chmod u+rw ${path}`],
        })
      }
    }
    return found
  },
})

/** Whoever holds a log open goes on writing into it: logrotate copies and cuts it, it is never moved. */
function turnedOver({ path: bench, ownerName }: BenchFacts, log: string): string[] {
  const rules = `/etc/logrotate.d/${bench.slice(bench.lastIndexOf('/') + 1)}`
  const logs = `${log.slice(0, log.lastIndexOf('/'))}/*.log`
  const lines = [
    `${logs} {`,
    ...[`su ${ownerName} ${ownerName}`, 'size 100M', 'rotate 5', 'compress', 'copytruncate', 'missingok'],
    '}',
  ]
  return [
    `Let logrotate turn it over: printf '%s\\n' ${lines.map((line) => `'${line}'`).join(' ')} | sudo tee ${rules}`,
    `And at once: sudo logrotate --force ${rules} (it copies first: as much room as the log has must be free)`,
  ]
}

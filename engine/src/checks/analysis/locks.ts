import { commandLabel } from '../../bench/bench-processes.ts'
import { listOrNothing, readTextFile } from '../../services/text-file.ts'
import { type Found, siteCheck } from './analysis-check.ts'

/** After this a document's lock no longer lets anybody in (frappe/utils/file_lock.py check_lock: LockTimeoutError). */
const STALE_SECONDS = 600
/** Locks of whole commands (frappe/utils/synchronization.py): the kernel lets go of them with the process, the file stays. */
const OF_COMMANDS =
  /^(?:bench_migrate|bench_new_site|site_restore|install_app|uninstall_app|site_config|building_website_search|bench_build)\.lock$/

const finds = {
  'lock-held': 'a process holds a lock of the site: migrate, restore or install wait for it or fail',
  'lock-stale': 'a document’s lock is older than ten minutes: submitting it fails with LockTimeoutError',
  'lock-file-unheld': 'the file of a command’s lock is there and nobody holds it: harmless',
}
type Id = keyof typeof finds

/** Locks in `sites/<site>/locks`: held ones with the process that holds them, and those that nobody will release. */
export const locks = siteCheck({
  id: 'locks',
  title: 'No lock of the site is in the way',
  area: 'files',
  light: true,
  finds,
  run: async (context, site) => {
    const { host, now } = context
    const directory = `${site.path}/locks`
    const names = (await listOrNothing(host, directory)).filter((name) => name.endsWith('.lock'))
    if (names.length === 0) return []
    const kernel = await readTextFile(host, context.kernelLocks)
    const holders = kernel.state === 'read' ? holdersOf(kernel.text) : new Map<number, number>()
    const processes = await context.processes()
    const found: Found<Id>[] = []
    for (const name of names) {
      const path = `${directory}/${name}`
      const status = await host.status(path).catch(() => null)
      if (status === null) continue
      const seconds = status.modified === undefined ? null : Math.round((now.getTime() - status.modified) / 1000)
      const since = seconds === null ? '' : `, ${Math.round(seconds / 60)} minutes old`
      const pid = holders.get(status.inode)
      if (pid !== undefined) {
        const process = processes.find((one) => one.pid === pid)
        found.push({
          ...{
            id: 'lock-held',
            severity: (seconds ?? 0) > STALE_SECONDS ? 'warning' : 'information',
            subject: site.name,
          },
          title: `A process holds the lock ${name.replace(/\.lock$/, '')} of ${site.name}.`,
          evidence: `${path}${since}: process ${pid}${process === undefined ? '' : `: ${commandLabel(process.argv)}`}`,
          cause: 'The command is still running, or hangs. Removing the file would let two of them run at once.',
          remedies: [`Wait for it; if it hangs: kill ${pid}`],
        })
      } else if (OF_COMMANDS.test(name)) {
        found.push({
          ...{ id: 'lock-file-unheld', severity: 'information', subject: site.name },
          title: `The lock file ${name} of ${site.name} is held by nobody.`,
          evidence: `${path}${since}`,
          cause: 'The file stays after each command; only the kernel’s lock counts.',
          remedies: [],
        })
      } else if (seconds !== null && seconds > STALE_SECONDS) {
        found.push({
          ...{ id: 'lock-stale', severity: 'warning', subject: site.name },
          title: `A document of ${site.name} has been locked for ${Math.round(seconds / 60)} minutes.`,
          evidence: `${path}${since}; held by no process`,
          cause: 'The job that was to submit it was killed and could not unlock it.',
          remedies: [`If no job of the document runs any more: rm ${path}`],
        })
      }
    }
    return found
  },
})

/** `1: FLOCK  ADVISORY  WRITE 1234 08:01:131090 0 EOF` (proc(5)): inode → process. */
function holdersOf(text: string): Map<number, number> {
  const lines = [...text.matchAll(/^\d+: (?:FLOCK|POSIX|OFDLCK)\s+\S+\s+\S+\s+(-?\d+)\s+[0-9a-f]+:[0-9a-f]+:(\d+)/gm)]
  return new Map(lines.map(([, pid, inode]) => [Number(inode), Number(pid)]))
}

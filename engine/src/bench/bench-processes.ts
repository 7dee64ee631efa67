import type { Listener, ProcessFacts } from '../host/host.ts'
import { maskUrlUserinfo } from '../services/redis.ts'
import { mentionsPath } from '../services/text-file.ts'
import type { BenchFacts, ProcessManagerFacts } from './bench-facts.ts'
import type { Finding } from './finding.ts'

/** A command line for people: without what looks like a password. */
export function commandLabel(argv: string[]): string {
  const shown = argv.map((part, index) => {
    if (/^--?[\w-]*(?:pass|secret|token|auth|key)[\w-]*$/i.test(argv[index - 1] ?? '')) return '***'
    return maskUrlUserinfo(part.replace(/^(--?[\w-]*(?:pass|secret|token|auth)[\w-]*=).*/i, '$1***'))
  })
  return shown.join(' ').trim().slice(0, 300)
}

/** A process is the bench's when it works inside it or was started with a path inside it. */
export function belongsToBench(process: ProcessFacts, benchPaths: string[]): boolean {
  return benchPaths.some(
    (path) =>
      process.directory === path ||
      process.directory?.startsWith(`${path}/`) ||
      process.argv.some((part) => mentionsPath(part, path)),
  )
}

/** What a process does for a bench (Procfile and config/supervisor.conf of bench 5); null for anything else, such as a shell. */
function roleOf({ argv }: ProcessFacts): string | null {
  const line = argv.join(' ')
  const names = argv.map((part) => part.slice(part.lastIndexOf('/') + 1))
  if (names[0]?.startsWith('redis-server')) return 'redis'
  if (names.slice(0, 2).some((name) => name === 'gunicorn') || /^gunicorn: /.test(line)) return 'gunicorn'
  if (/\b(?:honcho|foreman|forego)\b.*\bstart\b/.test(line)) return 'start'
  if (names.some((name) => name === 'socketio.js')) return 'socketio'
  const command = /(?:bench_helper frappe|\/bench|^bench)\s+(?:--site \S+ )?([a-z-]+)/.exec(line)?.[1] ?? ''
  const roles = ['serve', 'start', 'worker', 'worker-pool', 'schedule', 'watch', 'socketio']
  return roles.includes(command) ? command : null
}

/** setproctitle leaves `gunicorn: master […]`; one that works in some other bench's `sites/` is that bench's. */
function isPathlessGunicorn({ argv, directory }: ProcessFacts): boolean {
  return (argv[0]?.startsWith('gunicorn: ') ?? false) && !directory?.endsWith('/sites')
}

type Running = Pick<BenchFacts, 'servedBy'> & { running: ProcessManagerFacts['running']; findings: Finding[] }

/**
 * The bench's processes by role. A gunicorn that changed its title shows no path, so one that listens on the bench's web port counts too.
 * gunicorn outside `sites/` answers every site with 404 "does not exist": Frappe looks for sites in its working directory.
 */
export function readRunning(
  processes: ProcessFacts[],
  listeners: Listener[],
  webPort: number,
  benchPaths: string[],
): Running {
  const onWebPort = new Set(listeners.filter(({ port }) => port === webPort).map(({ pid }) => pid))
  const running = processes.flatMap((process) => {
    const name = roleOf(process)
    const own = belongsToBench(process, benchPaths) || (onWebPort.has(process.pid) && isPathlessGunicorn(process))
    if (name === null || !own) return []
    return [{ name, pid: process.pid, command: commandLabel(process.argv), directory: process.directory }]
  })
  const gunicorns = running.filter(({ name }) => name === 'gunicorn')
  const lost = gunicorns.find(
    ({ directory }) => directory !== null && !benchPaths.some((path) => directory === `${path}/sites`),
  )
  const findings: Finding[] = []
  if (lost !== undefined) {
    findings.push({
      id: 'gunicorn-wrong-directory',
      severity: 'warning',
      title: 'gunicorn does not run inside sites/, so it answers every site with 404 "does not exist".',
      evidence: `process ${lost.pid}: working directory ${lost.directory}`,
      cause: 'Frappe looks for sites in the working directory of its web server.',
      remedies: [`Set directory=${benchPaths[0]}/sites for gunicorn and restart it.`],
      subject: 'gunicorn',
    })
  }
  const serves = running.some(({ name }) => name === 'serve')
  return { running, servedBy: gunicorns.length > 0 ? 'gunicorn' : serves ? 'bench-serve' : 'none', findings }
}

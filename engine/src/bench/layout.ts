import type { Host } from '../host/host.ts'
import { readTextFile } from '../services/text-file.ts'
import type { BenchFacts } from './bench-facts.ts'

type Layout = Pick<BenchFacts, 'kind' | 'traces' | 'python'>

/** Left by bench 4 and its Python 2, no longer written by bench 5. */
const OLD_TRACES = [
  'config/redis_socketio.conf',
  'env/bin/python2',
  'env/bin/python2.7',
  'sites/currentsite.txt',
  'archived_sites',
]
const TRACES = [
  'sites/apps.json',
  'sites/apps.txt',
  'sites/common_site_config.json',
  'Procfile',
  'config',
  'env',
  'patches.txt',
  'apps',
]

/**
 * Tells bench 5 from bench 4 by what they leave in the directory: `sites/apps.json` is bench 5's own record (since 5.13);
 * without it, a trace of bench 4 or a Procfile that starts redis_socketio means bench 4, a Procfile or config/ bench 5.
 */
export async function readLayout(host: Host, bench: string): Promise<Layout> {
  const exists = async (path: string) => (await host.status(`${bench}/${path}`).catch(() => null)) !== null
  const looked = await Promise.all([...TRACES, ...OLD_TRACES].map(async (path) => ((await exists(path)) ? path : null)))
  const traces = looked.filter((path) => path !== null)
  // bench 5 turns archived_sites into a link to archived/sites (bench/patches/v5/update_archived_sites.py).
  const archivedLink = (await host.status(`${bench}/archived_sites`).catch(() => null))?.kind === 'symlink'
  const procfile = await readTextFile(host, `${bench}/Procfile`)
  if (procfile.state === 'read' && /^redis_socketio:/m.test(procfile.text)) traces.push('Procfile: redis_socketio')
  const old = traces.filter(
    (path) =>
      (OLD_TRACES.includes(path) && !(path === 'archived_sites' && archivedLink)) || path.startsWith('Procfile:'),
  )
  const python = (await exists('env/bin/python')) ? `${bench}/env/bin/python` : null
  if (traces.includes('sites/apps.json')) return { kind: 'bench-5', traces, python }
  if (!traces.includes('apps')) return { kind: 'unknown', traces, python }
  if (old.length > 0) return { kind: 'bench-4', traces, python }
  return { kind: traces.includes('Procfile') || traces.includes('config') ? 'bench-5' : 'unknown', traces, python }
}

/**
 * The prefix of the bench's queues: `bench_id`, else the bench's real path with dashes
 * (frappe/utils/__init__.py get_bench_id; FRAPPE_BENCH_ROOT is not seen from here).
 */
export async function readBenchId(host: Host, bench: string, configured: string | null): Promise<string> {
  return configured ?? (await host.realPath(bench)).replace(/^\/+|\/+$/g, '').replaceAll('/', '-')
}

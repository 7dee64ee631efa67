/** What serves and works for a test bench, started as bench's own supervisor.conf and Procfile do: from `sites/`. */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { TestBench } from './bench.ts'
import { accepts, type Child, startChild } from './child.ts'

/**
 * gunicorn answers by the Host header and leaves assets and public files to the proxy; `bench-serve` answers them too,
 * and prefers `default_site` to the Host header.
 */
export async function startWeb(
  bench: TestBench,
  kind: 'gunicorn' | 'bench-serve' = 'gunicorn',
): Promise<Child & { port: number }> {
  const port = bench.webserverPort
  const gunicorn = [
    path.join(bench.directory, 'env', 'bin', 'gunicorn'),
    '-b',
    `127.0.0.1:${port}`,
    '-w',
    '1',
    '--threads',
    '4',
    '--worker-class',
    'gthread',
    'frappe.app:application',
  ]
  const serve = [bench.python, '-m', 'frappe.utils.bench_helper', 'frappe', 'serve', '--port', String(port)]
  const [program = bench.python, ...rest] = kind === 'gunicorn' ? gunicorn : serve
  const child = await startChild({
    argv: [program, ...rest],
    directory: bench.sitesDirectory,
    logPath: path.join(bench.directory, 'logs', 'web.log'),
    ...(bench.owner ? { user: bench.owner } : {}),
    ready: () => accepts(port),
  })
  return { ...child, port }
}

/** Starts `bench schedule`'s process; set `scheduler_tick_interval` (seconds) with `bench.configure` first. */
export async function startScheduler(bench: TestBench): Promise<Child> {
  return startHelper(bench, 'schedule', ['schedule'])
}

/** Starts a worker for all queues or one. `stop()` waits for the running job (at most 10 seconds), `kill()` does not. */
export async function startWorker(bench: TestBench, queue?: 'short' | 'default' | 'long'): Promise<Child> {
  return startHelper(bench, 'worker', queue === undefined ? ['worker'] : ['worker', '--queue', queue])
}

async function startHelper(bench: TestBench, name: string, argv: string[]): Promise<Child> {
  await mkdir(path.join(bench.directory, 'logs'), { recursive: true })
  return startChild({
    argv: [bench.python, '-m', 'frappe.utils.bench_helper', 'frappe', ...argv],
    directory: bench.sitesDirectory,
    logPath: path.join(bench.directory, 'logs', `${name}.log`),
    ...(bench.owner ? { user: bench.owner } : {}),
    ready: async () => true,
  })
}

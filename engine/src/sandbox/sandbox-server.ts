import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { SandboxBench } from './sandbox-bench.ts'

export interface SandboxServer {
  port: number
  pid: number
  stop(): Promise<void>
}

/**
 * Serves the bench's sites on 127.0.0.1 as `bench serve` does: from `sites/`, public files and assets included, the site
 * chosen by the Host header. Returns once it answers; its output goes to `logs/web.log`.
 * @throws Error when it ends or does not answer within 15 seconds
 */
export async function startSandboxServer(bench: SandboxBench): Promise<SandboxServer> {
  const log = await open(join(bench.directory, 'logs', 'web.log'), 'a')
  const port = bench.webserverPort
  const argv = ['-m', 'frappe.utils.bench_helper', 'frappe', 'serve', '--port', String(port)]
  const child = spawn(bench.python, argv, { cwd: join(bench.directory, 'sites'), stdio: ['ignore', log.fd, log.fd] })
  const ended = once(child, 'exit')
  await log.close()
  const killNow = () => child.kill('SIGKILL')
  process.once('exit', killNow)
  const stop = async () => {
    process.removeListener('exit', killNow)
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    await ended
  }
  const { pid } = child
  if (pid === undefined || !(await answers(port, () => child.exitCode !== null))) {
    await stop()
    throw new Error(`the sandbox server did not start: see ${join(bench.directory, 'logs', 'web.log')}`)
  }
  return { port, pid, stop }
}

async function answers(port: number, ended: () => boolean): Promise<boolean> {
  for (const deadline = Date.now() + 15_000; Date.now() < deadline && !ended(); await delay(50)) {
    const status = await new Promise<number | undefined>((resolve) => {
      const asking = request({ host: '127.0.0.1', port, path: '/' }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      asking.once('error', () => resolve(undefined))
      asking.end()
    })
    if (status !== undefined) return true
  }
  return false
}

/** A healthy bench with everything that belongs to one running, and faults that are put into it and taken out again. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Finding } from '../../../src/bench/finding.ts'
import { surveyBench } from '../../../src/bench/survey.ts'
import { type AnalyzeOptions, analyzeBench } from '../../../src/checks/analysis/analyze-bench.ts'
import { localHost } from '../../../src/host/local/index.ts'
import type { Child } from '../../servers/child.ts'
import { startChild } from '../../servers/child.ts'
import { startScheduler, startWorker } from '../../servers/web.ts'
import { type Stage, setStage } from '../rename/stage.ts'

export interface HealthyBench extends Stage {
  worker: Child
  scheduler: Child
  socketio: Child
  /** Looks at everything, as analyze-site does. */
  analyze(options?: AnalyzeOptions): Promise<Finding[]>
}

export const SITE = 'shop.test'

export async function setHealthyBench(): Promise<HealthyBench> {
  const stage = await setStage({ dataSet: 'site-v15', site: SITE, siteConfig: { host_name: `http://${SITE}` } })
  // The data set comes from a bench with one more app.
  await stage.sql(`UPDATE tabDefaultValue SET defvalue = '["frappe"]' WHERE defkey = 'installed_apps'`)
  const none = join(stage.nginx.directory, 'none')
  const [worker, scheduler, socketio] = await Promise.all([
    startWorker(stage.bench),
    startScheduler(stage.bench),
    startSocketio(stage),
  ])
  await delay(500)
  const analyze = async (options: AnalyzeOptions = {}): Promise<Finding[]> => {
    const host = localHost()
    const facts = await surveyBench(host, stage.bench.directory, {
      nginxConfig: stage.nginx.configuration,
      hostsFile: stage.hostsFile,
      crontabDirectories: [stage.crontabs],
      supervisorDirectories: [join(stage.nginx.directory, 'supervisor')],
      systemdDirectories: [none],
      letsencryptLive: none,
    })
    return analyzeBench(host, facts, options)
  }
  const healthy: HealthyBench = {
    ...{ ...stage, worker, scheduler, socketio, analyze },
    stop: async () => {
      await Promise.all([healthy.worker.kill(), healthy.scheduler.kill(), healthy.socketio.kill()])
      await stage.stop()
    },
  }
  return healthy
}

/** In the place of node: it listens where socket.io should. */
export function startSocketio({ bench }: Pick<Stage, 'bench'>): Promise<Child> {
  const listen = `require('node:net').createServer().listen(${bench.socketioPort}, '127.0.0.1')`
  return startChild({
    argv: [process.execPath, '-e', listen, join(bench.directory, 'apps/frappe/socketio.js')],
    directory: bench.directory,
    logPath: join(bench.directory, 'logs', 'node-socketio.log'),
    ready: async () => (await localHost().listeners()).some(({ port }) => port === bench.socketioPort),
  })
}

type Undo = () => Promise<unknown>

/** Writes a file anew; undo brings its bytes back, or removes it where there was none. */
export async function change(path: string, edit: (text: string) => string | Buffer): Promise<Undo> {
  const before = await readFile(path).catch(() => null)
  await writeFile(path, edit(before?.toString() ?? ''))
  return () => (before === null ? rm(path, { force: true }) : writeFile(path, before))
}

export const setKeys = (path: string, keys: Record<string, unknown>): Promise<Undo> =>
  change(path, (text) => JSON.stringify({ ...JSON.parse(text), ...keys }, null, 1))

export async function moveAway(path: string, to = `${path}.away`): Promise<Undo> {
  await rename(path, to)
  return () => rename(to, path)
}

/** A process under any name that listens on a port: what docker's forwarder looks like from outside. */
export async function listenAs(name: string, port: number, argv: string[] = []): Promise<Undo> {
  const script = `import socket,time,sys\ns=socket.socket();s.setsockopt(socket.SOL_SOCKET,socket.SO_REUSEADDR,1);s.bind(('127.0.0.1',int(sys.argv[1])));s.listen();print('ready',flush=True);time.sleep(600)`
  const child = spawn('/usr/bin/python3', ['-c', script, String(port), ...argv], {
    argv0: name,
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: '/',
  })
  await once(child.stdout, 'data')
  return async () => {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
}

/** Accepts connections and never says a word. */
export async function listenSilently(port: number): Promise<Undo> {
  const server = createServer((socket) => socket.on('error', () => undefined)).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return async () => {
    server.close()
  }
}

/** An executable that prints a text, in the place of a program that cannot be had here. */
export async function program(path: string, text: string, exitCode = 0): Promise<Undo> {
  await writeFile(path, `#!/bin/sh\ncat <<'END'\n${text}\nEND\nexit ${exitCode}\n`)
  await chmod(path, 0o755)
  return () => rm(path, { force: true })
}

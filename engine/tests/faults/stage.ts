/** A working bench with everything it needs, all private and real: what faults are put into. */
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createBench, type TestBench } from '../servers/bench.ts'
import { accepts, type Child, startChild } from '../servers/child.ts'
import { freePort, type MariadbServer, startMariadb } from '../servers/mariadb.ts'
import { type Ended, migrator } from '../servers/migrator.ts'
import { type NginxServer, startNginx } from '../servers/nginx.ts'
import { addSite, sharedData, type TestSite } from '../servers/site.ts'
import { treeOf } from '../servers/tree.ts'
import { startScheduler, startWeb, startWorker } from '../servers/web.ts'

export const SITE = 'shop.example.com'
const run = promisify(execFile)

export interface Stage {
  bench: TestBench
  directory: string
  site: TestSite
  mariadb: MariadbServer
  nginx: NginxServer
  hostsFile: string
  redisPorts: Record<RedisName, number>
  /** Services that are running; a fault may stop one. */
  services: Map<ServiceName, Child>
  start(name: ServiceName): Promise<void>
  stop(name: ServiceName): Promise<void>
  /** What the product is started through: a program that shows it another clock, or another directory. */
  through: string[]
  /** The product's command line in the bench. */
  migrate(...parameters: string[]): Promise<Ended>
  /** A command as a user types it there; its output, whatever its exit code. */
  type(...argv: [string, ...string[]]): Promise<string>
  /** What nginx or the web server answers, as curl prints it. */
  curl(path?: string, port?: number): Promise<string>
  /** Paths of this bench: `path('sites/apps.txt')`. */
  path(part: string): string
  /** Every file of the bench that is no log and no record of this program: path, mode, owner, digest. */
  tree(): string[]
  /** Everything as before any fault: files and services. */
  restore(): Promise<void>
  close(): Promise<void>
}

export type RedisName = 'redis_cache' | 'redis_queue'
export type ServiceName = RedisName | 'web' | 'worker' | 'schedule'

const REDIS: RedisName[] = ['redis_cache', 'redis_queue']
/** What runs write and nobody restores. */
const MOVING = ['.migrator', 'logs', 'config/pids', 'env', 'archived']

/** null where the shared data the site is made of is absent. */
export async function openStage(): Promise<Stage | null> {
  const dump = sharedData('site-v15')
  if (dump === null) return null
  const bench = await createBench()
  const directory = bench.directory
  const path = (part: string) => join(directory, part)
  const redisPorts = { redis_cache: await freePort(), redis_queue: await freePort() }
  for (const name of REDIS) {
    const file = path(`config/${name}.conf`)
    await writeFile(file, (await readFile(file, 'utf8')).replace(/^port .*$/m, `port ${redisPorts[name]}`))
  }
  const url = (name: RedisName) => `redis://127.0.0.1:${redisPorts[name]}`
  await bench.configure({
    ...{ redis_cache: url('redis_cache'), redis_queue: url('redis_queue'), redis_socketio: url('redis_cache') },
    scheduler_tick_interval: 60,
  })
  const procfile = await readFile(path('Procfile'), 'utf8')
  await writeFile(path('Procfile'), procfile.replace('--port 8000', `--port ${bench.webserverPort}`))
  const mariadb = await startMariadb()
  const site = await addSite(bench, SITE, { dump, mariadb, siteConfig: { host_name: `http://${SITE}` } })
  // Archives unpacked as root keep the owners they were packed with.
  await run('chown', ['-R', `${userInfo().uid}:${userInfo().gid}`, site.directory])
  const services = new Map<ServiceName, Child>()
  const starters: Record<ServiceName, () => Promise<Child>> = {
    redis_cache: () => startRedis(directory, 'redis_cache', redisPorts.redis_cache),
    redis_queue: () => startRedis(directory, 'redis_queue', redisPorts.redis_queue),
    web: () => startWeb(bench),
    worker: () => startWorker(bench),
    schedule: () => startScheduler(bench),
  }
  const start = async (name: ServiceName): Promise<void> => {
    if (!services.has(name)) services.set(name, await starters[name]())
  }
  const stop = async (name: ServiceName): Promise<void> => {
    await services.get(name)?.stop()
    services.delete(name)
  }
  const all: ServiceName[] = [...REDIS, 'web', 'worker', 'schedule']
  for (const name of all) await start(name)
  const nginx = await startNginx({ bench })
  const home = await mkdtemp(join(tmpdir(), 'migrator-faults-'))
  const hostsFile = join(home, 'hosts')
  await writeFile(hostsFile, '127.0.0.1\tlocalhost\n')
  const pristine = join(home, 'pristine')
  await cp(directory, pristine, {
    recursive: true,
    verbatimSymlinks: true,
    preserveTimestamps: true,
    filter: (from) => !MOVING.some((part) => from === path(part)),
  })
  const pristineHosts = await readFile(hostsFile)
  const machine = ['--nginx-config', nginx.configuration, '--hosts-file', hostsFile, '--crontab-directory', home]
  const type = async (...[program, ...argv]: [string, ...string[]]): Promise<string> => {
    const environment = { ...process.env, FRAPPE_DOCKER_BUILD: '1' }
    try {
      const done = await run(program, argv, { cwd: directory, env: environment, timeout: 30_000 })
      return `${done.stdout}${done.stderr}`
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
      return `${stdout}${stderr}`
    }
  }
  const stage: Stage = {
    ...{
      bench,
      directory,
      site,
      mariadb,
      nginx,
      hostsFile,
      redisPorts,
      services,
      start,
      stop,
      type,
      path,
      through: [],
    },
    migrate: (...parameters) => migrator(directory, [...parameters, ...machine], {}, stage.through),
    curl: (part = '/login', port = nginx.httpPort) =>
      type('curl', '-sS', '-i', '-m', '10', '-H', `Host: ${SITE}`, `http://127.0.0.1:${port}${part}`),
    tree: () => treeOf(directory, { without: MOVING }),
    restore: async () => {
      const excluded = MOVING.flatMap((part) => ['--exclude', `/${part}`])
      await run('rsync', ['-a', '--checksum', '--delete', ...excluded, `${pristine}/`, `${directory}/`])
      await writeFile(hostsFile, pristineHosts)
      for (const name of all) if (!(await stillRuns(services.get(name)))) services.delete(name)
      for (const name of all) await start(name)
    },
    close: async () => {
      await nginx.stop()
      for (const name of all.toReversed()) await stop(name)
      await mariadb.stop()
      await bench.remove()
      await rm(home, { recursive: true, force: true })
    },
  }
  return stage
}

function startRedis(directory: string, name: RedisName, port: number): Promise<Child> {
  return startChild({
    ...{ argv: ['redis-server', `config/${name}.conf`], directory, logPath: join(directory, 'logs', `${name}.log`) },
    ready: () => accepts(port),
  })
}

async function stillRuns(child: Child | undefined): Promise<boolean> {
  if (child === undefined) return false
  const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8').catch(() => null)
  return stat !== null && !/\) [ZX] /.test(stat)
}

/** A real bench for tests: made by the bench CLI with the stand-in framework, copied into a temporary directory. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir, userInfo } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { benchEnvironment, copyTemplate, toolsVenv } from './bench-template.ts'
import { freePort } from './mariadb.ts'
import type { RedisServer } from './redis.ts'
import type { TestUser } from './users.ts'

const run = promisify(execFile)

export interface BenchOptions {
  /** Name of the bench directory; nginx' upstreams and the queues are named after it. Default `frappe-bench`. */
  name?: string
  /** Version the stand-in reports, its branch is `version-<major>`. Default 15.55.1. */
  frappeVersion?: string
  /** Serves as redis_cache, redis_queue and redis_socketio; without it the configured ports lead nowhere. */
  redis?: RedisServer
  /** Who owns it; it lies in that user's home then. Default: the present user, in a temporary directory. */
  owner?: TestUser
  /** Further keys of common_site_config.json. */
  commonConfig?: Record<string, unknown>
}

interface Completed {
  exitCode: number
  stdout: string
  stderr: string
}

export interface TestBench {
  directory: string
  sitesDirectory: string
  /** `env/bin/python`. */
  python: string
  webserverPort: number
  socketioPort: number
  owner: TestUser | null
  /** Gives everything in it to its owner, after files were put there by others. */
  claim(): Promise<void>
  /** Runs the real bench CLI inside the bench: `bench(['--site', 'old.cloud', 'clear-cache'])`. Failure is an exit code. */
  bench(argv: string[]): Promise<Completed>
  /** Merges keys into common_site_config.json. */
  configure(keys: Record<string, unknown>): Promise<void>
  /** Removes the bench with its temporary directory; an owner's home stays. */
  remove(): Promise<void>
}

/** @throws Error when the bench CLI is missing (scripts/tools installs it) */
export async function createBench(options: BenchOptions = {}): Promise<TestBench> {
  const { owner = null } = options
  const home = owner?.home ?? (await mkdtemp(path.join(tmpdir(), 'migrator-bench-')))
  const directory = path.join(home, options.name ?? 'frappe-bench')
  await copyTemplate(directory, options.frappeVersion ?? '15.55.1')
  const sitesDirectory = path.join(directory, 'sites')
  const configPath = path.join(sitesDirectory, 'common_site_config.json')
  const configure = async (keys: Record<string, unknown>): Promise<void> => {
    const present: unknown = JSON.parse(await readFile(configPath, 'utf8'))
    await writeFile(configPath, JSON.stringify(Object.assign({}, present, keys), null, 1))
  }
  const [webserverPort, socketioPort, unused] = [await freePort(), await freePort(), await freePort()]
  const redis = options.redis?.url ?? `redis://127.0.0.1:${unused}`
  await configure({
    dns_multitenant: true,
    frappe_user: owner?.name ?? userInfo().username,
    webserver_port: webserverPort,
    socketio_port: socketioPort,
    redis_cache: redis,
    redis_queue: redis,
    redis_socketio: redis,
    ...options.commonConfig,
  })
  const claim = async (): Promise<void> => {
    if (owner) await run('chown', ['-R', `${owner.uid}:${owner.gid}`, directory])
  }
  await claim()
  const account = owner ? { uid: owner.uid, gid: owner.gid } : {}
  const environment = {
    ...process.env,
    ...benchEnvironment(),
    ...(owner ? { HOME: owner.home, USER: owner.name } : {}),
  }
  const bench = async (argv: string[]): Promise<Completed> => {
    try {
      const done = await run(path.join(toolsVenv(), 'bin', 'bench'), argv, {
        cwd: directory,
        env: environment,
        ...account,
      })
      return { exitCode: 0, ...done }
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && typeof error.code === 'number')) throw error
      const { stdout, stderr } = error as Error & { stdout?: string; stderr?: string }
      return { exitCode: error.code, stdout: stdout ?? '', stderr: stderr ?? '' }
    }
  }
  const remove = () => rm(owner ? directory : home, { recursive: true, force: true })
  const python = path.join(directory, 'env', 'bin', 'python')
  return { directory, sitesDirectory, python, webserverPort, socketioPort, owner, claim, bench, configure, remove }
}

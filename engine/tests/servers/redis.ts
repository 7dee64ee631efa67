/** A private Redis for tests: own directory, free port of 127.0.0.1, nothing kept on disk. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { accepts, startChild } from './child.ts'
import { freePort } from './mariadb.ts'

export interface RedisServer {
  port: number
  /** `redis://127.0.0.1:<port>`, as common_site_config.json wants it. */
  url: string
  pid: number
  directory: string
  stop(): Promise<void>
}

/** @throws Error when redis-server does not answer */
export async function startRedis(): Promise<RedisServer> {
  const directory = await mkdtemp(path.join(tmpdir(), 'migrator-redis-'))
  const port = await freePort()
  const child = await startChild({
    argv: [
      'redis-server',
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      '--dir',
      directory,
    ],
    directory,
    logPath: path.join(directory, 'redis.log'),
    ready: () => accepts(port),
  })
  const stop = async (): Promise<void> => {
    await child.stop()
    await rm(directory, { recursive: true, force: true })
  }
  return { port, url: `redis://127.0.0.1:${port}`, pid: child.pid, directory, stop }
}

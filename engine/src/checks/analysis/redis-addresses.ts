import { parseWrittenHost } from '../../bench/host-name.ts'
import { redisUrls } from '../../bench/redis-urls.ts'
import { readTextFile } from '../../services/text-file.ts'
import type { AnalysisContext } from './analysis-check.ts'

/** One Redis server of the configuration with all keys that name it. */
export interface RedisAddress {
  /** `redis_cache, redis_socketio` */
  keys: string
  purposes: ('cache' | 'queue' | 'socketio')[]
  /** With user and password: for connecting, not for showing. */
  url: string
  /** null for a socket. */
  host: string | null
  port: number | null
  /** On this machine. */
  local: boolean
}

const LOCAL = /^(?:localhost|127(?:\.\d+){3}|0\.0\.0\.0|\[?::1?\]?)$/

/** The Redis servers the bench is configured to use; one that serves several purposes comes once. */
export function redisAddresses({ facts }: Pick<AnalysisContext, 'facts'>): RedisAddress[] {
  const urls = redisUrls(facts.commonConfig.value)
  return [...Map.groupBy(urls, ({ url }) => url)].map(([url, same]) => {
    const written = url.startsWith('unix:')
      ? null
      : parseWrittenHost(url.replace(/^rediss?:\/\//, '').replace(/^.*@/, ''))
    return {
      keys: same.map(({ key }) => key).join(', '),
      purposes: same.map(({ purpose }) => purpose),
      url,
      host: written?.host ?? null,
      port: written === null ? null : (written.port ?? 6379),
      local: written === null || LOCAL.test(written.host),
    }
  })
}

/** Ports of the servers that bench itself starts: `config/redis_*.conf`. */
export async function ownRedisPorts({
  host,
  facts,
}: Pick<AnalysisContext, 'facts' | 'host'>): Promise<{ file: string; port: number }[]> {
  const names = ['redis_cache', 'redis_queue', 'redis_socketio']
  const read = await Promise.all(
    names.map(async (name) => {
      const file = `${facts.path}/config/${name}.conf`
      const text = await readTextFile(host, file)
      const port = text.state === 'read' ? /^\s*port\s+(\d+)/m.exec(text.text)?.[1] : undefined
      return port === undefined ? [] : [{ file, port: Number(port) }]
    }),
  )
  return read.flat()
}

/** How the bench's Redis servers are started, for a remedy. */
export function startRedisCommand({ facts }: AnalysisContext): string {
  const { kind } = facts.processManager
  if (kind === 'supervisor') return 'sudo supervisorctl start all'
  if (kind === 'systemd') return `sudo systemctl start '${facts.path.split('/').at(-1)}-redis*'`
  return `cd ${facts.path} && bench start`
}

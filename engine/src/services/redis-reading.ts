import type { Redis } from 'ioredis'
import { maskUrlUserinfo } from './redis.ts'
import { askRedis } from './redis-connection.ts'

/** Why a Redis server cannot be used, as far as the failure tells. */
export type RedisProblem = 'refused' | 'unknown-host' | 'password' | 'no-answer' | 'not-redis' | 'other'

/** A queue of background jobs (rq). */
export interface RedisQueue {
  name: string
  jobs: number
  workers: number
}

/** What a Redis server says of itself and of the queues in it. Read without changing anything. */
export interface RedisReading {
  /** Without user and password. */
  url: string
  problem: { kind: RedisProblem; words: string } | null
  /** INFO, by field; empty where the server forbids it. */
  info: Record<string, string>
  /** `dir`, `maxmemory-policy` and what else CONFIG GET was asked for; empty where the server forbids it. */
  settings: Record<string, string>
  queues: RedisQueue[]
  /** `rq:suspended` is set: workers take no job. */
  suspended: string | null
  /** Databases of the same server that hold queues, other than the one in the URL. */
  queuesElsewhere: { database: number; names: string[] }[]
}

const SETTINGS = ['dir', 'maxmemory-policy', 'stop-writes-on-bgsave-error']
const MOST_DATABASES = 16

/** @param url as configured, with user and password. Never throws: a server that does not answer is an answer too. */
export async function readRedisServer(url: string, timeoutMilliseconds: number): Promise<RedisReading> {
  const reading: RedisReading = {
    ...{ url: maskUrlUserinfo(url), problem: null, info: {}, settings: {} },
    ...{ queues: [], suspended: null, queuesElsewhere: [] },
  }
  try {
    await askRedis(url, timeoutMilliseconds, (client) => ask(client, reading))
  } catch (error) {
    const words = wordsOf(error)
    reading.problem = { kind: kindOf(words), words }
  }
  return reading
}

async function ask(client: Redis, reading: RedisReading): Promise<void> {
  await client.connect()
  await client.ping()
  // Each of these may be forbidden to the user of an access list.
  const allowed = <Value>(work: Promise<Value>, otherwise: Value) => work.catch(() => otherwise)
  const [info, settings, names, suspended] = await Promise.all([
    allowed(client.info(), ''),
    Promise.all(SETTINGS.map((name) => allowed(client.config('GET', name), []))),
    allowed(client.smembers('rq:queues'), []),
    allowed(client.get('rq:suspended'), null),
  ])
  reading.info = fieldsOf(info)
  for (const pair of settings) {
    const [name, value] = Array.isArray(pair) ? pair.map(String) : []
    if (name !== undefined && value !== undefined) reading.settings[name] = value
  }
  reading.suspended = suspended
  reading.queues = await Promise.all(names.sort().map((name) => allowed(queueOf(client, name), noQueue(name))))
  await readElsewhere(client, reading)
}

const noQueue = (key: string): RedisQueue => ({ name: key.replace(/^rq:queue:/, ''), jobs: 0, workers: 0 })

async function queueOf(client: Redis, key: string): Promise<RedisQueue> {
  const queue = noQueue(key)
  const [jobs, workers] = await Promise.all([client.llen(key), client.scard(`rq:workers:${queue.name}`)])
  return { ...queue, jobs, workers }
}

/** Our own connection ends afterwards, so that its database may be changed. */
async function readElsewhere(client: Redis, reading: RedisReading): Promise<void> {
  const own = client.options.db ?? 0
  const others = Object.keys(reading.info)
    .flatMap((field) => (/^db\d+$/.test(field) ? [Number(field.slice(2))] : []))
    .filter((database) => database !== own)
    .slice(0, MOST_DATABASES)
  for (const database of others) {
    try {
      await client.select(database)
      const names = (await client.smembers('rq:queues')).map((key) => key.replace(/^rq:queue:/, ''))
      if (names.length > 0) reading.queuesElsewhere.push({ database, names: names.sort() })
    } catch {
      return // SELECT is forbidden: what is elsewhere stays unknown.
    }
  }
}

function fieldsOf(info: string): Record<string, string> {
  const pairs = info.split(/\r?\n/).flatMap((line) => {
    const at = line.indexOf(':')
    return at > 0 && !line.startsWith('#') ? [[line.slice(0, at), line.slice(at + 1)] as const] : []
  })
  return Object.fromEntries(pairs)
}

function wordsOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return wordsOf(error.errors[0])
  return error instanceof Error ? maskUrlUserinfo(error.message) : 'unknown failure'
}

function kindOf(words: string): RedisProblem {
  if (/ECONNREFUSED|ENOENT/.test(words)) return 'refused'
  if (/ENOTFOUND|EAI_AGAIN/.test(words)) return 'unknown-host'
  if (/NOAUTH|WRONGPASS|invalid (?:username-)?password|invalid password|Authentication required/i.test(words))
    return 'password'
  if (/no answer in time|ETIMEDOUT|timed out|EHOSTUNREACH|ENETUNREACH/i.test(words)) return 'no-answer'
  if (/Protocol error/i.test(words)) return 'not-redis'
  return 'other'
}

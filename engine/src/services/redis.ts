import type { Redis } from 'ioredis'
import { askRedis } from './redis-connection.ts'

/** A Redis server the bench's configuration names. */
export interface RedisFacts {
  purpose: 'cache' | 'queue' | 'socketio'
  /** User and password masked. */
  url: string
  /** Answered PING. */
  reachable: boolean
  version: string | null
  problem: string | null
}

/** `redis://:***@host:port/0`; a URL without user and password stays as it is. */
export function maskUrlUserinfo(text: string): string {
  return text.replace(/(\b[a-z][a-z0-9+.-]*:\/\/)[^/?#\s@]*(?:@[^/?#\s@]*)*@/gi, '$1***@')
}

/** The server's or system's words without whatever user and password they may repeat. */
function problemOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return problemOf(error.errors[0])
  return error instanceof Error ? maskUrlUserinfo(error.message) : 'unknown failure'
}

/**
 * Asks a Redis server PING and its version. Never throws: an unreachable server is an answer too.
 * @param url as configured; user and password in it are used.
 */
export async function pingRedis(url: string, timeoutMilliseconds: number): Promise<Answer> {
  try {
    return await askRedis(url, timeoutMilliseconds, ask)
  } catch (error) {
    return { reachable: false, version: null, problem: problemOf(error) }
  }
}

type Answer = Pick<RedisFacts, 'reachable' | 'version' | 'problem'>

async function ask(client: Redis): Promise<Answer> {
  await client.connect()
  const answer = await client.ping()
  if (answer !== 'PONG') return { reachable: false, version: null, problem: 'answered something else than PONG' }
  return { reachable: true, ...(await serverVersion(client)) }
}

/** INFO may be forbidden to the user of an access list; the server is reachable all the same. */
async function serverVersion(client: Redis): Promise<Pick<RedisFacts, 'version' | 'problem'>> {
  try {
    return { version: /^redis_version:(\S+)/m.exec(await client.info('server'))?.[1] ?? null, problem: null }
  } catch (error) {
    return { version: null, problem: problemOf(error) }
  }
}

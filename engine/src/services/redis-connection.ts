import { Redis } from 'ioredis'
import { MigratorError } from '../host/errors.ts'

/** Redis URLs as Frappe's redis-py takes them, and the bare `host:port` of old benches, as ioredis wants them. */
export function connectionTarget(url: string): string {
  if (url.startsWith('unix://')) return url.slice('unix://'.length).replace(/\?.*/, '')
  return /^[a-z]+:\/\//i.test(url) ? url : `redis://${url}`
}

/**
 * Runs work on a connection that gives up instead of trying for ever, and closes it.
 * @throws MigratorError `redis-unreachable` naming the server by its configuration key
 */
export async function withRedis<Result>(
  url: string,
  key: string,
  work: (client: Redis) => Promise<Result>,
): Promise<Result> {
  const client = new Redis(connectionTarget(url), {
    lazyConnect: true,
    connectTimeout: 3000,
    maxRetriesPerRequest: 1,
    retryStrategy: () => null,
  })
  // The connection's errors reach us through the commands that fail.
  client.on('error', () => undefined)
  try {
    await client.connect()
    return await work(client)
  } catch (cause) {
    throw new MigratorError({
      code: 'redis-unreachable',
      kind: 'failed',
      message: `The Redis server of the bench (${key}) does not answer.`,
      evidence: cause instanceof Error ? cause.message.replace(/\/\/[^@/]*@/, '//***@') : String(cause),
      hint: 'Start it (bench start, or supervisor), then try again.',
      failureClass: 'service',
      cause,
    })
  } finally {
    client.disconnect()
  }
}

/**
 * Connects once, asks, and lets go; never waits longer than this.
 * @param url as configured; user and password in it are used.
 * @throws what the connection failed of, or the asking
 */
export async function askRedis<Result>(
  url: string,
  timeoutMilliseconds: number,
  ask: (client: Redis) => Promise<Result>,
): Promise<Result> {
  let connectionProblem: unknown = null
  let client: Redis | null = null
  let timer: NodeJS.Timeout | undefined
  try {
    client = new Redis(connectionTarget(url), {
      lazyConnect: true,
      connectTimeout: timeoutMilliseconds,
      commandTimeout: timeoutMilliseconds,
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
      enableReadyCheck: false,
      disconnectTimeout: 100,
      connectionName: 'frappe-migrator',
    })
    client.on('error', (error: unknown) => {
      connectionProblem ??= error
    })
    // ioredis' own limits add up (connecting, handshake, command): one limit over all of them.
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('no answer in time')), timeoutMilliseconds)
    })
    return await Promise.race([ask(client), late])
  } catch (error) {
    throw connectionProblem ?? error
  } finally {
    clearTimeout(timer)
    client?.disconnect()
  }
}

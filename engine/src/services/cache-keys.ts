import { MigratorError } from '../host/errors.ts'

/** Patterns take these as wildcards; a database name holding one would match too much. */
const escapePattern = (text: string): string => text.replace(/[\\*?[\]]/g, '\\$&')

/**
 * Deletes the keys of one site from the cache: Frappe prefixes them with `<db_name>|` (frappe/utils/redis_wrapper.py make_key).
 * Sessions are kept when asked: they live under `<db_name>|session` and in the database.
 * @returns number of keys deleted
 * @throws MigratorError `redis-unreachable`
 */
export async function deleteCacheKeys(url: string, databaseName: string): Promise<number> {
  const { Redis } = await import('ioredis')
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 3000,
    maxRetriesPerRequest: 1,
    retryStrategy: () => null,
  })
  // The connection's errors reach us through the commands that fail.
  client.on('error', () => undefined)
  try {
    await client.connect()
    let deleted = 0
    let cursor = '0'
    do {
      const [next, keys] = await client.scan(cursor, 'MATCH', `${escapePattern(databaseName)}|*`, 'COUNT', 1000)
      const disposable = keys.filter((key) => key !== `${databaseName}|session`)
      if (disposable.length) deleted += await client.unlink(...disposable)
      cursor = next
    } while (cursor !== '0')
    return deleted
  } catch (cause) {
    throw new MigratorError({
      code: 'redis-unreachable',
      kind: 'failed',
      message: 'The cache server (redis_cache) does not answer.',
      evidence: cause instanceof Error ? cause.message.replace(/\/\/[^@/]*@/, '//***@') : String(cause),
      hint: 'Start it (bench start, or supervisor), then try again.',
      failureClass: 'service',
      cause,
    })
  } finally {
    client.disconnect()
  }
}

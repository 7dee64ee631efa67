import { withRedis } from './redis-connection.ts'

/** Patterns take these as wildcards; a database name holding one would match too much. */
const escapePattern = (text: string): string => text.replace(/[\\*?[\]]/g, '\\$&')

/**
 * Deletes the keys of one site from the cache: Frappe prefixes them with `<db_name>|` (frappe/utils/redis_wrapper.py make_key).
 * Sessions (`<db_name>|session`) are kept, so that nobody is logged out.
 * @returns number of keys deleted
 * @throws MigratorError `redis-unreachable`
 */
export function deleteCacheKeys(url: string, databaseName: string): Promise<number> {
  return withRedis(url, 'redis_cache', async (client) => {
    let deleted = 0
    let cursor = '0'
    do {
      const [next, keys] = await client.scan(cursor, 'MATCH', `${escapePattern(databaseName)}|*`, 'COUNT', 1000)
      const disposable = keys.filter((key) => key !== `${databaseName}|session`)
      if (disposable.length) deleted += await client.unlink(...disposable)
      cursor = next
    } while (cursor !== '0')
    return deleted
  })
}

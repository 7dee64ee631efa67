import { z } from 'zod'
import { MigratorError } from '../host/errors.ts'
import { deleteCacheKeys } from '../services/cache-keys.ts'
import type { Change, ChangeContext } from './change.ts'
import { redisUrl } from './redis-url.ts'

const Params = z.object({
  databaseName: z.string(),
  when: z.enum(['before', 'after']),
  /** The site uses another database by then. */
  switched: z.literal(true).exactOptional(),
})
type Params = z.infer<typeof Params>

/**
 * Drops the site's cached documents, which go on naming the old host until then. It stands before and after the rewrite in a plan,
 * so that a rollback, which runs backwards, ends with a cleared cache too.
 */
export const clearCache: Change<Params, null, { deleted: number }> = {
  kind: 'clear-cache',
  undo: 'regenerate',
  params: Params,
  describe: ({ when, switched }) =>
    when === 'after' && switched
      ? 'Clear what the cache holds of the database of before (users log in again)'
      : when === 'after'
        ? 'Clear the cache of the site (users stay logged in)'
        : 'Clear the cache of the site when rolled back',
  inspect: async () => ({ state: 'pending' }),
  prepare: async () => null,
  apply: async (context, params) => ({ deleted: params.when === 'after' ? await clear(context, params) : 0 }),
  revert: async (context, params) => {
    try {
      await clear(context, params)
      return []
    } catch (error) {
      // A cache that cannot be reached serves nobody stale documents either; say so instead of stopping the way back.
      if (!(error instanceof MigratorError)) throw error
      return [
        {
          what: 'the cache of the site',
          left: 'cleared',
          now: `not cleared: ${error.message} Clear it when Redis runs again.`,
        },
      ]
    }
  },
}

async function clear(context: ChangeContext, params: Params): Promise<number> {
  const url = await redisUrl(context, 'redis_cache')
  return url === null ? 0 : deleteCacheKeys(url, params.databaseName)
}

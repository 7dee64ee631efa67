import { z } from 'zod'
import { withRedis } from '../services/redis-connection.ts'
import type { Change, ChangeContext } from './change.ts'
import { redisUrl } from './redis-url.ts'

const Params = z.object({
  key: z.enum(['redis_cache', 'redis_queue']),
  name: z.enum(['maxmemory', 'maxmemory-policy']),
  value: z.string(),
})
type Params = z.infer<typeof Params>

/** Changes a setting of a running Redis; its file is another step. */
export const redisSetting: Change<Params, { value: string }, null> = {
  kind: 'redis-setting',
  undo: 'exact',
  params: Params,
  describe: ({ key, name, value }) => `Set ${name} of the running ${key} to ${value}`,
  inspect: async (context, params) => ({
    state: (await get(context, params)) === params.value ? 'applied' : 'pending',
  }),
  prepare: async (context, params) => ({ value: await get(context, params) }),
  apply: async (context, params) => {
    await set(context, params, params.value)
    return null
  },
  revert: async (context, params, before) => {
    const now = await get(context, params)
    if (now === before.value) return []
    if (now !== params.value && context.onConflict === 'keep')
      return [{ what: `${params.name} of ${params.key}`, left: params.value, now }]
    await set(context, params, before.value)
    return []
  },
}

async function withServer<Result>(context: ChangeContext, key: Params['key'], work: (url: string) => Promise<Result>) {
  const url = await redisUrl(context, key)
  if (url === null) throw new Error(`the configuration names no ${key}`)
  return work(url)
}

const get = (context: ChangeContext, { key, name }: Params): Promise<string> =>
  withServer(context, key, (url) =>
    withRedis(url, key, async (client) => {
      const pair = await client.config('GET', name)
      return Array.isArray(pair) ? String(pair[1] ?? '') : ''
    }),
  )

const set = (context: ChangeContext, { key, name }: Params, value: string): Promise<unknown> =>
  withServer(context, key, (url) => withRedis(url, key, (client) => client.config('SET', name, value)))

import { z } from 'zod'
import { withRedis } from '../services/redis-connection.ts'
import type { Change, ChangeContext } from './change.ts'
import { redisUrl } from './redis-url.ts'

const Params = z.object({ server: z.enum(['redis_cache', 'redis_queue']), name: z.string(), purpose: z.string() })
type Params = z.infer<typeof Params>
type Before = { value: string | null; millisecondsLeft: number }

/** Takes one plain key out of the bench's Redis: a mark that was left behind. Never one that holds a secret. */
export const redisKey: Change<Params, Before, null> = {
  kind: 'redis-key',
  undo: 'exact',
  params: Params,
  describe: ({ purpose, name }) => `${purpose} (${name})`,
  inspect: async (context, params) => ({ state: (await read(context, params)).value === null ? 'applied' : 'pending' }),
  prepare: (context, params) => read(context, params),
  apply: async (context, params) => {
    await withServer(context, params, (client) => client.del(params.name))
    return null
  },
  revert: async (context, params, { value, millisecondsLeft }) => {
    if (value === null) return []
    const now = (await read(context, params)).value
    if (now !== null && now !== value && context.onConflict === 'keep')
      return [{ what: params.name, left: 'removed', now: 'set anew by somebody since' }]
    await withServer(context, params, async (client) => {
      await client.set(params.name, value)
      if (millisecondsLeft > 0) await client.pexpire(params.name, millisecondsLeft)
    })
    return []
  },
}

const read = (context: ChangeContext, params: Params): Promise<Before> =>
  withServer(context, params, async (client) => ({
    value: await client.get(params.name),
    millisecondsLeft: await client.pttl(params.name),
  }))

async function withServer<Result>(
  context: ChangeContext,
  { server }: Params,
  work: Parameters<typeof withRedis<Result>>[2],
): Promise<Result> {
  const url = await redisUrl(context, server)
  if (url === null) throw new Error(`the configuration names no ${server}`)
  return withRedis(url, server, work)
}

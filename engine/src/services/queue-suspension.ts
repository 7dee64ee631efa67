import { withRedis } from './redis-connection.ts'

/** rq's workers take no job while this key exists (rq/suspension.py). */
const KEY = 'rq:suspended'
/** Ours is told from an administrator's own pause by its value, which rq does not look at. */
const VALUE = 'frappe-migrator'
/** Should we be killed in between, the workers go on by themselves after this many seconds (move_jobs.py has the same). */
const SECONDS = 300

/** Pauses the workers of every queue on this Redis; a pause of ours begins anew, one somebody else made stays theirs. */
export async function suspendQueueWorkers(url: string): Promise<void> {
  await withRedis(url, 'redis_queue', async (client) => {
    const begun = await client.set(KEY, VALUE, 'EX', SECONDS, 'NX')
    if (begun === null && (await client.get(KEY)) === VALUE) await client.expire(KEY, SECONDS)
  })
}

export async function resumeQueueWorkers(url: string): Promise<void> {
  await withRedis(url, 'redis_queue', async (client) => {
    if ((await client.get(KEY)) === VALUE) await client.del(KEY)
  })
}

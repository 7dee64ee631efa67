import { join } from 'node:path'
import { maskUrlUserinfo, pingRedis } from '../services/redis.ts'
import type { Check } from './check.ts'

/** Cache and queue servers of the bench, by the addresses in common_site_config.json. */
export const redisReachable: Check = {
  id: 'redis-reachable',
  title: 'Redis answers (cache and queue)',
  run: async (context) => {
    const text = await context.host.readFile(join(context.benchPath, 'sites', 'common_site_config.json'))
    const config = JSON.parse(text.toString()) as Record<string, unknown>
    const urls = ['redis_cache', 'redis_queue'].flatMap((key) => {
      const url = config[key]
      return typeof url === 'string' ? [{ key, url }] : []
    })
    if (urls.length === 0) return { status: 'not-applicable', critical: false, evidence: 'no Redis is configured' }
    const answers = await Promise.all(urls.map(async ({ key, url }) => ({ key, url, ...(await pingRedis(url, 3000)) })))
    const evidence = answers
      .map(
        (answer) =>
          `${answer.key} ${maskUrlUserinfo(answer.url)}: ${answer.reachable ? `Redis ${answer.version}` : answer.problem}`,
      )
      .join('; ')
    if (answers.every((answer) => answer.reachable)) return { status: 'passed', critical: false, evidence }
    const before = context.baseline('redis-reachable')
    // What did not answer before the change is no fault of it.
    const status = before?.status === 'passed' ? 'failed' : 'warning'
    return { status, critical: false, evidence, remedy: 'Start Redis: bench start, or supervisor.' }
  },
}

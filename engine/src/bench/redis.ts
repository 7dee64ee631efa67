import { maskUrlUserinfo, pingRedis, type RedisFacts } from '../services/redis.ts'
import type { Finding } from './finding.ts'
import type { Reading } from './reading.ts'
import { redisUrls } from './redis-urls.ts'

/** Asks every Redis server of the bench whether it answers; one that serves two purposes is asked once. */
export async function readRedis(
  common: Record<string, unknown> | null,
  timeoutMilliseconds: number,
): Promise<Reading<RedisFacts[]>> {
  const asked = new Map<string, ReturnType<typeof pingRedis>>()
  const findings: Finding[] = []
  const value = await Promise.all(
    redisUrls(common).map(async ({ purpose, url, key }): Promise<RedisFacts> => {
      const answer = asked.get(url) ?? pingRedis(url, timeoutMilliseconds)
      asked.set(url, answer)
      const shown = maskUrlUserinfo(url)
      const facts = { purpose, url: shown, ...(await answer) }
      if (!facts.reachable) {
        findings.push({
          id: 'redis-unreachable',
          severity: 'warning',
          title: `Redis for ${purpose} does not answer.`,
          evidence: `${key} ${shown}: ${facts.problem ?? 'no answer'}`,
          remedies: ["Start the bench's Redis servers (bench start, or the process manager of this bench)."],
          subject: key,
        })
      }
      return facts
    }),
  )
  return { value, findings }
}

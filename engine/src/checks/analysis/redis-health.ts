import { bytesText, numberOf } from '../../host/amounts.ts'
import type { RedisReading } from '../../services/redis-reading.ts'
import { benchCheck, type Found } from './analysis-check.ts'
import { type RedisAddress, redisAddresses } from './redis-addresses.ts'

const NEARLY = 0.85

const finds = {
  'redis-memory-full': 'Redis has reached maxmemory and refuses writes (OOM)',
  'redis-memory-nearly-full': 'predicted: Redis nears maxmemory and will refuse writes',
  'redis-queue-evicts': 'the Redis of the queues may throw jobs away when memory is short',
  'redis-is-replica': 'the Redis is a replica and refuses writes',
  'redis-cannot-save': 'Redis could not save to disk and refuses writes (MISCONF)',
  'redis-loading': 'Redis is still loading its data',
  'redis-wrong-database': 'the queues of this bench are in another database number of the same Redis',
}
type Id = keyof typeof finds

/** Whether a Redis that answers also takes and keeps what it is given. */
export const redisHealth = benchCheck({
  id: 'redis-health',
  title: 'Redis takes writes and keeps jobs',
  area: 'redis',
  finds,
  run: async (context) => {
    const found = await Promise.all(
      redisAddresses(context).map(async (address) => {
        const reading = await context.redis(address.url)
        if (reading.problem !== null) return []
        return [
          ...memory(address, reading),
          ...writes(address, reading),
          ...otherDatabase(address, reading, context.facts.benchId),
        ]
      }),
    )
    return found.flat()
  },
})

function memory({ keys, purposes, port }: RedisAddress, { info }: RedisReading): Found<Id>[] {
  const [used, most] = [numberOf(info['used_memory']), numberOf(info['maxmemory'])]
  const policy = info['maxmemory_policy'] ?? ''
  if (used === null || most === null || most === 0) return []
  const evidence = `used_memory ${bytesText(used)}, maxmemory ${bytesText(most)}, maxmemory-policy ${policy}`
  const raise = `redis-cli -p ${port ?? '<port>'} CONFIG SET maxmemory ${2 * most}, and the same in config/redis_*.conf`
  const found: Found<Id>[] = []
  if (policy === 'noeviction' && used >= most) {
    found.push({
      ...{ id: 'redis-memory-full', severity: 'critical', subject: keys, evidence },
      title: `Redis (${keys}) is full and refuses writes.`,
      cause: 'maxmemory is reached and the policy throws nothing away.',
      remedies: [
        raise,
        ...(purposes.includes('queue')
          ? []
          : [`redis-cli -p ${port ?? '<port>'} CONFIG SET maxmemory-policy allkeys-lru`]),
      ],
    })
  } else if (policy === 'noeviction' && used > NEARLY * most) {
    found.push({
      ...{ id: 'redis-memory-nearly-full', severity: 'warning', subject: keys, evidence },
      title: `Redis (${keys}) has used ${Math.round((100 * used) / most)} % of its memory and will refuse writes.`,
      predicted: { basis: `used_memory against maxmemory, with policy ${policy}` },
      remedies: [raise],
    })
  }
  if (purposes.includes('queue') && policy.startsWith('allkeys')) {
    found.push({
      ...{ id: 'redis-queue-evicts', severity: 'warning', subject: keys, evidence },
      title: `The Redis of the queues (${keys}) throws away jobs when its memory is full.`,
      cause: 'Its policy is one for caches.',
      remedies: [
        `redis-cli -p ${port ?? '<port>'} CONFIG SET maxmemory-policy noeviction, and the same in config/redis_queue.conf`,
      ],
    })
  }
  return found
}

function writes({ keys, port }: RedisAddress, { info, settings }: RedisReading): Found<Id>[] {
  const at = port ?? '<port>'
  const finding = (id: Id, title: string, evidence: string, remedies: string[]): Found<Id>[] => [
    { id, severity: 'critical', title, evidence, remedies, subject: keys },
  ]
  if (info['loading'] === '1') {
    return finding('redis-loading', `Redis (${keys}) is still loading its data.`, 'loading:1', [
      `Wait; redis-cli -p ${at} INFO persistence shows how far it is.`,
    ])
  }
  if (info['role'] === 'slave') {
    const master = `role:slave of ${info['master_host']}:${info['master_port']}`
    return finding('redis-is-replica', `Redis (${keys}) is a replica of another and refuses writes.`, master, [
      `If that was never meant, it was done from outside: redis-cli -p ${at} REPLICAOF NO ONE, then close the port to others.`,
    ])
  }
  const stops = (settings['stop-writes-on-bgsave-error'] ?? 'yes') === 'yes'
  if (info['rdb_last_bgsave_status'] === 'err' && stops) {
    return finding(
      'redis-cannot-save',
      `Redis (${keys}) could not save to disk and refuses writes.`,
      `rdb_last_bgsave_status:err, dir ${settings['dir'] ?? 'unknown'}`,
      [
        `Make room in ${settings['dir'] ?? 'its directory'} and see that its user may write there; then redis-cli -p ${at} BGSAVE`,
      ],
    )
  }
  return []
}

function otherDatabase({ keys, purposes, url }: RedisAddress, reading: RedisReading, benchId: string): Found<Id>[] {
  if (!purposes.includes('queue')) return []
  const own = (names: string[]) => names.some((name) => name.startsWith(`${benchId}:`))
  if (own(reading.queues.map(({ name }) => name))) return []
  const elsewhere = reading.queuesElsewhere.find(({ names }) => own(names))
  if (elsewhere === undefined) return []
  const number = /\/(\d+)(?:[?#]|$)/.exec(url)?.[1] ?? '0'
  return [
    {
      ...{ id: 'redis-wrong-database', severity: 'warning', subject: keys },
      title: `The queues of this bench are in database ${elsewhere.database} of Redis, the configuration names ${number}.`,
      evidence: `${reading.url}: ${elsewhere.names.join(', ')} in database ${elsewhere.database}`,
      cause: 'The number at the end of the URL was changed: jobs wait where no worker looks.',
      remedies: [
        `Put /${elsewhere.database} (or nothing for 0) at the end of ${keys} in common_site_config.json, then restart the bench.`,
      ],
    },
  ]
}

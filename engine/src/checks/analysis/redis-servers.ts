import type { AnalysisContext, Found } from './analysis-check.ts'
import { benchCheck } from './analysis-check.ts'
import { holderOf, isRedisProcess } from './port-holder.ts'
import { ownRedisPorts, type RedisAddress, redisAddresses, startRedisCommand } from './redis-addresses.ts'

const finds = {
  'redis-not-running': 'nobody listens where the configuration expects Redis',
  'redis-port-mismatch': 'nobody listens there, and config/redis_*.conf names another port',
  'redis-port-held-by-foreign-process': 'a program that is no Redis listens on the port of Redis',
  'redis-password-wrong': 'Redis wants a password, or another one than configured',
  'redis-host-unknown': 'the host name of Redis cannot be resolved (a name of Docker outside of Docker)',
  'redis-no-answer': 'something accepts the connection and does not answer in time',
  'redis-unusable': 'Redis refuses for another reason',
}
type Id = keyof typeof finds

/** Whether every Redis server of the configuration can be used, and if not, what stands in the way. */
export const redisServers = benchCheck({
  id: 'redis-servers',
  title: 'Redis answers',
  area: 'redis',
  replaces: ['redis-unreachable'],
  finds,
  run: async (context) => {
    const found = await Promise.all(redisAddresses(context).map((address) => look(context, address)))
    return found.flat()
  },
})

async function look(context: AnalysisContext, address: RedisAddress): Promise<Found<Id>[]> {
  const { problem, url } = await context.redis(address.url)
  if (problem === null) return []
  const evidence = `${address.keys} ${url}: ${problem.words}`
  const finding = (id: Id, title: string, cause: string, remedies: string[], more = ''): Found<Id>[] => [
    { id, severity: 'critical', title, evidence: `${evidence}${more}`, cause, remedies, subject: address.keys },
  ]
  const common = context.facts.commonConfig.path
  if (problem.kind === 'refused') return notRunning(context, address, finding)
  if (problem.kind === 'password') {
    const title = `Redis (${address.keys}) refuses: it wants a password, or another one.`
    return finding(
      'redis-password-wrong',
      title,
      'requirepass or an access list was set on the server, not in the configuration.',
      [
        `Put the password into the URL in ${common}: "redis://:<password>@host:port", then restart the bench.`,
        'Or take requirepass out of the configuration of that Redis and restart it.',
      ],
    )
  }
  if (problem.kind === 'unknown-host') {
    const title = `The host of Redis (${address.keys}) cannot be resolved: ${address.host}.`
    return finding('redis-host-unknown', title, 'Names such as redis-cache exist only inside a Docker network.', [
      `Set the address this machine reaches it by: bench set-config -g ${address.keys.split(', ')[0]} redis://127.0.0.1:<port>`,
    ])
  }
  const holder = address.local && address.port !== null ? await holderOf(context, address.port) : null
  const foreign =
    holder !== null && holder.process !== null && !isRedisProcess(holder.process) && holder.kind !== 'docker'
  if (foreign || problem.kind === 'not-redis') {
    const title = `Port ${address.port} of Redis (${address.keys}) is held by a program that is no Redis.`
    return finding(
      'redis-port-held-by-foreign-process',
      title,
      'The bench’s own Redis cannot start while its port is taken.',
      [
        `See what it is: sudo ss -ltnp 'sport = :${address.port}'; stop it, or give the bench another port: bench set-config -g ${address.keys.split(', ')[0]} redis://127.0.0.1:<free port> && bench setup redis`,
      ],
      holder === null ? '' : `; ${holder.words}`,
    )
  }
  if (problem.kind === 'no-answer') {
    const title = `Redis (${address.keys}) accepts connections and does not answer.`
    return finding('redis-no-answer', title, 'It hangs, is stopped, loads its data, or a firewall drops the packets.', [
      `redis-cli -p ${address.port ?? '<port>'} ping`,
      `Restart it: ${startRedisCommand(context)}`,
    ])
  }
  const title = `Redis (${address.keys}) cannot be used.`
  return finding('redis-unusable', title, 'See its own words.', [`redis-cli -p ${address.port ?? '<port>'} ping`])
}

async function notRunning(
  context: AnalysisContext,
  address: RedisAddress,
  finding: (id: Id, title: string, cause: string, remedies: string[], more?: string) => Found<Id>[],
): Promise<Found<Id>[]> {
  const own = await ownRedisPorts(context)
  const claimed = own.some(({ port }) => port === address.port)
  const wanted = own.find(({ file }) => address.keys.split(', ').some((key) => file.endsWith(`/${key}.conf`)))
  const listening = await context.listeners()
  if (address.local && !claimed && wanted !== undefined && listening.some(({ port }) => port === wanted.port)) {
    const title = `${address.keys} names port ${address.port}, but this bench's Redis is set up for port ${wanted.port}.`
    return finding(
      'redis-port-mismatch',
      title,
      'One of the two was changed without the other.',
      [
        `bench set-config -g ${address.keys.split(', ')[0]} redis://127.0.0.1:${wanted.port}, then restart the bench`,
        'Or write the files anew from the configuration: bench setup redis',
      ],
      `; ${wanted.file}: port ${wanted.port}`,
    )
  }
  const title = `Redis (${address.keys}) is not running at ${address.host ?? 'its socket'}${address.port === null ? '' : `:${address.port}`}.`
  const cause = address.local
    ? 'It was not started, ended, or could not bind its port.'
    : 'The server on the other machine is down, or its address is wrong.'
  return finding('redis-not-running', title, cause, [
    `Start it: ${startRedisCommand(context)}`,
    `See why it ends: cd ${context.facts.path} && redis-server config/redis_${address.purposes[0]}.conf`,
  ])
}

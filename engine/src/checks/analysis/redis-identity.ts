import type { RedisReading } from '../../services/redis-reading.ts'
import type { AnalysisContext, Found } from './analysis-check.ts'
import { benchCheck } from './analysis-check.ts'
import { dockerForwarder, otherBenchOf } from './port-holder.ts'
import { ownRedisPorts, type RedisAddress, redisAddresses } from './redis-addresses.ts'

const finds = {
  'redis-of-other-bench': "another bench's Redis answers on the port of this one's",
  'redis-port-held-by-docker': 'a container answers where this bench has a Redis of its own',
  'redis-docker-beside-local': 'a container and a local Redis share a port; which one answers depends on the address',
  'redis-port-held-by-foreign-redis': "a Redis that is not this bench's answers where this bench has its own",
  'redis-not-of-this-bench':
    'the configured Redis is not started by this bench (a shared or system server): no fault in itself',
}
type Id = keyof typeof finds

/**
 * Whether the Redis that answers is the one meant. A right port says little: another bench's Redis, a container's or the system's
 * answers PING just as well. Compared are the process behind it, its directory and its configuration file with this bench.
 */
export const redisIdentity = benchCheck({
  id: 'redis-identity',
  title: 'The Redis that answers is this bench’s own',
  area: 'redis',
  replaces: ['port-of-another'],
  finds,
  run: async (context) => {
    const own = new Set((await ownRedisPorts(context)).map(({ port }) => port))
    const found = await Promise.all(redisAddresses(context).map((address) => look(context, address, own)))
    return found.flat()
  },
})

async function look(context: AnalysisContext, address: RedisAddress, own: Set<number>): Promise<Found<Id>[]> {
  const { port, keys } = address
  if (!address.local || port === null) return []
  const reading = await context.redis(address.url)
  if (reading.problem !== null && reading.problem.kind !== 'password') return []
  const processes = await context.processes()
  const claims = own.has(port)
  const finding = (
    id: Id,
    severity: Found['severity'],
    title: string,
    evidence: string,
    cause: string,
    remedies: string[],
  ): Found<Id>[] => [{ id, severity, title, evidence: `port ${port}: ${evidence}`, cause, remedies, subject: keys }]
  const docker = dockerForwarder(processes, port)
  const listening = (await context.listeners()).filter((listener) => listener.port === port)
  const process =
    processes.find(
      ({ pid }) => pid === Number(reading.info['process_id']) && listening.some((one) => one.pid === pid),
    ) ?? processes.find(({ pid }) => listening.some((one) => one.pid === pid && pid !== docker?.pid))
  if (docker !== undefined && listening.some(({ pid }) => pid !== null && pid !== docker.pid)) {
    return finding(
      'redis-docker-beside-local',
      'warning',
      `A container and a local Redis both listen on port ${port} (${keys}).`,
      `process ${docker.pid} ${docker.argv.join(' ')}; process ${process?.pid ?? '?'}`,
      'One listens on all addresses, the other on 127.0.0.1: who answers depends on how the port is reached.',
      [
        'docker ps --format "{{.Names}} {{.Ports}}"; stop the container that is not wanted, or publish it on another port.',
      ],
    )
  }
  if (docker !== undefined || inContainer(reading)) {
    return finding(
      'redis-port-held-by-docker',
      claims ? 'warning' : 'information',
      `A Docker container answers on port ${port} (${keys}).`,
      docker === undefined
        ? `it says process_id ${reading.info['process_id']}, no process of this machine`
        : docker.argv.join(' '),
      claims
        ? 'This bench has a Redis of its own for that port, which cannot start.'
        : 'The configuration names a Redis in a container.',
      [
        `docker ps --filter publish=${port}; stop that container, or give the bench other ports: bench set-config -g ${keys.split(', ')[0]} redis://127.0.0.1:<free port> && bench setup redis`,
      ],
    )
  }
  const where = places(reading, process)
  if (where.length === 0 || where.some((place) => inside(place, context.benchPaths))) return []
  const other = process === undefined ? null : await otherBenchOf(context, process)
  const bench =
    other ?? (await context.otherBenches()).find(({ path }) => where.some((place) => inside(place, [path])))?.path
  const evidence = `${process === undefined ? 'the server' : `process ${process.pid}`} works in ${where.join(', ')}`
  if (bench !== undefined) {
    return finding(
      'redis-of-other-bench',
      'warning',
      `The Redis on port ${port} (${keys}) belongs to the bench ${bench}.`,
      evidence,
      'Two benches are configured with the same port; whichever started first answers both.',
      [
        `Give this bench a port of its own: bench set-config -g ${keys.split(', ')[0]} redis://127.0.0.1:<free port> && bench setup redis, then restart it`,
      ],
    )
  }
  if (claims) {
    return finding(
      'redis-port-held-by-foreign-redis',
      'warning',
      `The Redis on port ${port} (${keys}) is not this bench's own.`,
      evidence,
      'This bench has a Redis of its own for that port, which cannot start while the other runs.',
      [`sudo ss -ltnp 'sport = :${port}'; stop that Redis, or give the bench another port and run bench setup redis`],
    )
  }
  return finding(
    'redis-not-of-this-bench',
    'information',
    `The Redis on port ${port} (${keys}) is not started by this bench.`,
    evidence,
    'A Redis shared with others.',
    [],
  )
}

/** A container's first process has number 1 in its own world; on this machine that is init. */
const inContainer = ({ info }: RedisReading): boolean => info['process_id'] === '1'

/** Where a server works: its own words, and the process behind it. */
function places(reading: RedisReading, process: { directory: string | null } | undefined): string[] {
  const file = reading.info['config_file']
  const known = [process?.directory, reading.settings['dir'], file === '' ? undefined : file]
  return [...new Set(known.filter((place) => place !== undefined && place !== null))]
}

const inside = (place: string, benches: string[]): boolean =>
  benches.some((bench) => place === bench || place.startsWith(`${bench}/`))

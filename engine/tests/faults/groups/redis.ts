import { readFile, writeFile } from 'node:fs/promises'
import { accepts, type Child, startChild } from '../../servers/child.ts'
import type { Fault } from '../fault.ts'
import type { RedisName, Stage } from '../stage.ts'

const COMMON = 'sites/common_site_config.json'
const strangers: Child[] = []

/** What a program of the bench prints that writes to its Redis: redis-py's own words. */
const write = (key: RedisName) => (stage: Stage) =>
  stage.type(
    ...(['env/bin/python', '-c'] as const),
    `import json, redis; c = json.load(open("sites/common_site_config.json")); redis.Redis.from_url(c["${key}"]).lpush("rq:queue:frappe:default", "job")`,
  )
const cli = (stage: Stage, name: RedisName, ...words: string[]) =>
  stage.type('redis-cli', '-p', String(stage.redisPorts[name]), ...words)

async function configure(stage: Stage, keys: Record<string, unknown>): Promise<void> {
  const text = await readFile(stage.path(COMMON), 'utf8')
  await writeFile(stage.path(COMMON), JSON.stringify({ ...JSON.parse(text), ...keys }, null, 1))
}

/** Somebody else takes the port of a Redis that is stopped. */
async function taken(stage: Stage, name: RedisName, argv: [string, ...string[]]): Promise<void> {
  await stage.stop(name)
  const port = stage.redisPorts[name]
  const logPath = stage.path('logs/stranger.log')
  strangers.push(await startChild({ argv, directory: '/tmp', logPath, ready: () => accepts(port) }))
}
const gone = async (): Promise<void> => {
  for (const stranger of strangers.splice(0)) await stranger.stop()
}
/** What bench start prints when a Redis cannot take its port. */
const startOf = (name: RedisName) => (stage: Stage) => stage.type('timeout', '3', 'redis-server', `config/${name}.conf`)

export const redis: Fault[] = [
  {
    name: 'Redis of the queues stopped',
    put: (stage) => stage.stop('redis_queue'),
    output: write('redis_queue'),
    ...{ finding: 'redis-not-running', cause: ['redis_issue'], repair: 'medium', quick: true },
    end: (stage) => cli(stage, 'redis_queue', 'shutdown', 'nosave').then(() => undefined),
  },
  {
    name: 'Redis of the cache stopped',
    put: (stage) => stage.stop('redis_cache'),
    output: write('redis_cache'),
    ...{ finding: 'redis-not-running', cause: ['redis_issue'], repair: 'medium' },
    end: (stage) => cli(stage, 'redis_cache', 'shutdown', 'nosave').then(() => undefined),
  },
  {
    name: 'redis_cache names another port than the Redis has',
    put: (stage) =>
      configure(stage, { redis_cache: 'redis://127.0.0.1:1399', redis_socketio: 'redis://127.0.0.1:1399' }),
    output: write('redis_cache'),
    ...{ finding: 'redis-port-mismatch', cause: ['redis_issue'], repair: 'low', touches: [COMMON] },
  },
  {
    name: 'a foreign program on the port of Redis',
    put: (stage) =>
      taken(stage, 'redis_cache', [
        'python3',
        '-m',
        'http.server',
        '--bind',
        '127.0.0.1',
        String(stage.redisPorts.redis_cache),
      ]),
    output: startOf('redis_cache'),
    ...{ finding: 'redis-port-held-by-foreign-process', cause: ['port_conflict', 'redis_issue'], repair: 'medium' },
    touches: [COMMON, 'config/redis_cache.conf'],
    end: gone,
  },
  {
    name: 'a foreign Redis on the port of the queues',
    put: (stage) =>
      taken(stage, 'redis_queue', [
        'redis-server',
        '--port',
        String(stage.redisPorts.redis_queue),
        '--bind',
        '127.0.0.1',
        '--save',
        '',
      ]),
    output: startOf('redis_queue'),
    ...{
      finding: 'redis-port-held-by-foreign-redis',
      cause: ['port_conflict', 'redis_of_another_bench', 'redis_issue'],
      repair: 'medium',
    },
    touches: [COMMON, 'config/redis_queue.conf'],
    end: gone,
  },
  {
    name: 'Redis wants a password',
    put: (stage) => cli(stage, 'redis_cache', 'config', 'set', 'requirepass', 'changed').then(() => undefined),
    output: write('redis_cache'),
    ...{ finding: 'redis-password-wrong', cause: 'redis_password_required', repair: 'no' },
    end: (stage) =>
      cli(stage, 'redis_cache', '-a', 'changed', 'config', 'set', 'requirepass', '').then(() => undefined),
  },
  {
    name: 'Redis of the queues throws jobs away',
    put: async (stage) => {
      await cli(stage, 'redis_queue', 'config', 'set', 'maxmemory', '64mb')
      await cli(stage, 'redis_queue', 'config', 'set', 'maxmemory-policy', 'allkeys-lru')
    },
    output: async () => '',
    ...{ finding: 'redis-queue-evicts', cause: [], repair: 'low', touches: ['config/redis_queue.conf'] },
    end: async (stage) => {
      await cli(stage, 'redis_queue', 'config', 'set', 'maxmemory-policy', 'noeviction')
      await cli(stage, 'redis_queue', 'config', 'set', 'maxmemory', '0')
    },
  },
  {
    name: 'Redis of the queues full',
    put: (stage) => cli(stage, 'redis_queue', 'config', 'set', 'maxmemory', '500kb').then(() => undefined),
    output: write('redis_queue'),
    ...{
      finding: 'redis-memory-full',
      cause: ['redis_refuses_work'],
      repair: 'medium',
      touches: ['config/redis_queue.conf'],
    },
    end: (stage) => cli(stage, 'redis_queue', 'config', 'set', 'maxmemory', '0').then(() => undefined),
  },
  {
    name: 'workers told to take no job',
    put: (stage) => cli(stage, 'redis_queue', 'set', 'rq:suspended', '1').then(() => undefined),
    output: async () => '',
    ...{ finding: 'workers-suspended', cause: [], repair: 'medium' },
    end: (stage) => cli(stage, 'redis_queue', 'del', 'rq:suspended').then(() => undefined),
  },
  {
    name: 'a name of Docker as Redis host',
    put: (stage) => configure(stage, { redis_cache: 'redis://redis-cache.invalid:6379' }),
    output: write('redis_cache'),
    ...{
      finding: 'redis-host-unknown',
      cause: ['redis_default_address_in_container', 'redis_docker_conflict', 'redis_issue', 'dns_failure'],
      repair: 'no',
    },
  },
  {
    name: 'Redis turned into a replica',
    put: (stage) => cli(stage, 'redis_queue', 'replicaof', '127.0.0.1', '1').then(() => undefined),
    output: write('redis_queue'),
    ...{ finding: ['redis-is-replica'], cause: ['redis_refuses_work'], repair: 'no' },
    end: (stage) => cli(stage, 'redis_queue', 'replicaof', 'no', 'one').then(() => undefined),
  },
]

import type { BenchFacts, SiteFacts } from '../../bench/bench-facts.ts'
import type { Host } from '../../host/host.ts'
import { type RedisReading, readRedisServer } from '../../services/redis-reading.ts'
import type { AnalysisContext } from './analysis-check.ts'
import { findOtherBenches, type OtherBench } from './other-benches.ts'
import { SiteDatabases } from './site-databases.ts'

export interface ContextOptions {
  sites: SiteFacts[]
  now?: Date
  supervisorctl?: [string, ...string[]]
  kernelLocks?: string
  redisTimeoutMilliseconds?: number
  databaseTimeoutMilliseconds?: number
}

/** Runs work once, when it is first asked for, and answers everybody with the same. */
function once<Value>(work: () => Promise<Value>): () => Promise<Value> {
  let asked: Promise<Value> | undefined
  return () => {
    asked ??= work()
    return asked
  }
}

function onceEach<Key, Value>(work: (key: Key) => Promise<Value>): (key: Key) => Promise<Value> {
  const asked = new Map<Key, Promise<Value>>()
  return (key) => {
    const known = asked.get(key) ?? work(key)
    asked.set(key, known)
    return known
  }
}

/** Everything the checks read, each once. `close` ends what was opened, also what still waits for an answer. */
export async function openContext(
  host: Host,
  facts: BenchFacts,
  options: ContextOptions,
): Promise<{ context: AnalysisContext; close: () => void }> {
  const benchPaths = [...new Set([facts.path, await host.realPath(facts.path)])]
  const processes = once(() => host.processes())
  const databases = new SiteDatabases(options.databaseTimeoutMilliseconds ?? 3000)
  const context: AnalysisContext = {
    ...{ host, facts, benchPaths, sites: options.sites, now: options.now ?? new Date(), processes },
    listeners: once(() => host.listeners()),
    otherBenches: once<OtherBench[]>(async () => findOtherBenches(host, facts, benchPaths, await processes())),
    redis: onceEach<string, RedisReading>((url) => readRedisServer(url, options.redisTimeoutMilliseconds ?? 1500)),
    holding: (site, work) => databases.holding(site, work),
    database: async (site) => (await databases.opened(site)).database,
    databaseProblem: async (site) => (await databases.opened(site)).problem,
    supervisorctl: options.supervisorctl ?? ['supervisorctl'],
    kernelLocks: options.kernelLocks ?? '/proc/locks',
  }
  return { context, close: () => databases.close() }
}

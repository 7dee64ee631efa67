import type { BenchFacts, SiteFacts } from '../../bench/bench-facts.ts'
import { openSiteDatabase } from '../../database/open.ts'
import type { DatabaseAddress, SiteDatabase } from '../../database/site-database.ts'
import type { Host } from '../../host/host.ts'
import { type RedisReading, readRedisServer } from '../../services/redis-reading.ts'
import type { AnalysisContext } from './analysis-check.ts'
import { findOtherBenches, type OtherBench } from './other-benches.ts'

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

type Opened = { database: SiteDatabase; problem: null } | { database: null; problem: unknown }

/** Everything the checks read, each once. `close` ends what was opened, also what still waits for an answer. */
export async function openContext(
  host: Host,
  facts: BenchFacts,
  options: ContextOptions,
): Promise<{ context: AnalysisContext; close: () => Promise<void> }> {
  const benchPaths = [...new Set([facts.path, await host.realPath(facts.path)])]
  const processes = once(() => host.processes())
  const open = onceEach(opener(options.databaseTimeoutMilliseconds ?? 3000))
  const opened: Promise<Opened>[] = []
  const openOnce = (site: SiteFacts): Promise<Opened> => {
    const opening = open(site)
    if (!opened.includes(opening)) opened.push(opening)
    return opening
  }
  const context: AnalysisContext = {
    ...{ host, facts, benchPaths, sites: options.sites, now: options.now ?? new Date(), processes },
    listeners: once(() => host.listeners()),
    otherBenches: once<OtherBench[]>(async () => findOtherBenches(host, facts, benchPaths, await processes())),
    redis: onceEach<string, RedisReading>((url) => readRedisServer(url, options.redisTimeoutMilliseconds ?? 1500)),
    database: async (site) => (await openOnce(site)).database,
    databaseProblem: async (site) => (await openOnce(site)).problem,
    supervisorctl: options.supervisorctl ?? ['supervisorctl'],
    kernelLocks: options.kernelLocks ?? '/proc/locks',
  }
  const close = async (): Promise<void> => {
    for (const opening of opened) {
      // One that is still opening ends by its own limit.
      void opening.then(async ({ database }) => (database?.abandon ?? database?.close)?.call(database))
    }
  }
  return { context, close }
}

const serverOf = (address: DatabaseAddress): string | null =>
  address.kind === 'sqlite' ? null : (address.socket ?? `${address.host}:${address.port}`)

/** A server that did not answer one site in time is not waited for again by the next. */
function opener(timeoutMilliseconds: number): (site: SiteFacts) => Promise<Opened> {
  const silent = new Map<string, unknown>()
  return async ({ database: address }) => {
    if (address === null) return { database: null, problem: null }
    const server = serverOf(address)
    const known = server === null ? undefined : silent.get(server)
    if (known !== undefined) return { database: null, problem: known }
    try {
      return { database: await openSiteDatabase(address, { connectMilliseconds: timeoutMilliseconds }), problem: null }
    } catch (problem) {
      const code = problem instanceof Error && 'code' in problem ? problem.code : null
      if (server !== null && code === 'database-unreachable') silent.set(server, problem)
      return { database: null, problem }
    }
  }
}

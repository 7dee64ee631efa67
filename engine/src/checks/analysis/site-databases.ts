import type { SiteFacts } from '../../bench/bench-facts.ts'
import { openSiteDatabase } from '../../database/open.ts'
import type { DatabaseAddress, SiteDatabase } from '../../database/site-database.ts'

type Opened = { database: SiteDatabase; problem: null } | { database: null; problem: unknown }

const NOT_CONFIGURED: Opened = { database: null, problem: null }

const serverOf = (address: DatabaseAddress): string | null =>
  address.kind === 'sqlite' ? null : (address.socket ?? `${address.host}:${address.port}`)

/**
 * The sites' databases: each is opened when it is first asked for, shared by those who hold it, and closed when the last lets go; one
 * connection a site, because a server in need may have none to spare. A server that did not answer one site in time is not waited
 * for again by the next.
 */
export class SiteDatabases {
  readonly #connectMilliseconds: number
  readonly #held = new Map<SiteFacts, { users: number; opening: Promise<Opened> | null }>()
  readonly #silent = new Map<string, unknown>()

  constructor(connectMilliseconds: number) {
    this.#connectMilliseconds = connectMilliseconds
  }

  /** Lets `work` ask for the site's database as often as it likes. */
  async holding<Result>(site: SiteFacts, work: () => Promise<Result>): Promise<Result> {
    const entry = this.#entry(site)
    entry.users += 1
    try {
      return await work()
    } finally {
      entry.users -= 1
      if (entry.users === 0) {
        this.#held.delete(site)
        abandon(entry.opening)
      }
    }
  }

  /** Only while the site is held. */
  opened(site: SiteFacts): Promise<Opened> {
    const entry = this.#entry(site)
    entry.opening ??= this.#open(site)
    return entry.opening
  }

  /** Ends everything, also what still waits for an answer. */
  close(): void {
    for (const { opening } of this.#held.values()) abandon(opening)
    this.#held.clear()
  }

  #entry(site: SiteFacts) {
    const known = this.#held.get(site) ?? { users: 0, opening: null }
    this.#held.set(site, known)
    return known
  }

  async #open({ database: address }: SiteFacts): Promise<Opened> {
    if (address === null) return NOT_CONFIGURED
    const server = serverOf(address)
    const known = server === null ? undefined : this.#silent.get(server)
    if (known !== undefined) return { database: null, problem: known }
    try {
      const database = await openSiteDatabase(address, { connectMilliseconds: this.#connectMilliseconds })
      return { database: oneAfterTheOther(database), problem: null }
    } catch (problem) {
      const code = problem instanceof Error && 'code' in problem ? problem.code : null
      if (server !== null && code === 'database-unreachable') this.#silent.set(server, problem)
      return { database: null, problem }
    }
  }
}

/** One that is still opening ends by its own limit. */
function abandon(opening: Promise<Opened> | null): void {
  void opening?.then(({ database }) => (database?.abandon === undefined ? database?.close() : database.abandon()))
}

/** Reads wait for each other, so that one connection does for all of them. */
function oneAfterTheOther(database: SiteDatabase): SiteDatabase {
  let last: Promise<unknown> = Promise.resolve()
  return {
    ...database,
    read: (sql, parameters) => {
      const reading = last.then(() => database.read(sql, parameters))
      last = reading.catch(() => undefined)
      return reading
    },
  }
}

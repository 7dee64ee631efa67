import { createHash } from 'node:crypto'
import type { BenchFacts } from '../../bench/bench-facts.ts'
import type { Finding } from '../../bench/finding.ts'
import { hasDatabase, readGrants, withAdministrator } from '../../database/mariadb/administration.ts'
import { connect } from '../../database/mariadb/connection.ts'
import { readServerFacts, type ServerFacts } from '../../database/mariadb/server-facts.ts'
import { reachedAddress } from '../../database/reached-address.ts'
import type { AdministratorAccount, ServerPlace } from '../../database/server-place.ts'
import type { DatabaseAddress } from '../../database/site-database.ts'
import { MigratorError } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import type { RestoreInput } from './input.ts'
import type { RestoreTarget } from './target.ts'

type MariadbAddress = Extract<DatabaseAddress, { kind: 'mariadb' }>

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost'])

/** Where the target's database is: as its own configuration says, else as the bench's does (frappe/config.py). */
export function serverPlaceOf(facts: BenchFacts, target: RestoreTarget): ServerPlace {
  const site = target.kind === 'existing' ? target.site : target.like
  if (site?.database?.kind === 'mariadb') {
    const { host, port, socket } = site.database
    return { host, port, socket }
  }
  // A site whose own database cannot be told (no password, no name) still says where its server is.
  const config = { ...facts.commonConfig.value, ...site?.config.value }
  const text = (key: string) => (typeof config[key] === 'string' && config[key] !== '' ? String(config[key]) : null)
  const socket = text('db_socket')
  if (socket !== null) return { host: null, port: null, socket }
  return { host: text('db_host') ?? '127.0.0.1', port: Number(config['db_port'] ?? 3306), socket: null }
}

/** Rights are judged when the name of the new database is known. */
type ReadServer = Omit<RestoreInput['server'], 'missingRights'> & { grants: string[] | null }

/** Asks the server as whoever gets in: the administrator, a site of this bench. */
export async function readServer(
  host: Host,
  facts: BenchFacts,
  target: RestoreTarget,
  administrator: AdministratorAccount | null,
): Promise<{ server: ReadServer; nameIsTaken(name: string): Promise<boolean> }> {
  const place = serverPlaceOf(facts, target)
  const asSite = await askAsSite(host, facts, target, place)
  const asked = await askAsAdministrator(host, place, administrator)
  const accountHost = asSite?.accountHost ?? scopeFor(asked.facts?.seenFrom ?? null, place)
  return {
    server: {
      place,
      facts: asked.facts ?? asSite,
      hosts: [accountHost],
      grants: asked.grants,
      problem: asked.problem && { ...asked.problem, subject: target.name },
      freeBytes: await freeBytesOf(host, place, asked.dataDirectory),
    },
    nameIsTaken: async (name) => {
      if (administrator === null || asked.problem) return false
      return asAdministrator(host, place, administrator, (connection) => hasDatabase(connection, name))
    },
  }
}

/** The account of a site that gets in from here proves what the new one may be bound to. */
async function askAsSite(
  host: Host,
  facts: BenchFacts,
  target: RestoreTarget,
  place: ServerPlace,
): Promise<ServerFacts | null> {
  const own = target.kind === 'existing' ? target.site : target.like
  const others = facts.sites.filter((site) => site !== own)
  for (const site of [...(own ? [own] : []), ...others]) {
    const { database } = site
    if (database?.kind !== 'mariadb' || !isAt(database, place)) continue
    try {
      const connection = await connect({ ...(await reachedAddress(host, database)), database: '' }, 'read')
      try {
        return await readServerFacts(connection)
      } finally {
        await connection.end()
      }
    } catch (error) {
      // A site whose database is gone is why somebody restores; the next one may get in.
      if (!(error instanceof MigratorError)) throw error
    }
  }
  return null
}

const isAt = (address: MariadbAddress, { host, port, socket }: ServerPlace): boolean =>
  address.host === host && address.port === port && address.socket === socket

/** Of an address that changes with every start of a container nothing is said: such an account would be shut out by the next one. */
const scopeFor = (seenFrom: string | null, { host, socket }: ServerPlace): string =>
  socket !== null || seenFrom === 'localhost' || LOOPBACK.has(host ?? '') ? 'localhost' : '%'

/** Where the account is used is said as the server's own machine would say it. */
async function asAdministrator<Result>(
  host: Host,
  place: ServerPlace,
  account: AdministratorAccount,
  use: Parameters<typeof withAdministrator<Result>>[2],
): Promise<Result> {
  const reached = await reachedAddress(host, { ...place, ...account.place })
  return withAdministrator(reached, { ...account, place: {} }, use)
}

interface Asked {
  facts: ServerFacts | null
  grants: string[] | null
  dataDirectory: string | null
  problem: Omit<Finding, 'subject'> | null
}

async function askAsAdministrator(
  host: Host,
  place: ServerPlace,
  account: AdministratorAccount | null,
): Promise<Asked> {
  const nothing = { facts: null, grants: null, dataDirectory: null, problem: null }
  if (account === null) return nothing
  try {
    return await asAdministrator(host, place, account, async (connection) => {
      const [row] = await connection.query<{ directory: string }[]>('SELECT @@global.datadir AS directory')
      return {
        facts: await readServerFacts(connection),
        grants: await readGrants(connection),
        dataDirectory: row?.directory ?? null,
        problem: null,
      }
    })
  } catch (error) {
    if (!(error instanceof MigratorError)) throw error
    const { code, message, evidence, hint } = error
    const remedies = hint === undefined ? [] : [hint]
    return {
      ...nothing,
      problem: { id: code, severity: 'critical', title: message, evidence: evidence ?? '', remedies },
    }
  }
}

/** The server's disk is looked at only where it is one of this machine's. */
async function freeBytesOf(host: Host, place: ServerPlace, directory: string | null): Promise<number | null> {
  if (directory === null || (place.socket === null && !LOOPBACK.has(place.host ?? ''))) return null
  try {
    return (await host.status(directory)) === null ? null : await host.freeBytes(directory)
  } catch (error) {
    // The server's own directory need not be ours to look into.
    if (error instanceof Error && 'code' in error) return null
    throw error
  }
}

/**
 * A name for the new database and its account, of the kind Frappe itself gives (frappe/installer.py: `_` and 16 hexadecimal digits).
 * The same request gives the same name, so that a saved plan fits the next one; one that is taken gives way to the next.
 */
export async function freeName(
  site: string,
  backup: { path: string; bytes: number },
  isTaken: (name: string) => Promise<boolean>,
): Promise<string> {
  for (let number = 0; ; number++) {
    const text = [site, backup.path, backup.bytes, number].join('\n')
    const name = `_${createHash('sha256').update(text).digest('hex').slice(0, 16)}`
    if (!(await isTaken(name))) return name
  }
}

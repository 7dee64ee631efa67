import { MigratorError } from '../host/errors.ts'
import type { Endpoint, Host } from '../host/host.ts'
import type { ServerPlace } from './server-place.ts'
import type { DatabaseAddress } from './site-database.ts'

type Reachable = Extract<DatabaseAddress, { kind: 'mariadb' }> | ServerPlace

/**
 * An address as a host names it → as it is reached from here; on this machine it stays as it is. Whatever connects to the
 * database of a bench, or starts a client for it on this machine, goes through this.
 * @throws MigratorError `sqlite-elsewhere` for an SQLite file of another machine: it can only be opened where it lies
 * @throws MigratorError as Host.reach does
 */
export async function reachedAddress<Address extends DatabaseAddress | ServerPlace>(
  host: Host,
  address: Address,
): Promise<Address> {
  if (host.name === 'local') return address
  if ('kind' in address && address.kind === 'sqlite') throw elsewhere(host, address.path)
  const reachable = address as Address & Reachable
  const reached = await host.reach(endpointOf(reachable))
  return 'socket' in reached
    ? { ...reachable, host: null, port: null, socket: reached.socket }
    : { ...reachable, host: reached.host, port: reached.port, socket: null }
}

/** Frappe's own defaults where a place does not say (frappe/database/mariadb/database.py). */
function endpointOf({ host, port, socket }: ServerPlace): Endpoint {
  return socket === null ? { host: host ?? '127.0.0.1', port: port ?? 3306 } : { socket }
}

const elsewhere = (host: Host, path: string): MigratorError =>
  new MigratorError({
    code: 'sqlite-elsewhere',
    kind: 'refused',
    message: `The database of this site is a file of ${host.name}; it cannot be opened from here.`,
    evidence: path,
    untouched: 'Nothing was changed.',
    hint: `Run the command on ${host.name}. An SQLite site is moved with its backup: bench backup there, restore-site here.`,
    failureClass: 'configuration',
  })

import { MigratorError } from '../../host/errors.ts'
import type { MariadbAddress } from './connection.ts'

interface DriverError {
  code: string
  errno: number
  sqlState: string
  text: string
}

/** What the connector tells about a failure; null for an error that is not the connector's. */
export function driverError(error: unknown): DriverError | null {
  if (!(error instanceof Error)) return null
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null
  if (code === null) return null
  const errno = 'errno' in error && typeof error.errno === 'number' ? error.errno : 0
  const sqlState = 'sqlState' in error && typeof error.sqlState === 'string' ? error.sqlState : ''
  const text = 'sqlMessage' in error && typeof error.sqlMessage === 'string' ? error.sqlMessage : code
  return { code, errno, sqlState, text }
}

/** What may be kept as the cause: the connector's own errors quote the statement with its values. */
export function withoutStatement(error: unknown): unknown {
  const seen = driverError(error)
  return seen === null ? error : new Error(`${seen.code} (${seen.errno}): ${seen.text}`)
}

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOENT',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ER_CONNECTION_TIMEOUT',
])
const ACCESS_DENIED = new Set([
  'ER_ACCESS_DENIED_ERROR',
  'ER_DBACCESS_DENIED_ERROR',
  'ER_HOST_NOT_PRIVILEGED',
  'ER_ACCESS_DENIED_NO_PASSWORD_ERROR',
])
const GONE = new Set([
  'ECONNRESET',
  'EPIPE',
  'PROTOCOL_CONNECTION_LOST',
  'ER_SOCKET_UNEXPECTED_CLOSE',
  'ER_CMD_CONNECTION_CLOSED',
  'ER_CONNECTION_ALREADY_CLOSED',
  'ER_CMD_NOT_EXECUTED_DESTROYED',
  'ER_CONNECTION_KILLED',
  'ER_SERVER_SHUTDOWN',
  'ER_SERVER_GONE_ERROR',
  'ER_SERVER_LOST',
  'ER_NEW_ABORTING_CONNECTION',
])

/** true when the connection ended under a statement: whether the statement took effect is unknown. */
export function isGone(error: unknown): boolean {
  const seen = driverError(error)
  return (
    seen !== null && (GONE.has(seen.code) || seen.errno === 1927 || seen.errno === 1053 || seen.sqlState === '08S01')
  )
}

/** Turns any failure of the connector into an error a user can act on. Statements and values are never quoted. */
export function asMigratorError(error: unknown, address: MariadbAddress, doing: string): MigratorError {
  if (error instanceof MigratorError) return error
  const seen = driverError(error)
  const place = placeOf(address)
  if (seen !== null && UNREACHABLE.has(seen.code)) return unreachable(seen, place, withoutStatement(error))
  if (seen !== null && (ACCESS_DENIED.has(seen.code) || seen.errno === 1045 || seen.errno === 1044)) {
    return accessDenied(seen, address, place, withoutStatement(error))
  }
  if (seen !== null && (seen.code === 'ER_BAD_DB_ERROR' || seen.errno === 1049)) {
    return new MigratorError({
      code: 'database-unknown',
      kind: 'refused',
      message: `There is no database ${address.database} at ${place}.`,
      evidence: seen.text,
      hint: `Compare db_name in the site's site_config.json with the output of SHOW DATABASES.`,
      failureClass: 'configuration',
      cause: withoutStatement(error),
    })
  }
  if (isGone(error)) {
    return new MigratorError({
      code: 'database-gone',
      kind: 'failed',
      message: `The database server at ${place} closed the connection while ${doing}.`,
      evidence: seen === null ? String(error) : seen.text,
      hint: 'See whether the server was restarted (systemctl status mariadb), then run resume or rollback.',
      failureClass: 'service',
      cause: withoutStatement(error),
    })
  }
  return new MigratorError({
    code: 'database-failed',
    kind: 'failed',
    message: `The database ${address.database} at ${place} reported an error while ${doing}.`,
    evidence: seen === null ? String(error) : `${seen.code} (${seen.errno}): ${seen.text}`,
    cause: withoutStatement(error),
  })
}

/** Where the server is, for people: a socket's path or host and port. */
export function placeOf(address: MariadbAddress): string {
  return address.socket ?? `${address.host ?? 'localhost'}:${address.port ?? 3306}`
}

function unreachable(seen: DriverError, place: string, cause: unknown): MigratorError {
  return new MigratorError({
    code: 'database-unreachable',
    kind: 'refused',
    message: `No database server answers at ${place}.`,
    evidence: seen.code,
    hint: 'Start it (systemctl start mariadb), or correct db_host, db_port or db_socket in site_config.json or common_site_config.json.',
    failureClass: 'service',
    cause,
  })
}

function accessDenied(seen: DriverError, address: MariadbAddress, place: string, cause: unknown): MigratorError {
  return new MigratorError({
    code: 'database-access-denied',
    kind: 'refused',
    message: `The database server at ${place} refuses user ${address.user} for database ${address.database}.`,
    evidence: seen.text,
    hint: `Check db_password (and db_user) in site_config.json; a user is also bound to the hosts it may come from: SELECT user, host FROM mysql.user WHERE user = '${address.user}'.`,
    failureClass: 'permission',
    cause,
  })
}

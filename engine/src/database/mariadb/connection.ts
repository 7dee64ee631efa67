import type { Connection, FieldInfo, TypeCastNextFunction, TypeCastResult } from 'mariadb'
import type { DatabaseAddress } from '../site-database.ts'
import { asMigratorError } from './connection-errors.ts'

export type MariadbAddress = Extract<DatabaseAddress, { kind: 'mariadb' }>

/** Sessions that never end by idling: a writer may wait for the operator between two chunks. */
const READ_SESSION = ['SET SESSION TRANSACTION READ ONLY', "SET SESSION time_zone = '+00:00', wait_timeout = 604800"]

/**
 * Opens one connection as the site's own user.
 * @param mode `read` refuses every write in the server itself.
 * @throws MigratorError `database-unreachable`, `database-access-denied`, `database-unknown`.
 */
export function connect(
  address: MariadbAddress,
  mode: 'read' | 'write',
  connectMilliseconds = 10_000,
): Promise<Connection> {
  return connectWith(address, {
    charset: 'utf8mb4',
    connectTimeout: connectMilliseconds,
    ...(mode === 'read' ? { initSql: READ_SESSION } : {}),
  })
}

/** The same with the connector's own options. */
export async function connectWith(
  address: MariadbAddress,
  options: { charset: string; connectTimeout?: number; initSql?: string[] },
): Promise<Connection> {
  const { createConnection } = await import('mariadb')
  try {
    const connection = await createConnection({
      ...(address.socket === null
        ? { host: address.host ?? 'localhost', port: address.port ?? 3306 }
        : { socketPath: address.socket }),
      user: address.user,
      password: address.password,
      ...(address.database === '' ? {} : { database: address.database }),
      connectTimeout: 10_000,
      keepAliveDelay: 30_000,
      typeCast: asValue,
      checkDuplicate: false,
      insertIdAsNumber: false,
      ...options,
    })
    // An idle connection that the server ends must not end our process: the next statement on it reports the loss.
    connection.on('error', () => undefined)
    return connection
  } catch (error) {
    throw asMigratorError(error, address, 'connecting')
  }
}

/** Numbers that a JavaScript number holds exactly stay numbers; everything larger, and every date, is its text. */
function asValue(field: FieldInfo, next: TypeCastNextFunction): TypeCastResult {
  switch (field.type) {
    case 'TINY':
    case 'SHORT':
    case 'INT':
    case 'INT24':
    case 'FLOAT':
    case 'DOUBLE':
    case 'NULL':
      return next()
    case 'BIT':
    case 'GEOMETRY':
      return field.buffer()
    case 'STRING':
    case 'VAR_STRING':
    case 'VARCHAR':
    case 'BLOB':
    case 'TINY_BLOB':
    case 'MEDIUM_BLOB':
    case 'LONG_BLOB':
      return field.collation.index === BINARY_COLLATION ? field.buffer() : field.string()
    default:
      return field.string()
  }
}

const BINARY_COLLATION = 63

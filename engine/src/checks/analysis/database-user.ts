import { openSiteDatabase } from '../../database/open.ts'
import { MigratorError } from '../../host/errors.ts'
import type { AnalysisContext } from './analysis-check.ts'
import type { MariadbAddress } from './database-servers.ts'

/** A host of mysql.user as a LIKE pattern (MariaDB, account names). */
export const matchesHost = (pattern: string, host: string): boolean =>
  new RegExp(
    `^${pattern
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replaceAll('%', '.*')
      .replaceAll('_', '.')}$`,
    'i',
  ).test(host)

/** Where the user may come from, asked as the server's administrator; null where that is not possible. */
export async function hostsOfUser(
  { host }: AnalysisContext,
  { user, host: server, socket }: MariadbAddress,
): Promise<string[] | null> {
  const local = socket !== null || server === null || /^(?:localhost|127\.)/.test(server)
  if (!local || !/^[\w.-]+$/.test(user) || (await host.privilege()) === 'none') return null
  const statement = `SELECT CONCAT('host ', host) FROM mysql.user WHERE user = '${user}' UNION SELECT 'asked'`
  const place = socket === null ? [] : [`--socket=${socket}`]
  const asked = await host.run({
    argv: ['mariadb', ...place, '--batch', '--skip-column-names', '-e', statement],
    privileged: true,
    timeoutMilliseconds: 3000,
  })
  const lines = asked.stdout.split('\n')
  if (asked.exitCode !== 0 || !lines.includes('asked')) return null
  return lines.flatMap((line) => (line.startsWith('host ') ? [line.slice(5)] : []))
}

const SOCKETS = ['/run/mysqld/mysqld.sock', '/var/lib/mysql/mysql.sock', '/tmp/mysql.sock']

/** Another way to the same server on which user and password are taken: then it is the way that is refused. */
export async function opensElsewhere(context: AnalysisContext, address: MariadbAddress): Promise<string | null> {
  const local = address.host === null || /^(?:localhost|127\.)/.test(address.host)
  if (!local) return null
  const listening = (await context.listeners()).filter(({ port }) => port === (address.port ?? 3306))
  const server = (await context.processes()).find(({ pid }) => listening.some((one) => one.pid === pid))
  const own = server?.argv.map((part) => /^--socket=(.+)$/.exec(part)?.[1]).find((path) => path !== undefined)
  const ways: MariadbAddress[] =
    address.socket === null
      ? (own === undefined ? (address.port === 3306 ? SOCKETS : []) : [own]).map((socket) => ({
          ...address,
          host: null,
          port: null,
          socket,
        }))
      : [{ ...address, socket: null, host: '127.0.0.1', port: 3306 }]
  for (const way of ways) {
    try {
      const opened = await openSiteDatabase(way, { connectMilliseconds: 1500 })
      await opened.close()
      return way.socket ?? `${way.host}`
    } catch (error) {
      if (!(error instanceof MigratorError)) throw error
    }
  }
  return null
}

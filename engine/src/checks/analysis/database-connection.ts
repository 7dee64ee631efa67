import type { SiteFacts } from '../../bench/bench-facts.ts'
import { MigratorError } from '../../host/errors.ts'
import { type AnalysisContext, type Found, siteCheck } from './analysis-check.ts'
import { type MariadbAddress, serverOf } from './database-servers.ts'
import { hostsOfUser, matchesHost, opensElsewhere } from './database-user.ts'

const finds = {
  'database-server-down': 'no database server answers where the site expects it',
  'database-access-denied': 'the server refuses the site’s user: a wrong password, or a user bound to another host',
  'database-user-bound-to-other-host': 'the user may come in another way, but not the one that is configured',
  'database-user-missing': 'the server has no such user',
  'database-grant-missing': 'the user may log in and has no right to the site’s database',
  'database-missing': 'the server has no database of that name',
  'database-too-many-connections': 'the server takes no more connections',
  'database-failed': 'the database could not be opened for another reason',
  'database-file-damaged': 'the SQLite file is no database, or damaged',
}
type Id = keyof typeof finds

/** Whether the site's database opens with what its configuration says, and if not, what stands in the way. */
export const databaseConnection = siteCheck({
  id: 'database-connection',
  title: 'The site’s database opens',
  area: 'database',
  timeoutMilliseconds: 9000,
  finds,
  run: async (context, site) => {
    const problem = await context.databaseProblem(site)
    if (problem === null || site.database === null) return []
    const known = problem instanceof MigratorError ? problem : null
    const words = known?.evidence ?? (problem instanceof Error ? problem.message : String(problem))
    if (site.database.kind === 'sqlite') return [ofFile(site, site.database.path, known?.code, words)]
    return [await ofServer(context, site, site.database, known?.code ?? '', words)]
  },
})

async function ofServer(
  context: AnalysisContext,
  site: SiteFacts,
  address: MariadbAddress,
  code: string,
  words: string,
): Promise<Found<Id>> {
  const server = serverOf(address)
  const evidence = `${site.name}: ${address.user} at ${server}, database ${address.database}: ${words}`
  const finding = (id: Id, title: string, cause: string, remedies: string[], more = ''): Found<Id> => ({
    ...{ id, severity: 'critical', title, cause, remedies, evidence: `${evidence}${more}`, subject: site.name },
  })
  const { user, database } = address
  // What is the server's own trouble is told once, not for each of its sites.
  const ofTheServer = (id: Id, title: string, cause: string, remedies: string[]): Found<Id> => ({
    ...{ id, severity: 'critical', title, cause, remedies, evidence: `${server}: ${words}`, subject: server },
  })
  if (/too many connections|max_user_connections|1040|1203|1226/i.test(words)) {
    return ofTheServer(
      'database-too-many-connections',
      `The database server at ${server} takes no more connections.`,
      'Connections that nobody closes, more workers than max_connections allows, or a limit of the user.',
      [
        'sudo mariadb -e "SHOW PROCESSLIST"; end what sleeps, restart the workers of the bench',
        'sudo mariadb -e "SET GLOBAL max_connections = 300", and the same in the server’s configuration',
      ],
    )
  }
  if (code === 'database-unreachable' || /no answer in time|timeout/i.test(words)) {
    return ofTheServer(
      'database-server-down',
      `No database server answers at ${server}.`,
      'It is stopped, hangs, listens elsewhere, or db_host/db_port/db_socket are wrong.',
      [
        'sudo systemctl start mariadb; sudo journalctl -u mariadb -n 50 --no-pager',
        `If it listens elsewhere: bench set-config -g db_host <host>; bench set-config -g -p db_port <port>`,
      ],
    )
  }
  if (code === 'database-unknown') {
    return finding(
      'database-missing',
      `The database ${database} of ${site.name} does not exist.`,
      'db_name was changed, or the database was dropped or never restored.',
      [
        `sudo mariadb -e "SHOW DATABASES"; compare with db_name in ${site.config.path}`,
        `Restore the latest backup: bench --site ${site.name} restore <file>`,
      ],
    )
  }
  const rebind = `sudo mariadb -e "RENAME USER '${user}'@'<host it has>' TO '${user}'@'<host it comes from>'"`
  if (/is not allowed to connect/i.test(words)) {
    return finding(
      'database-user-bound-to-other-host',
      `The database server does not let ${user} in from this machine.`,
      'No user of the server may come from this address.',
      [rebind],
    )
  }
  if (/Access denied for user .* to database/i.test(words)) {
    return finding(
      'database-grant-missing',
      `The database user ${user} has no right to ${database}.`,
      'The grant was lost, or is bound to another host or database name.',
      [
        `sudo mariadb -e "SHOW GRANTS FOR '${user}'@'localhost'"; sudo mariadb -e "GRANT ALL ON \`${database}\`.* TO '${user}'@'localhost'"`,
      ],
    )
  }
  if (code === 'database-access-denied') {
    const other = await opensElsewhere(context, address)
    if (other !== null) {
      return finding(
        'database-user-bound-to-other-host',
        `The database user ${user} may not come in by ${server}, but by ${other}.`,
        'The user is bound to another host than the one it comes from.',
        [
          rebind,
          `Or use that way: bench --site ${site.name} set-config ${other.startsWith('/') ? 'db_socket' : 'db_host'} ${other}`,
        ],
        `; the same password is taken at ${other}`,
      )
    }
    const hosts = await hostsOfUser(context, address)
    if (hosts !== null && hosts.length === 0) {
      return finding(
        'database-user-missing',
        `The database server has no user ${user}.`,
        'It was dropped, or the site was moved here without it.',
        [
          `sudo mariadb -e "CREATE USER '${user}'@'localhost' IDENTIFIED BY '***'; GRANT ALL ON \`${database}\`.* TO '${user}'@'localhost'" (*** is db_password of ${site.config.path})`,
        ],
        '; mysql.user has none of that name',
      )
    }
    const from = /@'([^']*)'/.exec(words)?.[1] ?? ''
    if (hosts !== null && !hosts.some((host) => matchesHost(host, from))) {
      return finding(
        'database-user-bound-to-other-host',
        `The database user ${user} may come from ${hosts.join(', ')}, and comes from ${from}.`,
        'The user is bound to another host than the one it comes from.',
        [rebind],
        `; mysql.user: ${hosts.map((host) => `'${user}'@'${host}'`).join(', ')}`,
      )
    }
    return finding(
      'database-access-denied',
      `The database server refuses the user ${user} of ${site.name}.`,
      'db_password is not the user’s password, or the user is bound to another host than it comes from (the server says the same for both).',
      [
        `sudo mariadb -e "SELECT user, host FROM mysql.user WHERE user = '${user}'": the host must be where it comes from`,
        `If the host is right, give the user the password of the configuration: sudo mariadb -e "ALTER USER '${user}'@'<host>' IDENTIFIED BY '***'" (*** is db_password of ${site.config.path})`,
      ],
    )
  }
  return finding('database-failed', `The database of ${site.name} could not be opened.`, 'See the server’s words.', [
    'sudo journalctl -u mariadb -n 50 --no-pager',
  ])
}

function ofFile(site: SiteFacts, path: string, code: string | undefined, words: string): Found<Id> {
  const missing = code === 'database-unknown'
  const denied = code === 'database-access-denied'
  return {
    ...{
      id: missing
        ? 'database-missing'
        : denied
          ? 'database-access-denied'
          : /not a database|malformed/i.test(words)
            ? 'database-file-damaged'
            : 'database-failed',
    },
    severity: 'critical',
    title: missing
      ? `The database file of ${site.name} does not exist.`
      : `The database file of ${site.name} cannot be opened.`,
    evidence: `${path}: ${words}`,
    remedies: missing
      ? [`Compare db_name in ${site.config.path} with the files in ${site.path}/db`]
      : denied
        ? [`ls -l ${path}; the bench's owner must be able to read and write it`]
        : [`Restore it from a backup, or try: sqlite3 ${path} .recover`],
    subject: site.name,
  }
}

import type { Row, SiteDatabase } from '../../database/site-database.ts'
import { bytesText, numberOf } from '../../host/amounts.ts'
import { type AnalysisContext, benchCheck, type Found } from './analysis-check.ts'
import { mariadbServers } from './database-servers.ts'
import { oldestMariadb } from './supported-versions.ts'

const MEBIBYTE = 2 ** 20
/** The server's own default; documents with many rows or images in text exceed less. */
const SMALLEST_PACKET = 16 * MEBIBYTE
const SKEW_SECONDS = 30
const NEARLY = 0.9

const finds = {
  'database-read-only': 'the server is read-only: every save fails',
  'database-version-unsupported': 'the server is older than this version of Frappe supports',
  'database-packet-too-small': 'max_allowed_packet is smaller than the default: large documents and restores fail',
  'database-connections-nearly-used': 'predicted: the server will soon take no more connections',
  'clock-skew': 'the clocks of the database server and of this machine differ',
}
type Id = keyof typeof finds

/** Settings of each MariaDB server that the sites use; asked once for each, through the first site that opens. */
export const databaseSettings = benchCheck({
  id: 'database-settings',
  title: 'The database server is set up for Frappe',
  area: 'database',
  timeoutMilliseconds: 6000,
  finds,
  run: async (context) => {
    const found = await Promise.all(
      [...mariadbServers(context.sites)].map(async ([server, sites]) => {
        for (const site of sites.slice(0, 3)) {
          const found = await context.holding(site, async () => {
            const database = await context.database(site)
            return database === null ? null : look(context, server, database)
          })
          if (found !== null) return found
        }
        return []
      }),
    )
    return found.flat()
  },
})

const SETTINGS = `SELECT @@global.read_only AS readOnly, @@version AS version, @@global.max_allowed_packet AS packet,
 @@global.max_connections AS most, CAST(UNIX_TIMESTAMP(UTC_TIMESTAMP(3)) AS CHAR) AS clock`

async function look(context: AnalysisContext, server: string, database: SiteDatabase): Promise<Found<Id>[]> {
  const before = Date.now()
  const [row] = await database.read(SETTINGS)
  const middle = (before + Date.now()) / 2000
  const [threads] = await database.read("SHOW GLOBAL STATUS LIKE 'Threads_connected'")
  if (row === undefined) return []
  const found: Found<Id>[] = []
  const add = (
    id: Id,
    severity: Found['severity'],
    title: string,
    evidence: string,
    remedies: string[],
    more: Partial<Found> = {},
  ) =>
    found.push({ ...{ severity, title, evidence: `${server}: ${evidence}`, remedies, subject: server }, ...more, id })
  if (isOn(row['readOnly'])) {
    add(
      'database-read-only',
      'critical',
      `The database server at ${server} is read-only.`,
      `read_only = ${row['readOnly']}`,
      ['sudo mariadb -e "SET GLOBAL read_only = 0"; take read_only out of the server’s configuration'],
      {
        cause: 'It is a replica, was made read-only for a backup or a move, or by its administrator.',
      },
    )
  }
  version(context, row, add)
  const packet = numberOf(row['packet'])
  if (packet !== null && packet < SMALLEST_PACKET) {
    add(
      'database-packet-too-small',
      'warning',
      `The database server at ${server} takes no statement above ${bytesText(packet)}.`,
      `max_allowed_packet = ${packet}`,
      [
        'sudo mariadb -e "SET GLOBAL max_allowed_packet = 67108864", and max_allowed_packet = 64M in the server’s configuration',
      ],
    )
  }
  const [used, most] = [numberOf(threads?.['Value']), numberOf(row['most'])]
  if (used !== null && most !== null && used > NEARLY * most) {
    add(
      'database-connections-nearly-used',
      'warning',
      `${used} of ${most} connections of the database server at ${server} are in use.`,
      `Threads_connected ${used}, max_connections ${most}`,
      ['sudo mariadb -e "SHOW PROCESSLIST"', 'sudo mariadb -e "SET GLOBAL max_connections = 300"'],
      {
        predicted: { basis: 'connections in use now against max_connections' },
      },
    )
  }
  const clock = numberOf(row['clock'])
  const skew = clock === null ? 0 : Math.round(clock - middle)
  if (Math.abs(skew) > SKEW_SECONDS) {
    add(
      'clock-skew',
      'warning',
      `The clock of the database server at ${server} is ${Math.abs(skew)} s ${skew > 0 ? 'ahead of' : 'behind'} this machine's.`,
      `UTC_TIMESTAMP() minus this machine's time: ${skew} s`,
      ['timedatectl; sudo timedatectl set-ntp true (on the machine whose clock is wrong)'],
      {
        cause: 'Sessions, tokens, locks and scheduled jobs compare the two.',
      },
    )
  }
  return found
}

const isOn = (value: unknown): boolean => value === 1 || value === '1' || value === 'ON' || value === 'READ_ONLY'

function version(
  { facts }: AnalysisContext,
  row: Row,
  add: (id: Id, severity: Found['severity'], title: string, evidence: string, remedies: string[]) => void,
): void {
  const written = String(row['version'])
  const [, major = '0', minor = '0'] = /^(\d+)\.(\d+)/.exec(written) ?? []
  const oldest = oldestMariadb(facts.frappeVersion)
  if (oldest === null || !/mariadb/i.test(written)) return
  const [wantedMajor, wantedMinor] = oldest
  const older = Number(major) < wantedMajor || (Number(major) === wantedMajor && Number(minor) < wantedMinor)
  if (!older) return
  add(
    'database-version-unsupported',
    'warning',
    `MariaDB ${written} is older than Frappe ${facts.frappeVersion} supports (${oldest.join('.')}).`,
    `SELECT @@version: ${written}`,
    [`Upgrade MariaDB to ${oldest.join('.')} or later, after a backup.`],
  )
}

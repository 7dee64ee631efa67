import type { SiteDatabase } from '../../database/site-database.ts'
import { bytesText, numberOf } from '../../host/amounts.ts'
import { type Found, siteCheck } from './analysis-check.ts'

const NEEDED = ['tabDocType', 'tabDefaultValue', 'tabSingles', '__Auth']
const NEARLY = 0.8
const LARGE_BYTES = 2e9
const LARGE_ROWS = 10e6
/** Tables that only keep history; Log Settings clears them. */
const LOGS =
  /^tab(?:Error Log|Activity Log|Access Log|Route History|Version|Scheduled Job Log|Email Queue|Webhook Request Log|Integration Request|View Log|Prepared Report|Error Snapshot)$/
const LARGEST: Record<string, number> = {
  tinyint: 127,
  smallint: 32767,
  mediumint: 8388607,
  int: 2147483647,
  bigint: 9.2e18,
}

const finds = {
  'database-incomplete':
    'tables that every site has are missing: a restore that was not finished, or the wrong database',
  'database-table-crashed': 'the server marks a table as crashed',
  'database-charset-wrong': 'the database’s own character set is not utf8mb4',
  'table-near-limit': 'predicted: the automatic numbers of a table nearly run out',
  'log-table-large': 'predicted: a table of history is very large and goes on growing',
}
type Id = keyof typeof finds

/** Whether the site's tables are whole, and which of them near a limit. */
export const databaseTables = siteCheck({
  id: 'database-tables',
  title: 'The site’s tables are whole and not near a limit',
  area: 'database',
  timeoutMilliseconds: 8000,
  finds,
  run: async (context, site) => {
    const database = await context.database(site)
    if (database === null) return []
    const found: Found<Id>[] = []
    const add = (
      id: Id,
      severity: Found['severity'],
      title: string,
      evidence: string,
      remedies: string[],
      more: Partial<Found> = {},
    ) => found.push({ ...{ severity, title, evidence, remedies, subject: site.name }, ...more, id })
    const names = await tableNames(database)
    const missing = NEEDED.filter((name) => !names.has(name))
    if (missing.length > 0) {
      add(
        'database-incomplete',
        'critical',
        `The database of ${site.name} lacks ${missing.join(', ')}.`,
        `${names.size} tables in ${database.label}`,
        [`Restore the latest backup: bench --site ${site.name} restore <file>`],
        {
          cause: 'A restore that stopped half way, an empty database, or the wrong db_name.',
        },
      )
    }
    if (database.kind !== 'mariadb') return found
    const [charset] = await database.read('SELECT @@character_set_database AS name')
    if (charset !== undefined && charset['name'] !== 'utf8mb4') {
      add(
        'database-charset-wrong',
        'warning',
        `The character set of the database of ${site.name} is ${charset['name']}.`,
        `@@character_set_database = ${charset['name']}`,
        [`sudo mariadb -e "ALTER DATABASE \`${database.name}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"`],
      )
    }
    const odd = await database.read(ODD, [LARGE_BYTES, LARGE_ROWS])
    for (const row of odd) {
      const table = String(row['name'])
      const [bytes, rows] = [numberOf(row['bytes']) ?? 0, numberOf(row['tableRows']) ?? 0]
      if (/crashed/i.test(String(row['comment'] ?? ''))) {
        add(
          'database-table-crashed',
          'critical',
          `The table ${table} of ${site.name} is marked as crashed.`,
          String(row['comment']),
          [`sudo mariadb ${database.name} -e "REPAIR TABLE \`${table}\`"`],
        )
      } else if (LOGS.test(table)) {
        add(
          'log-table-large',
          'warning',
          `The table ${table} of ${site.name} holds ${bytesText(bytes)} of history.`,
          `about ${rows} rows, ${bytesText(bytes)}`,
          [
            `Set how long it is kept in Log Settings; clear it once: bench --site ${site.name} clear-log-table --doctype "${table.slice(3)}" --days 30`,
          ],
          {
            predicted: { basis: 'the server’s own estimate of rows and bytes' },
          },
        )
      }
    }
    for (const row of await database.read(NUMBERED)) {
      const kind = /^\w+/.exec(String(row['type']))?.[0] ?? ''
      const most = (LARGEST[kind] ?? Number.POSITIVE_INFINITY) * (String(row['type']).includes('unsigned') ? 2 : 1)
      const next = numberOf(row['next']) ?? 0
      if (next < NEARLY * most) continue
      add(
        'table-near-limit',
        next >= most ? 'critical' : 'warning',
        `The numbers of ${row['name']} run out: ${next} of ${most}.`,
        `AUTO_INCREMENT ${next}, column ${row['column']} ${row['type']}`,
        [
          `sudo mariadb ${database.name} -e "ALTER TABLE \`${row['name']}\` MODIFY \`${row['column']}\` bigint NOT NULL AUTO_INCREMENT"`,
        ],
        {
          predicted: { basis: 'the next automatic number against the largest its column holds' },
        },
      )
    }
    return found
  },
})

const ODD = `SELECT table_name AS name, table_rows AS tableRows, data_length + index_length AS bytes, table_comment AS comment
 FROM information_schema.tables WHERE table_schema = DATABASE()
 AND (data_length + index_length > ? OR table_rows > ? OR table_comment LIKE '%crashed%')`

const NUMBERED = `SELECT t.table_name AS name, t.auto_increment AS next, c.column_name AS \`column\`, c.column_type AS type
 FROM information_schema.tables t JOIN information_schema.columns c
 ON c.table_schema = t.table_schema AND c.table_name = t.table_name AND c.extra LIKE '%auto_increment%'
 WHERE t.table_schema = DATABASE() AND t.auto_increment > 100`

async function tableNames(database: SiteDatabase): Promise<Set<string>> {
  const rows = await database.read(
    database.kind === 'mariadb'
      ? 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()'
      : 'SELECT name FROM sqlite_schema',
  )
  return new Set(rows.map((row) => String(row['name'])))
}

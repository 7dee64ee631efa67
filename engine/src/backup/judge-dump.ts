import type { DumpFacts } from './backup-facts.ts'
import { type BackupFinding, firstOf } from './backup-finding.ts'
import { collationMapping } from './collation-mapping.ts'
import { judgeVersions } from './judge-versions.ts'
import type { RestoreTarget } from './verdict.ts'

type Judged = Omit<BackupFinding, 'subject'>
const CORE = ['tabDocType', 'tabSingles', 'tabDefaultValue', '__Auth']
/** Of Frappe, and made anew from the other tables. */
const SEARCH_TABLE = '__global_search'
const REPAIR_SEARCH = 'REPAIR TABLE `__global_search`, in the database of the source, then another backup.'
const WHOLE = 'Take a whole backup: bench --site SITE backup --with-files.'

/** What a dump that could be read to its end says. */
export function judgeDump(dump: DumpFacts, path: string, target: RestoreTarget): BackupFinding[] {
  const broken = completeness(dump)
  if (broken.length > 0) return broken.map((finding) => ({ ...finding, subject: path }))
  const judged = [...brokenTables(dump), ...scope(dump), ...site(dump), ...handled(dump, target), ...size(dump, target)]
  return [...judged.map((finding) => ({ ...finding, subject: path })), ...judgeVersions(dump.frappe, path, target)]
}

function completeness(dump: DumpFacts): Judged[] {
  if (dump.dumps > 1) {
    return [
      {
        id: 'dump-several',
        severity: 'critical',
        title: 'The file holds several dumps, one behind the other.',
        evidence: `${dump.dumps} marks "Dump completed"`,
        remedies: ['Cut it apart at the lines "-- Dump completed", and restore the one that is meant.'],
      },
    ]
  }
  if (dump.completed !== null) return []
  const { unfinished } = dump
  const atSearch = dump.tables.at(-1)?.name === SEARCH_TABLE
  return [
    {
      id: 'dump-incomplete',
      severity: 'critical',
      title: 'The dump breaks off: its last line, "-- Dump completed", is missing.',
      evidence:
        unfinished === null
          ? `ends after ${dump.tables.length} tables, the last one ${dump.tables.at(-1)?.name ?? 'none'}`
          : `line ${unfinished.line} begins a statement that has no end: ${(unfinished.opening.split('\n')[0] ?? '').slice(0, 60)}`,
      cause:
        'The dump program failed (disk, connection, a crashed table), and gzip closed the file properly all the same.',
      remedies: [
        ...(atSearch ? [REPAIR_SEARCH] : []),
        'Look at the backup for errors where it was made, and take another one.',
      ],
    },
  ]
}

function brokenTables(dump: DumpFacts): Judged[] {
  const others = dump.brokenTables.filter((name) => name !== SEARCH_TABLE)
  const search = dump.brokenTables.length > others.length
  return [
    ...(others.length > 0
      ? [
          {
            id: 'dump-table-incomplete',
            severity: 'critical' as const,
            title: 'Rows of a table break off in the middle of the dump.',
            evidence: `locked, but never unlocked: ${firstOf(others)}`,
            cause: 'The table was crashed, or its rows could not be read, and the dump went on with --force.',
            remedies: ['Repair the table where it is (mariadb-check --repair), and take another backup.'],
          },
        ]
      : []),
    ...(search
      ? [
          {
            id: 'dump-search-incomplete',
            severity: 'warning' as const,
            title: 'The search table was crashed: its rows break off. Nothing else is lost.',
            evidence: SEARCH_TABLE,
            remedies: ['After the restore: bench --site SITE rebuild-global-search.'],
          },
        ]
      : []),
  ]
}

function scope(dump: DumpFacts): Judged[] {
  const found: Judged[] = []
  if (dump.databases.length > 1) {
    found.push({
      id: 'dump-several-databases',
      severity: 'critical',
      title: 'The dump is of several databases.',
      evidence: firstOf(dump.databases),
      remedies: ['Dump the one database of the site, without --databases and --all-databases.'],
    })
  }
  if (dump.beyond.length > 0) {
    found.push({
      id: 'dump-beyond-database',
      severity: 'critical',
      title: 'The dump changes more than its own database: users, rights or the server itself.',
      evidence: firstOf(dump.beyond.map(({ line, opening }) => `line ${line}: ${opening}`)),
      remedies: [WHOLE, 'Or remove these statements by hand.'],
    })
  }
  if (dump.unexpected.length > 0) {
    found.push({
      id: 'dump-unexpected-statements',
      severity: 'warning',
      title: 'The dump holds statements that no dump program writes.',
      evidence: firstOf(dump.unexpected.map(({ line, opening }) => `line ${line}: ${opening}`)),
      remedies: ['Look at them: they will run as they are, with the rights of the database’s own user.'],
    })
  }
  return found
}

function site(dump: DumpFacts): Judged[] {
  const { partial } = dump.frappe
  if (partial !== null) {
    const { contains, excludes } = partial
    return [
      {
        id: 'dump-partial',
        severity: 'critical',
        title: 'This is a partial backup: it cannot make a site by itself.',
        evidence: `its header: ${contains.length > 0 ? `contains ${firstOf(contains)}` : `excludes ${firstOf(excludes)}`}`,
        remedies: [WHOLE, 'Into a site that exists: bench --site SITE partial-restore FILE.'],
      },
    ]
  }
  const orphans = dump.tables.filter((table) => !table.created)
  if (orphans.length > 0) {
    return [
      {
        id: 'dump-without-definitions',
        severity: 'critical',
        title: 'The dump fills tables that it does not create.',
        evidence: firstOf(orphans.map((table) => table.name)),
        remedies: ['Dump with the definitions, without --no-create-info.', WHOLE],
      },
    ]
  }
  const missing = CORE.filter((name) => !dump.tables.some((table) => table.name === name))
  if (missing.length > 0) {
    return [
      {
        id: 'dump-not-frappe',
        severity: 'critical',
        title: 'This is no dump of a Frappe site.',
        evidence: `${dump.tables.length} tables, without ${missing.join(', ')}`,
        remedies: ['Name the database backup of the site: it ends in -database.sql.gz.'],
      },
    ]
  }
  const empty = CORE.filter((name) => dump.tables.some((table) => table.name === name && table.rows === 0))
  if (empty.length === 0) return []
  return [
    {
      id: 'dump-without-data',
      severity: 'critical',
      title: 'The dump creates the tables of a site, but core tables have no rows.',
      evidence: `no rows for ${empty.join(', ')}; ${dump.tables.reduce((sum, table) => sum + table.rows, 0)} rows in all`,
      remedies: ['Dump with the data, without --no-data.', WHOLE],
    },
  ]
}

/** What the import changes on the way: shown, not asked. */
function handled(dump: DumpFacts, target: RestoreTarget): Judged[] {
  const found: Judged[] = []
  const mapping = collationMapping(
    dump.collations.map(({ name }) => name),
    target,
  )
  if (mapping.size > 0) {
    const users = dump.collations.filter(({ name }) => mapping.has(name)).flatMap(({ used }) => used)
    found.push({
      id: 'dump-unknown-collations',
      severity: 'warning',
      title: 'The dump names collations that the target does not know; others take their place.',
      evidence: `${[...mapping].map(([from, to]) => `${from} → ${to}`).join(', ')} (${firstOf(users)})`,
      remedies: [
        'Nothing, when sorting may differ slightly. To keep them, use a database server as new as the source’s.',
      ],
    })
  }
  if (dump.definers.length > 0) {
    found.push({
      id: 'dump-definers',
      severity: 'information',
      title:
        'Views, triggers or routines belong to database users of the source; the importing user takes their place.',
      evidence: firstOf(dump.definers.map(({ definer, objects }) => `${definer}: ${firstOf(objects, 3)}`)),
      remedies: [],
    })
  }
  if (dump.sandboxLine === 'elsewhere') {
    found.push({
      id: 'dump-sandbox-line',
      severity: 'warning',
      title: "MariaDB's sandbox line stands in the middle of the dump.",
      evidence: 'it is left as it is: servers take it for a comment',
      remedies: ['Look at how the dump was put together: dump programs write this line first.'],
    })
  }
  if (dump.server === 'mysql') {
    found.push({
      id: 'dump-of-mysql',
      severity: 'warning',
      title: 'The dump is of MySQL, not of MariaDB.',
      evidence: `Server version ${dump.serverVersion ?? 'unknown'}`,
      remedies: ['Compare row counts after the import: Frappe supports MariaDB only.'],
    })
  }
  return found
}

function size(dump: DumpFacts, target: RestoreTarget): Judged[] {
  const limit = target.maxAllowedPacket ?? Number.POSITIVE_INFINITY
  if (dump.largestStatementBytes <= limit) return []
  const megabytes = Math.ceil(dump.largestStatementBytes / (1 << 20)) + 1
  return [
    {
      id: 'dump-statement-too-large',
      severity: 'critical',
      title: 'A statement of the dump is larger than the server takes.',
      evidence: `${dump.largestStatementBytes} bytes, max_allowed_packet ${limit}`,
      remedies: [
        `SET GLOBAL max_allowed_packet = ${megabytes} * 1024 * 1024, as root; keep it in the server's configuration.`,
      ],
    },
  ]
}

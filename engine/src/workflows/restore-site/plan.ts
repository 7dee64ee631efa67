import { findingsForSite } from '../../bench/site-by-name.ts'
import { emptyPreview, type Plan } from '../../execution/plan.ts'
import { restoreBinding } from './binding.ts'
import { isCopy } from './config-keys.ts'
import { restoreFindings } from './findings.ts'
import type { RestoreInput } from './input.ts'
import { restoreChecks } from './plan-checks.ts'
import { restorePreview } from './plan-preview.ts'
import { archiveOf, restoreSteps } from './plan-steps.ts'
import { placeOf } from './target.ts'

const MEBIBYTE = 1024 * 1024
const WORKING_ROOM = 64 * MEBIBYTE
/** Rows with their indexes, and the sorting of a table's rows while it is filled, against the bytes of their statements. */
const DATABASE_SHARE = 2
/** From maintenance on to maintenance off nothing is copied. */
const WINDOW_SECONDS = 2

/** Facts in, plan out: pure. */
export function planRestore(input: RestoreInput): Plan {
  const { facts, target, request, backup } = input
  const disk = diskOf(input)
  const existing = target.kind === 'existing'
  return {
    format: 1,
    command: 'restore-site',
    createdAt: input.now.toISOString(),
    benchPath: facts.path,
    site: placeOf(target),
    request: JSON.parse(JSON.stringify(request)),
    binding: restoreBinding(input),
    steps: restoreSteps(input),
    checks: restoreChecks(input, { bytesNeeded: disk.needed, formula: disk.formula }),
    preview: {
      ...emptyPreview(),
      restore: restorePreview(input),
      services: existing
        ? [
            `the site ${target.name}: maintenance on, scheduler paused, both put back as they were; nothing is restarted`,
          ]
        : [],
      manual: manualSteps(input),
      downtimeSeconds: existing ? WINDOW_SECONDS : 0,
      downtimeBasis: existing
        ? 'database and files are loaded beside, while the site is live; then keys and names change'
        : 'the site is not there yet',
      diskBytesNeeded: disk.needed,
      diskBytesFree: input.diskBytesFree,
      diskFormula: disk.formula,
    },
    findings: [
      ...(existing ? findingsForSite(facts, target.site).filter(isNoObstacle) : []),
      ...restoreFindings(input),
      ...databaseRoom(input, backup.database.content.plainBytes),
    ],
  }
}

/** What is wrong with the database that is replaced is why somebody restores. */
const OF_THE_OLD_DATABASE = new Set(['database-unreachable', 'database-password-missing', 'database-name-missing'])
const isNoObstacle = ({ id }: { id: string }): boolean => !OF_THE_OLD_DATABASE.has(id)

function diskOf(input: RestoreInput): { needed: number; formula: string } {
  const files = (['public', 'private'] as const).reduce(
    (sum, side) => sum + (archiveOf(input, side)?.archive?.fileBytes ?? 0),
    0,
  )
  const database = input.backup.database.content.plainBytes
  // On another machine, or another disk of this one, the database needs no room here: asking for it anyway errs to the safe side.
  return {
    needed: Math.ceil(database * DATABASE_SHARE + files + WORKING_ROOM),
    formula:
      'dump unpacked × 2 for the new database and its indexes + files of the backup + 64 MiB; the old database and files stay until cleanup',
  }
}

function databaseRoom({ server, target }: RestoreInput, plainBytes: number): Plan['findings'] {
  const needed = plainBytes * DATABASE_SHARE
  if (server.freeBytes === null || server.freeBytes >= needed) return []
  return [
    {
      id: 'disk-space',
      severity: 'critical',
      title: 'The disk of the database server has too little room.',
      evidence: `${Math.ceil(needed / MEBIBYTE)} MiB needed, ${Math.floor(server.freeBytes / MEBIBYTE)} MiB free`,
      remedies: ['Make room there: old databases, binary logs.'],
      subject: target.name,
    },
  ]
}

function manualSteps(input: RestoreInput): string[] {
  const { facts, target, backup } = input
  const development = facts.servedBy === 'bench-serve' || facts.processManager.kind === 'procfile'
  return [
    ...(target.kind === 'new'
      ? [
          ...(facts.nginx === null
            ? []
            : [`Serve ${target.name}: bench setup nginx, look at the difference, then reload nginx.`]),
          isCopy(input)
            ? `It is a copy of a site of this bench, so it is kept quiet: mute_emails and pause_scheduler are set. When it shall be live, take both out of its site_config.json.`
            : 'The restored site is live at once: it sends mail and runs its scheduled jobs.',
        ]
      : []),
    ...(backup.database.dump?.frappe.version !== facts.frappeVersion || development
      ? [
          `bench --site ${target.name} migrate, when the site is looked at: patches and app versions may differ from the backup's.`,
        ]
      : []),
  ]
}

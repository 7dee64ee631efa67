import { z } from 'zod'
import { quoteName } from '../database/mariadb/identifiers.ts'
import type { SiteDatabase } from '../database/site-database.ts'
import type { Check, CheckContext } from './check.ts'
import { openRestored } from './restored-database.ts'
import { firstOf } from './shown-names.ts'

const Params = z.object({
  /** The step that made the copy, while the site does not use it yet; null: the site's own, whatever it is by now. */
  madeBy: z.string().nullable(),
  /** `names`: tables, views, triggers, sequences and routines by name. `whole`: every row of every table too. */
  depth: z.enum(['names', 'whole']),
  /** Somebody may write to one of the sides while they are compared: a difference is no loss then. */
  live: z.boolean(),
  /** Names that the run itself, or bench migrate, puts into one of the sides: they say nothing. */
  without: z.array(z.string()),
})
type Params = z.infer<typeof Params>

const SHOWN = 6
/** Names in one statement: a statement for each table costs a round trip to another machine. */
const AT_ONCE = 50

/** Whether the copy holds what the source holds. */
export const sameTables: Check = {
  id: 'same-tables',
  title: 'The copy holds what the source holds',
  run: async (context, params) => {
    const wanted = Params.parse(params)
    const source = await context.place('source').database()
    const target = await (wanted.madeBy === null ? context.database() : openRestored(context, wanted.madeBy))
    try {
      return await compare(context, wanted, source, target)
    } finally {
      if (wanted.madeBy !== null) await target.close()
    }
  },
}

async function compare(
  context: CheckContext,
  { depth, live, without }: Params,
  source: SiteDatabase,
  target: SiteDatabase,
): ReturnType<Check['run']> {
  const [there, here] = await Promise.all([objectsOf(source), objectsOf(target)])
  const ignored = new Set(without)
  const isOurs = (name: string) => /^(?:table|trigger) __migrator_/.test(name)
  const absent = [...there].filter((name) => !here.has(name) && !isOurs(name) && !ignored.has(name))
  if (absent.length > 0)
    return {
      status: 'failed',
      critical: true,
      evidence: `not in the copy: ${firstOf(absent, SHOWN)}`,
      remedy: 'The copy is not whole. Take the run back, and run it again.',
    }
  const tables = [...there].filter((name) => name.startsWith('table ') && !isOurs(name)).map((name) => name.slice(6))
  const evidence = `${tables.length} tables, and ${there.size - tables.length} views, triggers, sequences and routines`
  if (depth === 'names') return { status: 'passed', critical: true, evidence }
  const different = await differing(source, target, tables, context.signal)
  const whole = `${evidence}; every row of the tables compared`
  if (different.length === 0) return { status: 'passed', critical: true, evidence: `${whole}: all are the same` }
  return live
    ? {
        status: 'warning',
        critical: false,
        evidence: `${whole}; different, or written to meanwhile: ${firstOf(different, SHOWN)}`,
        remedy:
          'A site that is in use writes sessions, logs and documents all the time; look at tables where you expect no work.',
      }
    : {
        status: 'failed',
        critical: true,
        evidence: `${whole}; different: ${firstOf(different, SHOWN)}`,
        remedy: 'The copy is not the same. Take the run back, and run it again.',
      }
}

const OBJECTS = `SELECT CONCAT('table ', table_name) AS name FROM information_schema.tables
  WHERE table_schema = DATABASE() AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')
UNION SELECT CONCAT(LOWER(table_type), ' ', table_name) FROM information_schema.tables
  WHERE table_schema = DATABASE() AND table_type IN ('VIEW', 'SEQUENCE')
UNION SELECT CONCAT('trigger ', trigger_name) FROM information_schema.triggers WHERE trigger_schema = DATABASE()
UNION SELECT CONCAT('routine ', routine_name) FROM information_schema.routines WHERE routine_schema = DATABASE()
UNION SELECT CONCAT('event ', event_name) FROM information_schema.events WHERE event_schema = DATABASE()`

const objectsOf = async (database: SiteDatabase): Promise<Set<string>> =>
  new Set((await database.read(OBJECTS)).map((row) => String(row['name'])))

/** By the servers' own checksums; those count on how a server stores rows, so tables that differ are read by both and compared again. */
async function differing(
  source: SiteDatabase,
  target: SiteDatabase,
  tables: string[],
  signal: AbortSignal,
): Promise<string[]> {
  const [there, here] = await Promise.all([checksums(source, tables, signal), checksums(target, tables, signal)])
  const doubtful = tables.filter((table) => there.get(table) !== here.get(table))
  if (doubtful.length === 0) return []
  signal.throwIfAborted()
  const exclude = tables.filter((table) => !doubtful.includes(table))
  const [one, other] = await Promise.all([source.digest({ exclude }), target.digest({ exclude })])
  const now = new Map(other.tables.map(({ table, sha256 }) => [table, sha256]))
  const was = new Map(one.tables.map(({ table, sha256 }) => [table, sha256]))
  return doubtful.filter((table) => was.get(table) !== now.get(table))
}

async function checksums(database: SiteDatabase, tables: string[], signal: AbortSignal): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (let start = 0; start < tables.length; start += AT_ONCE) {
    signal.throwIfAborted()
    const some = tables.slice(start, start + AT_ONCE)
    const rows = await database.read(`CHECKSUM TABLE ${some.map(quoteName).join(', ')}`)
    // The answer names database and table: `_1c24.tabItem`; in the order they were asked.
    for (const [index, row] of rows.entries()) found.set(some[index] ?? '', String(row['Checksum']))
  }
  return found
}

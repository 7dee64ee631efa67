import { z } from 'zod'
import { keptPath, readKeptAddress } from '../database/kept-address.ts'
import { type Comparison, compareDatabases } from '../database/mariadb/compare-databases.ts'
import { reachedAddress } from '../database/reached-address.ts'
import type { DatabaseAddress, SiteDatabase } from '../database/site-database.ts'
import type { Check, CheckContext } from './check.ts'
import { passingTables } from './passing-tables.ts'
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
/** Tables compared at once, each on both servers. */
const TABLES_AT_ONCE = 2

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
  { madeBy, depth, live, without }: Params,
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
  return wholeAnswer(await compareWhole(context, madeBy), ignored, live)
}

/** Both servers compute at the same time; compareDatabases says what their sums can miss. */
async function compareWhole(context: CheckContext, madeBy: string | null): Promise<Comparison> {
  const [source, target] = [await context.place('source').address(), await targetOf(context, madeBy)]
  if (source.kind !== 'mariadb' || target.kind !== 'mariadb') throw new Error('only MariaDB databases are compared')
  return compareDatabases(source, target, { parallel: TABLES_AT_ONCE, signal: context.signal })
}

async function targetOf(context: CheckContext, madeBy: string | null): Promise<DatabaseAddress> {
  const place = context.place('target')
  if (madeBy === null) return place.address()
  if (context.vault === null) throw new Error('the address of a database is in the vault of its run')
  const { address } = z.object({ address: z.string() }).parse(context.afterOf(madeBy))
  return reachedAddress(place.host, await readKeptAddress(keptPath(context.vault, address)))
}

/** What differs in rows alone may have been written meanwhile, where somebody may write. */
function wholeAnswer(
  { tables, rows, differences }: Comparison,
  ignored: ReadonlySet<string>,
  live: boolean,
): Awaited<ReturnType<Check['run']>> {
  const counted = differences.filter(({ table }) => !ignored.has(table) && !ignored.has(`table ${table}`))
  const written = counted.filter(({ table, of }) => of === 'rows' && (live || passingTables.has(table)))
  const lost = counted.filter((one) => !written.includes(one))
  const told = (list: typeof counted) =>
    firstOf(
      list.map(({ table, how }) => `${table} (${how})`),
      SHOWN,
    )
  const evidence = [
    `${tables} tables, ${rows} rows, every row compared${counted.length === 0 ? ': all are the same' : ''}`,
    ...(lost.length > 0 ? [`different: ${told(lost)}`] : []),
    ...(written.length > 0 ? [`written to meanwhile: ${told(written)}`] : []),
  ].join('; ')
  const seen = counted.map(({ table, how }) => ({ table, how }))
  if (lost.length > 0) return { status: 'failed', critical: true, evidence, remedy: DIFFERENT, seen }
  if (written.length > 0) return { status: 'warning', critical: false, evidence, remedy: WRITTEN, seen }
  return { status: 'passed', critical: true, evidence }
}

const DIFFERENT = 'The copy is not the same. Take the run back, and run it again.'
const WRITTEN =
  'A site that is in use writes sessions, logs and documents all the time; look at tables where you expect no work.'

const OBJECTS = `SELECT CONCAT('table ', table_name) AS name FROM information_schema.tables
  WHERE table_schema = DATABASE() AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')
UNION SELECT CONCAT(LOWER(table_type), ' ', table_name) FROM information_schema.tables
  WHERE table_schema = DATABASE() AND table_type IN ('VIEW', 'SEQUENCE')
UNION SELECT CONCAT('trigger ', trigger_name) FROM information_schema.triggers WHERE trigger_schema = DATABASE()
UNION SELECT CONCAT('routine ', routine_name) FROM information_schema.routines WHERE routine_schema = DATABASE()
UNION SELECT CONCAT('event ', event_name) FROM information_schema.events WHERE event_schema = DATABASE()`

const objectsOf = async (database: SiteDatabase): Promise<Set<string>> =>
  new Set((await database.read(OBJECTS)).map((row) => String(row['name'])))

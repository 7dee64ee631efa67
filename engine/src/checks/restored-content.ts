import { z } from 'zod'
import type { Row, SiteDatabase } from '../database/site-database.ts'
import type { Check } from './check.ts'
import { openRestored } from './restored-database.ts'
import { countRows } from './table-rows.ts'

const Params = z.object({
  /** The step that made the database, while the site does not use it yet; null: the site's own, whatever it is by now. */
  madeBy: z.string().nullable(),
  /** Rows the backup holds, by table. */
  rows: z.record(z.string(), z.number()),
  views: z.array(z.string()),
  triggers: z.array(z.string()),
  sequences: z.array(z.string()),
  routines: z.array(z.string()),
})
type Params = z.infer<typeof Params>

const SHOWN = 5

/**
 * Every table of the backup is there with all its rows, and every view, trigger, sequence and routine. Before the switch nobody else
 * writes, so that any difference is a loss; a live site goes on writing.
 */
export const restoredContent: Check = {
  id: 'restored-content',
  title: 'Everything in the backup is in the database',
  run: async (context, params) => {
    const wanted = Params.parse(params)
    const database = await (wanted.madeBy === null ? context.database() : openRestored(context, wanted.madeBy))
    try {
      return answer(wanted, await readContent(database, context.signal))
    } finally {
      if (wanted.madeBy !== null) await database.close()
    }
  },
}

interface Content {
  rows: Map<string, number>
  views: Set<string>
  triggers: Set<string>
  sequences: Set<string>
  routines: Set<string>
}

async function readContent(database: SiteDatabase, signal: AbortSignal): Promise<Content> {
  const objects = await database.read(
    'SELECT table_name AS name, table_type AS type FROM information_schema.tables WHERE table_schema = DATABASE()',
  )
  const ofType = (...types: string[]) => namesOf(objects.filter((row) => types.includes(String(row['type']))))
  const rows = await countRows(database, ofType('BASE TABLE', 'SYSTEM VERSIONED'), signal)
  const named = async (sql: string) => namesOf(await database.read(sql))
  return {
    rows,
    views: ofType('VIEW'),
    sequences: ofType('SEQUENCE'),
    triggers: await named(
      'SELECT trigger_name AS name FROM information_schema.triggers WHERE trigger_schema = DATABASE()',
    ),
    routines: new Set([
      ...(await named(
        'SELECT routine_name AS name FROM information_schema.routines WHERE routine_schema = DATABASE()',
      )),
      ...(await named('SELECT event_name AS name FROM information_schema.events WHERE event_schema = DATABASE()')),
    ]),
  }
}

const namesOf = (rows: Row[]): Set<string> => new Set(rows.map((row) => String(row['name'])))

function answer(wanted: Params, found: Content): Awaited<ReturnType<Check['run']>> {
  const tables = Object.entries(wanted.rows)
  const absent = [
    ...tables.filter(([name]) => !found.rows.has(name)).map(([name]) => `table ${name}`),
    ...(['views', 'triggers', 'sequences', 'routines'] as const).flatMap((kind) =>
      wanted[kind].filter((name) => !found[kind].has(name)).map((name) => `${kind.slice(0, -1)} ${name}`),
    ),
  ]
  const differing = tables.flatMap(([name, rows]) => {
    const now = found.rows.get(name)
    return now === undefined || now === rows ? [] : [`${name} (${now} rows, the backup has ${rows})`]
  })
  const total = tables.reduce((sum, [, rows]) => sum + rows, 0)
  const evidence = `${tables.length} tables with ${total} rows in the backup`
  if (absent.length)
    return { status: 'failed', critical: true, evidence: `${evidence}; missing: ${list(absent)}`, remedy: LOST }
  if (differing.length === 0)
    return { status: 'passed', critical: true, evidence: `${evidence}, ${othersText(wanted)}all there` }
  if (wanted.madeBy !== null)
    return { status: 'failed', critical: true, evidence: `${evidence}; different: ${list(differing)}`, remedy: LOST }
  return {
    status: 'warning',
    critical: false,
    evidence: `${evidence}; different since: ${list(differing)}`,
    remedy: 'A live site writes sessions, logs and documents all the time; look at tables where you expect no work.',
  }
}

const LOST = 'Run the restore again; if it happens again, the server dropped what it was given: look at its error log.'

const list = (items: string[]): string =>
  `${items.slice(0, SHOWN).join(', ')}${items.length > SHOWN ? ` and ${items.length - SHOWN} more` : ''}`

function othersText({ views, triggers, sequences, routines }: Params): string {
  const counts = Object.entries({ views, triggers, sequences, routines })
    .filter(([, names]) => names.length > 0)
    .map(([kind, names]) => `${names.length} ${kind}`)
  return counts.length ? `${counts.join(', ')}: ` : ''
}

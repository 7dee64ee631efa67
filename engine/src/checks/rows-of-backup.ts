import { z } from 'zod'
import type { SiteDatabase } from '../database/site-database.ts'
import type { Check } from './check.ts'
import { passingTables } from './passing-tables.ts'
import { firstOf } from './shown-names.ts'
import { countRows } from './table-rows.ts'

const Params = z.object({
  /** What it is compared with, for people: `the backup`. */
  source: z.string(),
  tables: z.array(z.object({ name: z.string(), rows: z.number() })),
})

/** Whether every table of the backup is there with at least its rows; a live site adds some. Counts each table once. */
export const rowsOfBackup: Check = {
  id: 'rows-of-backup',
  title: 'Tables and rows of the backup are there',
  run: async (context, params) => {
    const { source, tables } = Params.parse(params)
    const database = await context.database()
    const present = await namesOf(database)
    const missing = tables.filter(({ name }) => !present.has(name)).map(({ name }) => name)
    const there = tables.filter(({ name }) => present.has(name))
    const names = there.map(({ name }) => name)
    const counted = await countRows(database, names, context.signal)
    const changed = there
      .map(({ name, rows }) => ({ name, difference: (counted.get(name) ?? 0) - rows }))
      .filter(({ name, difference }) => difference !== 0 && !passingTables.has(name))
    const fewer = changed.filter(({ difference }) => difference < 0)
    const more = changed.filter(({ difference }) => difference > 0)
    const told = [
      `${there.length} of ${tables.length} tables, ${sum(counted.values())} rows now, ${sum(there.map(({ rows }) => rows))} in ${source}`,
      ...(missing.length ? [`missing: ${firstOf(missing)}`] : []),
      ...(fewer.length ? [`fewer rows: ${firstOf(fewer.map(({ name, difference }) => `${name} ${difference}`))}`] : []),
      ...(more.length ? [`more rows: ${firstOf(more.map(({ name, difference }) => `${name} +${difference}`))}`] : []),
    ]
    const evidence = told.join('; ')
    if (missing.length + fewer.length === 0) return { status: 'passed', critical: true, evidence }
    return {
      status: 'failed',
      critical: true,
      evidence,
      remedy: 'On a site in use, look whether somebody deleted them since; else restore the backup again.',
    }
  },
}

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, one) => total + one, 0)

async function namesOf(database: SiteDatabase): Promise<Set<string>> {
  const rows = await database.read(
    database.kind === 'mariadb'
      ? 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()'
      : "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')",
  )
  return new Set(rows.map((row) => String(row['name'])))
}

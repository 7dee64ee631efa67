import type { SiteDatabase } from '../database/site-database.ts'
import type { Check } from './check.ts'
import { readDocTypes } from './doctype-metadata.ts'
import { firstOf } from './shown-names.ts'

const IN_MARIADB = `
SELECT table_name AS table_name, column_name AS column_name, COUNT(*) OVER (PARTITION BY table_name, index_name) AS width,
  non_unique AS non_unique, seq_in_index AS place
FROM information_schema.statistics WHERE table_schema = DATABASE()`

const IN_SQLITE = `
SELECT m.name AS table_name, i.name AS column_name, COUNT(*) OVER (PARTITION BY m.name, x.name) AS width,
  1 - x."unique" AS non_unique, i.seqno + 1 AS place
FROM sqlite_master m, pragma_index_list(m.name) x, pragma_index_info(x.name) i WHERE m.type = 'table'`

/** Whether fields that are to be searched or to differ have their index. Without one the site is slow, or takes the same value twice; never wrong today. */
export const indexesOfDocTypes: Check = {
  id: 'indexes-of-doctypes',
  title: 'Indexes of all DocTypes are there',
  run: async (context) => {
    const database = await context.database()
    const tables = await database.tables()
    const columns = new Set(
      tables.flatMap((table) => table.columns.map(({ name }) => `${table.name}.${name}`.toLowerCase())),
    )
    const { leading, unique } = await readIndexes(database)
    const doctypes = await readDocTypes(database, tables)
    const wanted = doctypes.flatMap(({ table, fields }) =>
      fields
        .map((field) => ({ ...field, place: `${table}.${field.name}` }))
        .filter((field) => (field.indexed || field.unique) && columns.has(field.place.toLowerCase())),
    )
    const same = wanted.filter((field) => field.unique && !unique.has(field.place.toLowerCase()))
    const slow = wanted.filter((field) => !field.unique && !leading.has(field.place.toLowerCase()))
    const evidence = `${wanted.length} indexed fields`
    if (same.length + slow.length === 0) return { status: 'passed', critical: false, evidence }
    const places = (of: typeof wanted) => firstOf(of.map(({ place }) => place))
    const words = [
      ...(same.length ? [`not unique: ${places(same)}`] : []),
      ...(slow.length ? [`no index: ${places(slow)}`] : []),
    ]
    return {
      status: 'warning',
      critical: false,
      evidence: `${evidence}; ${words.join('; ')}`,
      remedy: 'Save the DocType once more in the desk (Customize Form for custom fields): that makes its indexes.',
    }
  },
}

/** Columns that lead an index, and columns that are a unique index by themselves. */
async function readIndexes(database: SiteDatabase): Promise<{ leading: Set<string>; unique: Set<string> }> {
  const rows = await database.read(database.kind === 'sqlite' ? IN_SQLITE : IN_MARIADB)
  const place = (row: (typeof rows)[number]) => `${row['table_name']}.${row['column_name']}`.toLowerCase()
  const leading = rows.filter((row) => Number(row['place']) === 1)
  const unique = leading.filter((row) => Number(row['width']) === 1 && Number(row['non_unique']) === 0)
  return { leading: new Set(leading.map(place)), unique: new Set(unique.map(place)) }
}

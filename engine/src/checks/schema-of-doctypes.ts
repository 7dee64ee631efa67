import type { TableSchema } from '../database/site-database.ts'
import type { Check } from './check.ts'
import { type DocTypeMetadata, readDocTypes } from './doctype-metadata.ts'
import { firstOf } from './shown-names.ts'

/** Columns every table of documents has; of children these too (frappe/database/schema.py). */
const OF_ALL = ['name', 'owner', 'creation', 'modified', 'modified_by', 'docstatus', 'idx']
const OF_CHILDREN = ['parent', 'parentfield', 'parenttype']

/** Whether every DocType has its table and every stored field its column. Tables and columns that no DocType names are left alone: Frappe keeps them, too. */
export const schemaOfDocTypes: Check = {
  id: 'schema-of-doctypes',
  title: 'Tables and columns of all DocTypes are there',
  run: async (context) => {
    const database = await context.database()
    const tables = await database.tables()
    const doctypes = await readDocTypes(database, tables)
    const { missingTables, missingColumns, fields } = compare(doctypes, tables)
    const looked = `${doctypes.length} DocTypes with ${fields} fields`
    if (doctypes.length === 0)
      return { status: 'failed', critical: true, evidence: 'tabDocType is empty or not there: this is no whole site' }
    if (missingTables.length + missingColumns.length === 0)
      return { status: 'passed', critical: true, evidence: looked }
    const words = [
      ...(missingTables.length ? [`no table of ${firstOf(missingTables)}`] : []),
      ...(missingColumns.length ? [`no column ${firstOf(missingColumns)}`] : []),
    ]
    return {
      status: 'failed',
      critical: missingTables.length > 0,
      evidence: `${looked}; ${words.join('; ')}`,
      remedy: missingTables.length
        ? 'Tables are missing: an import that did not finish, or tables left out of the backup. bench migrate would make them, but empty.'
        : 'bench --site SITE migrate makes columns that the code knows; their former content is only in a backup.',
    }
  },
}

/** Names are compared without regard to case: so does MariaDB with columns, and with tables where lower_case_table_names says so. */
function compare(doctypes: DocTypeMetadata[], tables: TableSchema[]) {
  const columnsOf = new Map(
    tables.map((table) => [table.name.toLowerCase(), new Set(table.columns.map(({ name }) => name.toLowerCase()))]),
  )
  const missingTables: string[] = []
  const missingColumns: string[] = []
  let fields = 0
  for (const { table, name, child, fields: own } of doctypes) {
    const columns = columnsOf.get(table.toLowerCase())
    if (columns === undefined) {
      missingTables.push(name)
      continue
    }
    const wanted = [...OF_ALL, ...(child ? OF_CHILDREN : []), ...own.map((field) => field.name)]
    fields += own.length
    missingColumns.push(
      ...wanted.filter((column) => !columns.has(column.toLowerCase())).map((column) => `${table}.${column}`),
    )
  }
  return { missingTables, missingColumns: [...new Set(missingColumns)], fields }
}

import type { Row, SiteDatabase, TableSchema } from '../database/site-database.ts'

/** Field types that have a column (frappe/model/__init__.py data_fieldtypes). One of a later version that is missing here is not looked for. */
const STORED = new Set(
  [
    'Currency,Int,Long Int,Float,Percent,Check,Small Text,Long Text,Code,Text Editor,Markdown Editor,HTML Editor,Date,Datetime,Time',
    'Text,Data,Link,Dynamic Link,Password,Select,Rating,Read Only,Attach,Attach Image,Signature,Color,Barcode,Geolocation,Duration',
    'Icon,Phone,Autocomplete,JSON',
  ].flatMap((line) => line.split(',')),
)
/** Columns without a length: Frappe makes no index on them (frappe/database/schema.py). */
const NEVER_INDEXED = new Set(
  'Small Text,Long Text,Code,Text Editor,Markdown Editor,HTML Editor,Text,JSON,Geolocation,Signature'.split(','),
)

export interface FieldMetadata {
  name: string
  indexed: boolean
  unique: boolean
}

/** A DocType whose documents stand in a table of their own. */
export interface DocTypeMetadata {
  name: string
  table: string
  child: boolean
  /** Its documents are numbered by a sequence. */
  numbered: boolean
  fields: FieldMetadata[]
}

/** What the site says its tables hold: DocTypes with a table, their stored fields, custom ones too. Versions differ in the columns these tables have. */
export async function readDocTypes(database: SiteDatabase, tables: TableSchema[]): Promise<DocTypeMetadata[]> {
  const columnsOf = new Map(tables.map((table) => [table.name, new Set(table.columns.map(({ name }) => name))]))
  const read = (table: string, wanted: string[], where = ''): Promise<Row[]> => {
    const there = wanted.filter((column) => columnsOf.get(table)?.has(column))
    if (there.length === 0) return Promise.resolve([])
    return database.read(`SELECT ${there.map((column) => `\`${column}\``).join(', ')} FROM \`${table}\`${where}`)
  }
  const field = ['fieldname', 'fieldtype', 'is_virtual', 'unique', 'search_index']
  const [doctypes, standard, custom] = await Promise.all([
    read('tabDocType', ['name', 'issingle', 'istable', 'is_virtual', 'autoname']),
    read('tabDocField', ['parent', ...field], " WHERE parenttype = 'DocType'"),
    read('tabCustom Field', ['dt', ...field]),
  ])
  const fieldsOf = Map.groupBy([...standard, ...custom], (row) => String(row['parent'] ?? row['dt']))
  return doctypes
    .filter((row) => !isSet(row['issingle']) && !isSet(row['is_virtual']))
    .map((row) => {
      const name = String(row['name'])
      return {
        name,
        table: `tab${name}`,
        child: isSet(row['istable']),
        numbered: row['autoname'] === 'autoincrement',
        fields: (fieldsOf.get(name) ?? []).filter(isStored).map(asField),
      }
    })
}

const isSet = (value: Row[string] | undefined): boolean => Number(value ?? 0) === 1

const isStored = (row: Row): boolean =>
  STORED.has(String(row['fieldtype'])) && !isSet(row['is_virtual']) && typeof row['fieldname'] === 'string'

function asField(row: Row): FieldMetadata {
  const mayIndex = !NEVER_INDEXED.has(String(row['fieldtype']))
  return {
    name: String(row['fieldname']),
    indexed: mayIndex && isSet(row['search_index']),
    unique: mayIndex && isSet(row['unique']),
  }
}

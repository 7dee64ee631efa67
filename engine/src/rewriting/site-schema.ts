import type { Row, SiteDatabase } from '../database/site-database.ts'
import type { SiteSchema } from '../rewrite/fields/column-rule.ts'

/** Columns of the catalogue tables that exist in this version of Frappe; the others read as null. */
async function readCatalogue(
  database: SiteDatabase,
  present: Set<string>,
  table: string,
  columns: string[],
): Promise<Row[]> {
  const wanted = columns.filter((column) => present.has(`${table}.${column}`))
  if (wanted.length === 0) return []
  return database.read(`SELECT ${wanted.map((column) => `\`${column}\``).join(', ')} FROM \`${table}\``)
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)
const flag = (value: unknown): boolean => Number(value ?? 0) === 1

/** The live schema with what Frappe's own catalogue says of it; Property Setters that change a field's type or options win. */
export async function readSiteSchema(database: SiteDatabase): Promise<SiteSchema> {
  const tables = await database.tables()
  const present = new Set(tables.flatMap((table) => table.columns.map((column) => `${table.name}.${column.name}`)))
  const docTypes = await readCatalogue(database, present, 'tabDocType', [
    'name',
    'module',
    'issingle',
    'istable',
    'is_virtual',
    'is_submittable',
    'in_create',
    'custom',
    'autoname',
  ])
  const standard = await readCatalogue(database, present, 'tabDocField', [
    'parent',
    'fieldname',
    'fieldtype',
    'options',
  ])
  const custom = await readCatalogue(database, present, 'tabCustom Field', ['dt', 'fieldname', 'fieldtype', 'options'])
  const setters = await readCatalogue(database, present, 'tabProperty Setter', [
    'doc_type',
    'field_name',
    'property',
    'value',
  ])
  const fields = [
    ...standard.map((row) => fieldOf(row, text(row['parent']), false)),
    ...custom.map((row) => fieldOf(row, text(row['dt']), true)),
  ].filter((field) => field !== null)
  for (const setter of setters) {
    const field = fields.find((one) => one.docType === setter['doc_type'] && one.name === setter['field_name'])
    const value = text(setter['value'])
    if (field && setter['property'] === 'fieldtype' && value !== null) field.type = value
    if (field && setter['property'] === 'options') {
      field.options = value
      field.optionsOfSite = true
    }
  }
  return {
    tables: tables.map(({ name, primaryKey, columns }) => ({
      name,
      primaryKey,
      columns: columns.map((column) => ({
        name: column.name,
        dataType: column.dataType,
        maximumCharacters: column.maximumCharacters,
        ...(column.maximumBytes === null
          ? {}
          : { byteLimit: { bytes: column.maximumBytes, characterSet: column.characterSet } }),
        generated: column.generated,
      })),
    })),
    docTypes: docTypes.map((row) => ({
      name: text(row['name']) ?? '',
      module: text(row['module']),
      single: flag(row['issingle']),
      child: flag(row['istable']),
      virtual: flag(row['is_virtual']),
      submittable: flag(row['is_submittable']),
      inCreate: flag(row['in_create']),
      custom: flag(row['custom']),
      autoname: text(row['autoname']),
    })),
    fields,
  }
}

function fieldOf(row: Row, docType: string | null, custom: boolean): SiteSchema['fields'][number] | null {
  const name = text(row['fieldname'])
  if (docType === null || name === null) return null
  return {
    docType,
    name,
    type: text(row['fieldtype']) ?? 'Data',
    options: text(row['options']),
    custom,
    optionsOfSite: custom,
  }
}

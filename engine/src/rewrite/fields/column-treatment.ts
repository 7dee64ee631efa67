import type { RowCondition } from './column-rule.ts'
import { mappedTreatment } from './field-map.ts'
import { defaultTreatment, fixedTreatment } from './field-type-default.ts'
import { historyNameEnding, untouchedDocTypes, untouchedTables } from './history-tables.ts'
import type { DocType, SchemaIndex } from './schema-index.ts'
import { external, never, offer, onlyWhere, type Treatment } from './treatment.ts'

/** Columns Frappe adds to every table, and fields that name other records or people. */
const standardColumns = new Set([
  ...['name', 'owner', 'modified_by', 'parent', 'parentfield', 'parenttype', 'docstatus', 'idx', 'doctype'],
  ...['_user_tags', '_liked_by', '_assign', '_comments', '_seen', 'naming_series', 'amended_from'],
])

export function isStandardColumn(column: string): boolean {
  return standardColumns.has(column)
}

/** Why nothing of this table is touched, or undefined. `doctype` is undefined for tables that are none. */
function untouchedTable(table: string, doctype: DocType | undefined): string | undefined {
  const listed = untouchedTables[table]
  if (listed !== undefined) return listed
  // The name decides too: a DocType deleted by its app leaves its history table behind.
  const ofDocType = untouchedDocTypes[table.replace(/^tab/, '')]
  if (ofDocType !== undefined) return ofDocType
  if (doctype !== undefined) return undefined
  if (table.startsWith('__')) return 'the framework’s own bookkeeping'
  return historyNameEnding.test(table) ? 'history: recorded as it happened' : undefined
}

/** What the map, the name and the type say about a field (of a table or a Single) that is in use. */
export function fieldTreatment(index: SchemaIndex, doctype: DocType, name: string): Treatment {
  const listed = untouchedDocTypes[doctype.name]
  if (listed !== undefined) return never(listed)
  const field = index.fieldsOf(doctype.name).get(name)
  const fixed = field === undefined ? undefined : fixedTreatment(field)
  if (fixed !== undefined) return fixed
  const mapped = mappedTreatment(doctype.name, name)
  const switchable = mapped !== undefined && (mapped.action === 'rewrite' || mapped.action === 'offer')
  if (mapped !== undefined && !(switchable && namesRecord(doctype, name))) return mapped
  if (historyNameEnding.test(doctype.name)) return never('history: recorded as it happened')
  const parents = index.untouchedParents(doctype.name)
  if (parents !== undefined) return never(`history: ${parents}`)
  if (field === undefined) return offer('left over: its field was deleted')
  if (namesRecord(doctype, name)) return external('the record is named by it: rename the record in Frappe')
  const treatment = defaultTreatment(field)
  if (treatment.action === 'rewrite' && doctype.inCreate && !doctype.custom) {
    return { ...treatment, action: 'offer', reason: 'records made by the system, not by people' }
  }
  return treatment
}

const namesRecord = (doctype: DocType, field: string): boolean =>
  doctype.autoname?.toLowerCase() === `field:${field.toLowerCase()}`

/** What becomes of one column of an ordinary table. */
export function columnTreatment(
  index: SchemaIndex,
  table: { name: string; primaryKey: string[] },
  column: { name: string; generated: boolean },
  doctype: DocType | undefined,
): Treatment {
  if (column.generated) return never('computed by the database')
  if (table.primaryKey.includes(column.name)) return never('the record’s name')
  if (standardColumns.has(column.name)) return never('name of a record, a person or a field')
  const definition = ownDefinition(index, table.name, column.name)
  if (definition !== undefined) return definition
  const untouched = untouchedTable(table.name, doctype)
  if (untouched !== undefined) return never(untouched)
  if (doctype === undefined) return offer('left over: its DocType was deleted')
  if (doctype.virtual || doctype.single) return offer('left over: its DocType keeps no table')
  return fieldTreatment(index, doctype, column.name)
}

const writtenDefinitions = new Set(['default', 'description', 'options'])

/** Fields of DocTypes made on this site are written by its owner, not by an app's files. */
function ownDefinition(index: SchemaIndex, table: string, column: string): Treatment | undefined {
  if (table !== 'tabDocField' || !writtenDefinitions.has(column) || index.customDocTypes.length === 0) return undefined
  const own: RowCondition = { column: 'parent', test: 'is', values: [...index.customDocTypes] }
  return onlyWhere(own, offer('fields of DocTypes made on this site'), never('schema: comes from the app’s files'))
}

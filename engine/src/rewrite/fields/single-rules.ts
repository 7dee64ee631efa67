import type { ColumnRule } from './column-rule.ts'
import { fieldTreatment, isStandardColumn } from './column-treatment.ts'
import { holdsText, isCode, isJson } from './field-type-default.ts'
import { type ColumnLimits, rulesOfTreatment } from './rules-of-treatment.ts'
import type { DocType, SchemaIndex } from './schema-index.ts'
import { never, offer, type Treatment } from './treatment.ts'

const standardOfSingles = ['name', 'owner', 'creation', 'modified', 'modified_by', 'docstatus', 'idx', 'parent']
const otherStandardOfSingles = ['parentfield', 'parenttype', '_user_tags', '_liked_by', '_assign', '_comments', '_seen']
const conditionColumns: ReadonlySet<string> = new Set(['doctype', 'field'])

/**
 * The rules of `tabSingles.value`: one per field that can hold text, and the left-over rows of deleted fields and DocTypes,
 * which are found by conditions on (doctype, field).
 */
export function singleRules(index: SchemaIndex, limits: ColumnLimits): ColumnRule[] {
  const singles = [...index.docTypes.values()].filter((doctype) => doctype.single)
  return [
    ...singles.flatMap((doctype) => fieldRules(index, doctype, limits)),
    ...singles.map((doctype) => leftOverFields(index, doctype, limits)),
    leftOverDocTypes(singles, limits),
  ]
}

function fieldRules(index: SchemaIndex, doctype: DocType, limits: ColumnLimits): ColumnRule[] {
  return [...index.fieldsOf(doctype.name).values()].filter(holdsText).flatMap((field) =>
    rulesOfTreatment(
      {
        ...valueColumn,
        single: { doctype: doctype.name, field: field.name },
        doctype: doctype.name,
        json: isJson(field),
        code: isCode(field),
        ...limits,
      },
      singleTreatment(index, doctype, field.name),
      { columnsOfTable: new Set(), guards: [] },
    ),
  )
}

const valueColumn = { table: 'tabSingles', column: 'value' }

function singleTreatment(index: SchemaIndex, doctype: DocType, field: string): Treatment {
  if (isStandardColumn(field)) return never('name of a record, a person or a field')
  if (doctype.virtual) return never('computed when looked at, not stored')
  return fieldTreatment(index, doctype, field)
}

function leftOverFields(index: SchemaIndex, doctype: DocType, limits: ColumnLimits): ColumnRule {
  const known = [...index.fieldsOf(doctype.name).keys(), ...standardOfSingles, ...otherStandardOfSingles]
  return {
    ...leftOver(doctype.name, limits, 'left over: its field was deleted'),
    where: [
      { column: 'doctype', test: 'is', values: [doctype.name] },
      { column: 'field', test: 'is-not', values: known.filter((name, at) => known.indexOf(name) === at) },
    ],
  }
}

function leftOverDocTypes(singles: DocType[], limits: ColumnLimits): ColumnRule {
  return {
    ...leftOver(null, limits, 'left over: its DocType was deleted'),
    where: [{ column: 'doctype', test: 'is-not', values: singles.map((doctype) => doctype.name) }],
  }
}

function leftOver(doctype: string | null, limits: ColumnLimits, reason: string): ColumnRule {
  const [rule] = rulesOfTreatment({ ...valueColumn, doctype, json: false, code: false, ...limits }, offer(reason), {
    columnsOfTable: conditionColumns,
    guards: [],
  })
  if (rule === undefined) throw new Error('A treatment without conditions makes one rule.')
  return rule
}

import type { ColumnRule, SiteSchema } from './column-rule.ts'
import { columnTreatment } from './column-treatment.ts'
import { isCode, isJson } from './field-type-default.ts'
import { type ColumnLimits, rulesOfTreatment } from './rules-of-treatment.ts'
import { indexSchema, type SchemaIndex } from './schema-index.ts'
import { singleRules } from './single-rules.ts'
import { guardsOf } from './table-guards.ts'

type Table = SiteSchema['tables'][number]
type Column = Table['columns'][number]

/**
 * Says for every column of the live schema that can hold text, and for every field of every Single, what a rename does
 * with it. Rows of one column that are treated differently get one rule each; together they cover every row. Rules come in
 * the schema's order. Pure: no I/O.
 */
export function classifySchema(schema: SiteSchema): ColumnRule[] {
  const index = indexSchema(schema)
  return schema.tables.flatMap((table) => {
    const names = new Set(table.columns.map((column) => column.name))
    return table.columns
      .filter((column) => isTextType(column.dataType))
      .flatMap((column) =>
        table.name === 'tabSingles' && column.name === 'value'
          ? singleRules(index, limitsOf(column))
          : columnRules(index, table, column, names),
      )
  })
}

function columnRules(index: SchemaIndex, table: Table, column: Column, names: ReadonlySet<string>): ColumnRule[] {
  const doctype = table.name.startsWith('tab') ? index.docTypes.get(table.name.slice('tab'.length)) : undefined
  const field = doctype === undefined ? undefined : index.fieldsOf(doctype.name).get(column.name)
  const treatment = columnTreatment(index, table, column, doctype)
  return rulesOfTreatment(
    {
      table: table.name,
      column: column.name,
      doctype: doctype?.name ?? null,
      json: baseType(column.dataType) === 'json' || (field !== undefined && isJson(field)),
      code: field !== undefined && isCode(field),
      ...limitsOf(column),
    },
    treatment,
    { columnsOfTable: names, guards: guardsOf(index, doctype, treatment, names) },
  )
}

const textTypes = new Set([
  ...['char', 'varchar', 'nvarchar', 'nchar', 'character', 'character varying', 'clob'],
  ...['tinytext', 'text', 'mediumtext', 'longtext', 'json', 'jsonb'],
  // SQLite keeps whatever it is given in a column declared without a type.
  '',
])

const unlimitedTypes = new Set(['longtext', 'json', 'jsonb', 'clob', ''])

/** `VARCHAR(140)` → `varchar` */
function baseType(dataType: string): string {
  return dataType.replace(/\(.*$/s, '').trim().toLowerCase()
}

function isTextType(dataType: string): boolean {
  return textTypes.has(baseType(dataType))
}

function limitsOf({ dataType, maximumCharacters, byteLimit }: Column): ColumnLimits {
  if (unlimitedTypes.has(baseType(dataType))) return { maximumCharacters: null }
  return { maximumCharacters, ...(byteLimit === undefined ? {} : { byteLimit }) }
}

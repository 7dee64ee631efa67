import { readFileSync } from 'node:fs'
import type { SiteSchema } from '../../../../src/rewrite/fields/column-rule.ts'

/**
 * A schema written short. A table is a line of `column:type[:length]` (no type: int; `key=a,b` first unless the key is
 * `name`); standard text columns are added to tables that have docstatus. A DocType's fields are names by type,
 * `type=options` where options matter.
 */
export interface CompactSchema {
  tables: Record<string, string>
  docTypes: Record<
    string,
    { flags?: string; autoname?: string; fields?: Record<string, string>; customFields?: Record<string, string> }
  >
}

type Table = SiteSchema['tables'][number]
type Field = SiteSchema['fields'][number]

const standardColumns = 'owner modified_by parent parentfield parenttype _user_tags _comments _assign _liked_by'.split(
  ' ',
)

export function siteSchema(site: 'site-v15' | 'site-v14'): SiteSchema {
  return expandSchema(JSON.parse(readFileSync(new URL(`${site}.schema.json`, import.meta.url), 'utf8')))
}

export function expandSchema(compact: CompactSchema): SiteSchema {
  return {
    tables: Object.entries(compact.tables).map(([name, line]) => tableOf(name, line)),
    docTypes: Object.entries(compact.docTypes).map(([name, { flags = '', autoname }]) => ({
      name,
      module: null,
      single: flags.includes('single'),
      child: flags.includes('child'),
      virtual: flags.includes('virtual'),
      submittable: flags.includes('submittable'),
      inCreate: flags.includes('inCreate'),
      custom: flags.includes('custom'),
      autoname: autoname ?? null,
    })),
    fields: Object.entries(compact.docTypes).flatMap(([docType, { flags = '', fields, customFields }]) => [
      ...fieldsOf(docType, fields ?? {}, flags.includes('custom')),
      ...fieldsOf(docType, customFields ?? {}, true),
    ]),
  }
}

function tableOf(name: string, line: string): Table {
  const words = line.split(' ').filter((word) => word !== '')
  const key = words.find((word) => word.startsWith('key='))
  const columns = words.filter((word) => word !== key).map((word) => columnOf(word))
  const standard = columns.some((column) => column.name === 'docstatus') ? standardColumns : []
  return {
    name,
    primaryKey: key === undefined ? ['name'] : key.slice('key='.length).split(',').filter(Boolean),
    columns: [...columns, ...standard.map((column) => columnOf(`${column}:varchar:140`))],
  }
}

/** `name:type[:length]`; a name that ends in `*` is a generated column. */
function columnOf(word: string): Table['columns'][number] {
  const [name = '', dataType = 'int', length] = word.split(':')
  return {
    name: name.replace('*', ''),
    dataType,
    maximumCharacters: length === undefined ? (dataType === 'text' ? 65535 : null) : Number(length),
    generated: name.endsWith('*'),
  }
}

function fieldsOf(docType: string, byType: Record<string, string>, custom: boolean): Field[] {
  return Object.entries(byType).flatMap(([typeAndOptions, names]) => {
    const [type = '', ...options] = typeAndOptions.split('=')
    return names
      .split(' ')
      .map((name) => ({ docType, name, type, options: options.length > 0 ? options.join('=') : null, custom }))
  })
}

import type { ValueForm } from '../host-rule.ts'

/**
 * rewrite  changed by default
 * offer    shown with its count, changed only when switched on by `--include`
 * external shown: another system or console must be told; never changed by us
 * never    history, evidence, credentials, caches, other services' addresses
 */
export type RewriteAction = 'rewrite' | 'offer' | 'external' | 'never'

/** Plain data the database room turns into SQL: a row belongs to the rule only if every condition holds. */
export interface RowCondition {
  column: string
  /** `is`: the column's text equals one of the values (numbers as decimal text); `is-not`: equals none of them (NULL counts as none). */
  test: 'is' | 'is-not'
  values: string[]
}

/**
 * What happens to one column (or one field of a Single, stored in tabSingles). Plain JSON: part of a plan's binding facts.
 *
 * A column may have several rules (sent and unsent newsletters); their conditions exclude each other and together cover
 * every row. A rule of `tabSingles.value` without `single` is for rows that belong to no field (left over), by its conditions.
 */
export interface ColumnRule {
  table: string
  column: string
  /** Set for a field of a Single DocType: table is `tabSingles`, column is `value`, rows are those of (doctype, field). */
  single?: { doctype: string; field: string }
  /** The DocType's name, null for tables that are none. */
  doctype: string | null
  form: ValueForm
  action: RewriteAction
  /** Values must still parse as JSON after the rewrite if they did before. */
  json: boolean
  /** Code that runs (scripts, queries): the plan shows the difference. */
  code: boolean
  where: RowCondition[]
  /** Largest number of characters the column holds; null: not limited (longtext, SQLite). */
  maximumCharacters: number | null
  /** For types limited by bytes (`text`): how many, in which character set. */
  byteLimit?: ByteLimit
  /** Why, in one short sentence for the plan. */
  reason: string
}

export interface ByteLimit {
  bytes: number
  characterSet: string | null
}

/** The live schema as the classifier needs it (information_schema or PRAGMA, tabDocType, tabDocField, tabCustom Field, tabProperty Setter). */
export interface SiteSchema {
  tables: {
    name: string
    /** Primary key columns in order; empty when there is none. */
    primaryKey: string[]
    columns: {
      name: string
      dataType: string
      maximumCharacters: number | null
      byteLimit?: ByteLimit
      generated: boolean
    }[]
  }[]
  docTypes: {
    name: string
    module: string | null
    single: boolean
    child: boolean
    virtual: boolean
    submittable: boolean
    inCreate: boolean
    custom: boolean
    /** `field:url` and the like; absent when not read. A record named by a field must be renamed, its field cannot change alone. */
    autoname?: string | null
  }[]
  fields: {
    docType: string
    name: string
    type: string
    options: string | null
    custom: boolean
    /** The options are this site's own (a Custom Field's, or set by a Property Setter), so they are rewritten as text. */
    optionsOfSite?: boolean
  }[]
}

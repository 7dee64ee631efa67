/** One DocType of the throwaway site: from it come its table and its rows in `tabDocType` and `tabDocField`. */
export interface DocTypeDefinition {
  name: string
  module: string
  /** `table` has rows of its own, `child` rows belong to a parent, `single` lives in tabSingles. */
  kind: 'table' | 'child' | 'single'
  submittable?: boolean
  inCreate?: boolean
  custom?: boolean
  /** Field name → `Fieldtype` or `Fieldtype|options`. */
  fields: Record<string, string>
}

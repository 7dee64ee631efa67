import type { SiteSchema } from './column-rule.ts'
import { historyNameEnding, untouchedDocTypes } from './history-tables.ts'

export type DocType = SiteSchema['docTypes'][number]
export type Field = SiteSchema['fields'][number]

/** The schema's facts, ready to be asked. */
export interface SchemaIndex {
  docTypes: ReadonlyMap<string, DocType>
  /** Names of the DocTypes made on this site. */
  customDocTypes: readonly string[]
  /** The fields of a DocType by name, standard ones before custom ones of the same name. */
  fieldsOf(doctype: string): ReadonlyMap<string, Field>
  /** Submittable, or a child table of one: such rows carry docstatus 1 when submitted and 2 when cancelled. */
  isSubmitted(doctype: string): boolean
  /** Set for a child table all of whose parents are never touched. */
  untouchedParents(doctype: string): string | undefined
}

const noFields: ReadonlyMap<string, Field> = new Map()

export function indexSchema(schema: SiteSchema): SchemaIndex {
  const docTypes = new Map(schema.docTypes.map((doctype) => [doctype.name, doctype]))
  const fields = new Map<string, Map<string, Field>>()
  const parents = new Map<string, Set<string>>()
  for (const field of schema.fields.toSorted((one, other) => Number(one.custom) - Number(other.custom))) {
    const ofDocType = fields.get(field.docType) ?? new Map<string, Field>()
    fields.set(field.docType, ofDocType)
    if (!ofDocType.has(field.name)) ofDocType.set(field.name, field)
    if ((field.type === 'Table' || field.type === 'Table MultiSelect') && field.options) {
      const ofChild = parents.get(field.options) ?? new Set<string>()
      parents.set(field.options, ofChild.add(field.docType))
    }
  }
  const parentsOf = (doctype: string) => [...(parents.get(doctype) ?? [])]
  const isSubmittable = (doctype: string) => docTypes.get(doctype)?.submittable === true

  return {
    docTypes,
    customDocTypes: schema.docTypes.filter((doctype) => doctype.custom).map((doctype) => doctype.name),
    fieldsOf: (doctype) => fields.get(doctype) ?? noFields,
    isSubmitted: (doctype) => isSubmittable(doctype) || parentsOf(doctype).some(isSubmittable),
    untouchedParents(doctype) {
      const names = parentsOf(doctype)
      const untouched = (name: string) => untouchedDocTypes[name] !== undefined || historyNameEnding.test(name)
      return names.length > 0 && names.every(untouched)
        ? `part of ${names.join(', ')}, which stays as it was`
        : undefined
    },
  }
}

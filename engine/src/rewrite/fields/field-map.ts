import { appFields } from './app-fields.ts'
import { contentFields } from './content-fields.ts'
import { providerFields } from './provider-fields.ts'
import { purposeFields } from './purpose-fields.ts'
import type { FieldEntry, Treatment } from './treatment.ts'

const everyEntry: readonly FieldEntry[] = [...purposeFields, ...providerFields, ...contentFields, ...appFields]

const byDocType = new Map<string, Map<string, Treatment>>()
for (const [doctype, fields, treatment] of everyEntry) {
  const ofDocType = byDocType.get(doctype) ?? new Map<string, Treatment>()
  byDocType.set(doctype, ofDocType)
  for (const field of fields.split(' ')) {
    if (ofDocType.has(field)) throw new Error(`The field map names ${doctype}.${field} twice.`)
    ofDocType.set(field, treatment)
  }
}

/** What the field map says about one field, or undefined where it does not know the field. */
export function mappedTreatment(doctype: string, field: string): Treatment | undefined {
  return byDocType.get(doctype)?.get(field)
}

/** Every (DocType, field) the map names, for tests that look for misspelt ones. */
export function mappedFields(): { doctype: string; field: string; treatment: Treatment }[] {
  return [...byDocType].flatMap(([doctype, fields]) =>
    [...fields].map(([field, treatment]) => ({ doctype, field, treatment })),
  )
}

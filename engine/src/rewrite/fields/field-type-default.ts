import type { SiteSchema } from './column-rule.ts'
import { never, type Treatment } from './treatment.ts'

type Field = SiteSchema['fields'][number]

/** Field types that keep no text of their own: not even a rule is made for them in a Single. */
const withoutValue = new Set([
  'Section Break',
  'Column Break',
  'Tab Break',
  'Fold',
  'Heading',
  'HTML',
  'Button',
  'Image',
  'Table',
  'Table MultiSelect',
])

const numeric = new Set([
  'Check',
  'Int',
  'Long Int',
  'Float',
  'Currency',
  'Percent',
  'Rating',
  'Duration',
  'Date',
  'Datetime',
  'Time',
])

const text = new Set([
  'Data',
  'Small Text',
  'Text',
  'Long Text',
  'Text Editor',
  'HTML Editor',
  'Markdown Editor',
  'Code',
  'JSON',
])

/** Types whose values the map may not override: they name other records or hold secrets. */
const fixed: Readonly<Record<string, string>> = {
  Password: 'credential',
  Link: 'name of another record',
  'Dynamic Link': 'name of another record',
}

/** `options` of Code fields that run somewhere (templates, styles and data do not count). */
const runningCode = new Set(['js', 'javascript', 'python', 'pythonexpression', 'sql'])

/** Names of Code fields that run although their options do not say in which language. */
const runningName = /(?:script|query|condition)$/

/** `options` of Data fields that are no link. URL is one; the rest of Frappe's list is not. */
const dataWithoutLink = new Set(['Email', 'Phone', 'Name', 'Barcode', 'IBAN'])

export function holdsText(field: Field): boolean {
  return !withoutValue.has(field.type) && !numeric.has(field.type)
}

export function isJson(field: Field): boolean {
  return field.type === 'JSON' || (field.type === 'Code' && field.options?.toUpperCase() === 'JSON')
}

export function isCode(field: Field): boolean {
  if (field.type !== 'Code') return false
  return field.options ? runningCode.has(field.options.toLowerCase()) : runningName.test(field.name)
}

/** What a field's type decides before the field map is asked: secrets and names of other records. */
export function fixedTreatment(field: Field): Treatment | undefined {
  const reason = fixed[field.type]
  return reason === undefined ? undefined : never(reason)
}

/**
 * What becomes of a field the map does not know: URL forms in the text of masters follow the site, files become their
 * path, choices and identities stay.
 */
export function defaultTreatment(field: Field): Treatment {
  const reason = field.custom ? 'custom field: its links follow the site' : 'links in masters follow the site'
  if (field.type === 'Attach' || field.type === 'Attach Image' || /(?:^|_)file_url$/.test(field.name)) {
    return { action: 'rewrite', form: 'file-url', reason: 'own files are reached by their path' }
  }
  if (field.type === 'Data' && dataWithoutLink.has(field.options ?? ''))
    return never('an address or number of a person')
  if (text.has(field.type)) return { action: 'rewrite', form: 'url', reason }
  // The choices are text of this site and follow it, so the chosen ones follow with them.
  if (field.type === 'Select' && field.optionsOfSite === true && field.options?.includes('//')) {
    return { action: 'rewrite', form: 'url', reason: 'a choice among links: changes together with its options' }
  }
  return never('a choice or a number, not a link')
}

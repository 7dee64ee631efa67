import type { Guard } from './rules-of-treatment.ts'
import type { DocType, SchemaIndex } from './schema-index.ts'
import type { Treatment } from './treatment.ts'

/** DocTypes of which some records are history as a whole, custom fields included. One line adds a DocType. */
const historyRecords: Readonly<Record<string, Guard>> = {
  Newsletter: {
    rows: { column: 'email_sent', test: 'is', values: ['1'] },
    reason: 'history: what was sent stays as it was',
  },
}

/**
 * The rows of a table that stay as they are. Submitted documents do, and so do those of a table whose DocType is gone:
 * nothing says any more that they could not be submitted.
 */
export function guardsOf(
  index: SchemaIndex,
  doctype: DocType | undefined,
  treatment: Treatment,
  columns: ReadonlySet<string>,
): Guard[] {
  const mayBeSubmitted = (doctype === undefined || index.isSubmitted(doctype.name)) && columns.has('docstatus')
  const history = doctype === undefined ? undefined : historyRecords[doctype.name]
  return [...(mayBeSubmitted ? [submitted(treatment)] : []), ...(history === undefined ? [] : [history])]
}

function submitted({ evenSubmitted }: Treatment): Guard {
  return evenSubmitted === true
    ? { rows: docstatus('2'), reason: 'history: cancelled documents stay as they were' }
    : { rows: docstatus('1', '2'), reason: 'submitted documents stay as they were' }
}

const docstatus = (...values: string[]): Guard['rows'] => ({ column: 'docstatus', test: 'is', values })

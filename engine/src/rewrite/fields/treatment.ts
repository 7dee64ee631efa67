import type { ValueForm } from '../host-rule.ts'
import type { RewriteAction, RowCondition } from './column-rule.ts'

/** What is to be done with one field, wherever it is stored. */
export interface Treatment {
  action: RewriteAction
  form: ValueForm
  /** One short sentence for the plan. */
  reason: string
  json?: true
  code?: true
  /** Holds for submitted documents too: such a request is open only once it is submitted. Cancelled ones stay in any case. */
  evenSubmitted?: true
  /**
   * The treatment holds only for rows that meet `when`; the others get `otherwise`, which is the more cautious one:
   * it also holds for the whole column where the condition's column does not exist.
   */
  split?: { when: RowCondition; otherwise: Treatment }
}

/** One line of the field map: DocType, its fields (separated by spaces), what to do. */
export type FieldEntry = readonly [doctype: string, fields: string, treatment: Treatment]

/** A URL of this site, kept absolute. */
export const address: Treatment = { action: 'rewrite', form: 'url', reason: 'address of this site' }

/** A field that holds a host name alone or a URL. */
export const ownHost: Treatment = { action: 'rewrite', form: 'host', reason: 'name of this site' }

/** A path or a URL that a visitor follows. Own files become their path, other own URLs keep their shape. */
export const link: Treatment = { action: 'rewrite', form: 'file-url', reason: 'link on this site' }

/** A file of this site: its path is better than any host. */
export const ownFile: Treatment = { action: 'rewrite', form: 'file-url', reason: 'own files are reached by their path' }

/** The address of a file itself: as above, and one of another host keeps every byte, because it may be signed. */
export const fileAddress: Treatment = { ...ownFile, form: 'own-file' }

/** Text, HTML, Markdown, CSS or a template that users see. */
export const content: Treatment = { action: 'rewrite', form: 'url', reason: 'content that may link to this site' }

/** Content kept as JSON. */
export const jsonContent: Treatment = { ...content, json: true }

/** Code that runs; the plan shows the difference. */
export const script: Treatment = { action: 'rewrite', form: 'url', reason: 'code that may call this site', code: true }

/** A callback of this site that is registered at a provider as well. */
export const callback: Treatment = {
  action: 'rewrite',
  form: 'url',
  reason: 'callback of this site; register the new one at the provider too',
}

export function offer(reason: string, form: ValueForm = 'url'): Treatment {
  return { action: 'offer', form, reason }
}

export function external(reason: string): Treatment {
  return { action: 'external', form: 'url', reason }
}

export function never(reason: string): Treatment {
  return { action: 'never', form: 'url', reason }
}

/** `treatment` for the rows that meet the condition, `otherwise` (the more cautious one) for the rest. */
export function onlyWhere(when: RowCondition, treatment: Treatment, otherwise: Treatment): Treatment {
  return { ...treatment, split: { when, otherwise } }
}

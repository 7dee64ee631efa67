import { applyEdits, type FormattingOptions, modify, parse } from 'jsonc-parser'
import { z } from 'zod'
import { digestOf } from '../host/value-digest.ts'

/** One key to set or remove; nothing else of the file is touched. */
export const KeyEdit = z.object({ keys: z.array(z.string()).min(1), value: z.json().exactOptional() })
export type KeyEdit = z.infer<typeof KeyEdit>

/** What a key held: `present` false when it was not there. Values of configuration files stay in the vault: this is their digest. */
export type KeyState = string

const ABSENT = 'absent'

export function valueAt(text: string, keys: string[]): unknown {
  let current: unknown = parse(text)
  for (const key of keys) {
    if (current === null || typeof current !== 'object' || Array.isArray(current)) return undefined
    current = Object.hasOwn(current, key) ? (current as Record<string, unknown>)[key] : undefined
  }
  return current
}

export const stateAt = (text: string, keys: string[]): KeyState => {
  const value = valueAt(text, keys)
  return value === undefined ? ABSENT : digestOf(value)
}

export const stateWanted = (edit: KeyEdit): KeyState => (edit.value === undefined ? ABSENT : digestOf(edit.value))

/** Indentation as the file has it; Frappe itself writes one blank (frappe/installer.py, update_site_config). */
function formattingOf(text: string): FormattingOptions {
  const indent = /\n([ \t]+)"/.exec(text)?.[1] ?? ' '
  return { insertSpaces: !indent.includes('\t'), tabSize: indent.length, eol: text.includes('\r\n') ? '\r\n' : '\n' }
}

/** The text with one key set or removed, every other byte as it was. */
export function setKey(text: string, keys: string[], value: unknown): string {
  return applyEdits(text, modify(text, keys, value, { formattingOptions: formattingOf(text) }))
}

export const applyKeyEdits = (text: string, edits: KeyEdit[]): string =>
  edits.reduce(
    (current, edit) =>
      stateAt(current, edit.keys) === stateWanted(edit) ? current : setKey(current, edit.keys, edit.value),
    text,
  )

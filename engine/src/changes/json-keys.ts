import { applyEdits, modify, type Node, parse, parseTree } from 'jsonc-parser'
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

/** One level of indentation as the file has it; Frappe itself writes one blank (frappe/installer.py, update_site_config). */
const indentOf = (text: string): string => /\n([ \t]+)"/.exec(text)?.[1] ?? ' '
const lineEndOf = (text: string): string => (text.includes('\r\n') ? '\r\n' : '\n')

/** The property a key names: of several with the same name the last, which is the one that counts. */
function propertyAt(root: Node | undefined, keys: string[]): Node | undefined {
  let property: Node | undefined
  let object = root
  for (const key of keys) {
    if (object?.type !== 'object') return undefined
    property = object.children?.findLast((child) => child.children?.[0]?.value === key)
    object = property?.children?.[1]
  }
  return property
}

/** A value in the file's own layout, beginning on a line with this indentation. */
function valueText(text: string, value: unknown, lead: string, onOneLine: boolean): string {
  if (onOneLine) return JSON.stringify(value)
  return JSON.stringify(value, null, indentOf(text)).replaceAll('\n', lineEndOf(text) + lead)
}

function replaceValue(text: string, { offset, length }: Node, value: unknown): string {
  const lead = /[ \t]*/.exec(text.slice(text.lastIndexOf('\n', offset) + 1))?.[0] ?? ''
  const onOneLine = !text.slice(offset, offset + length).includes('\n') && !Array.isArray(value)
  const isWideFile = !text.trim().includes('\n')
  return text.slice(0, offset) + valueText(text, value, lead, onOneLine || isWideFile) + text.slice(offset + length)
}

/** Adds a property after the last one, laid out as that is. */
function addAfter(text: string, last: Node, key: string, value: unknown): string {
  const [name, held] = last.children ?? []
  if (name === undefined || held === undefined) return text
  const before = /\s*$/.exec(text.slice(0, last.offset))?.[0] ?? ''
  const colon = text.slice(name.offset + name.length, held.offset)
  const end = last.offset + last.length
  const lead = before.slice(before.lastIndexOf('\n') + 1)
  const added = `,${before}${JSON.stringify(key)}${colon}${valueText(text, value, lead, !before.includes('\n'))}`
  return text.slice(0, end) + added + text.slice(end)
}

/** Takes a property out, with the comma and the blanks that belong to it. */
function removeProperty(text: string, property: Node): string {
  const siblings = property.parent?.children ?? []
  const at = siblings.indexOf(property)
  const [previous, next] = [siblings[at - 1], siblings[at + 1]]
  const end = property.offset + property.length
  if (previous) return text.slice(0, previous.offset + previous.length) + text.slice(end)
  return text.slice(0, property.offset) + text.slice(next?.offset ?? end)
}

/** The text with one key set or removed, every other byte as it was. */
export function setKey(text: string, keys: string[], value: unknown): string {
  const root = parseTree(text)
  const property = propertyAt(root, keys)
  const held = property?.children?.[1]
  if (property && value === undefined) return removeProperty(text, property)
  if (held) return replaceValue(text, held, value)
  if (value === undefined) return text
  const parent = keys.length === 1 ? root : propertyAt(root, keys.slice(0, -1))?.children?.[1]
  const last = parent?.type === 'object' ? parent.children?.at(-1) : undefined
  const key = keys.at(-1)
  if (last && key !== undefined) return addAfter(text, last, key, value)
  const formattingOptions = {
    insertSpaces: !indentOf(text).includes('\t'),
    tabSize: indentOf(text).length,
    eol: lineEndOf(text),
  }
  return applyEdits(text, modify(text, keys, value, { formattingOptions }))
}

export const applyKeyEdits = (text: string, edits: KeyEdit[]): string =>
  edits.reduce(
    (current, edit) =>
      stateAt(current, edit.keys) === stateWanted(edit) ? current : setKey(current, edit.keys, edit.value),
    text,
  )

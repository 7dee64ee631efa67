import { maskText } from '../rewrite/mask-text.ts'
import { asTyped } from './typed-as.ts'

/** Control and direction characters of what was read from a site must not steer the reader's terminal; line breaks stay. */
const withoutControls = (text: string): string =>
  text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (letter) => (letter === '\n' ? letter : '\ufffd'))

/** A free text fit for people: secrets masked, harmless to a terminal, commands as this user types them. */
export const shown = (text: string): string => asTyped(withoutControls(maskText(text)))

/**
 * Our own words and the names of tables, columns and keys: nothing a secret could stand in, and masking would take
 * `Email Account.password: …` for one.
 */
export const shownName = (text: string): string => asTyped(withoutControls(text))

/** `shown` for every string inside a plain value. */
export function shownAll<Value>(value: Value): Value
export function shownAll(value: unknown): unknown {
  if (typeof value === 'string') return shown(value)
  if (Array.isArray(value)) return value.map((entry: unknown) => shownAll(entry))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shownAll(inner)]))
}

/** A path or sentence without the bench's own path, which is told once. */
export const inBench = (text: string, benchPath: string): string => text.replaceAll(`${benchPath}/`, '')

import type { HostRule } from './host-rule.ts'
import { asciiLower, hostSpellings } from './host-spellings.ts'

/**
 * The strings a scan of stored text must look for, ignoring the case of ASCII letters, so that no value which
 * `rewriteText` would change or report is missed. None is contained in another.
 */
export function needlesFor(rule: HostRule): string[] {
  const spellings = hostSpellings(rule.from)
  return spellings.filter((spelling) => !spellings.some((other) => other !== spelling && spelling.includes(other)))
}

/** The usual spellings of a needle's case, for a scan that cannot ignore case: small, capitals, `Old.cloud`, `Old.Cloud`. */
export function caseVariants(needle: string): string[] {
  const small = asciiLower(needle)
  const parts = small.split(ESCAPE)
  const capitals = joinAround(parts, (text) => text.toUpperCase())
  const firstLetter = /^[a-z]/.test(small) ? capitalise(small) : small
  const titled = joinAround(parts, (text) => text.replace(/(?<![a-z0-9])[a-z]/g, capitalise))
  const escapedInCapitals = small.split(ESCAPE).map((part, index) => (index % 2 === 0 ? part : capitaliseDigits(part)))
  return [...new Set([needle, small, capitals, firstLetter, titled, escapedInCapitals.join('')])]
}

/** The escapes a needle can contain; their own letters (`u`, `x`, `amp`) have no capital form. */
const ESCAPE = /(\\+u[0-9a-f]{4}|\\x[0-9a-f]{2}|%[0-9a-f]{2}|&(?:amp;)?#?[0-9a-z]+;)/

function joinAround(parts: string[], change: (text: string) => string): string {
  return parts.map((part, index) => (index % 2 === 0 ? change(part) : part)).join('')
}

function capitalise(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

/** `%c3` → `%C3`, `\u00fc` → `\u00FC`; a named reference stays. */
function capitaliseDigits(spelling: string): string {
  if (spelling.startsWith('%')) return spelling.toUpperCase()
  return spelling.replace(/(?<=[\\][ux]|#x)[0-9a-f]+/, (digits) => digits.toUpperCase())
}

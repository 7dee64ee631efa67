import { domainToUnicode } from 'node:url'
import { referenceOfLetter } from './named-entities.ts'

/**
 * Every way a host name is looked for, in lower case as far as ASCII goes (compare with `asciiLower`). A name of plain
 * ASCII has one. An internationalised name (`xn--…`) has its Unicode form too: composed and decomposed, with its
 * non-ASCII letters small, capital, or capital at the start of each label, and each of these with those letters escaped
 * as JSON and JavaScript do (up to three strings deep), percent-encoded (up to three times) or as HTML references.
 * One name is spelled in one way throughout; ASCII letters and dots are never escaped (no writer does it).
 */
export function hostSpellings(host: string): string[] {
  const unicode = domainToUnicode(host)
  if (unicode === '' || unicode === host) return [host]
  const spellings = new Set([host])
  for (const cased of [unicode, capitalLetters(unicode), capitalLabels(unicode)]) {
    for (const form of [cased, cased.normalize('NFD')]) {
      for (const escaped of LETTER_ESCAPES) {
        spellings.add(asciiLower(form.replace(/[^\p{ASCII}]/gu, escaped)))
      }
    }
  }
  return [...spellings]
}

/**
 * Ways a name stands in patterns and scripts, its dots escaped (`old\\.cloud`, `old%2Ecloud`), in lower case. What reads them is
 * not known, so they are told and never changed.
 */
export function escapedSpellings(host: string): string[] {
  return host.includes('.') ? ['\\.', '\\\\.', '%2e'].map((dot) => host.replaceAll('.', dot)) : []
}

/** Lower-cases A–Z and nothing else. */
export function asciiLower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

const LETTER_ESCAPES: ((letter: string) => string)[] = [
  (letter) => letter,
  (letter) => jsonEscape(letter, '\\'),
  (letter) => jsonEscape(letter, '\\\\'),
  (letter) => jsonEscape(letter, '\\\\\\\\'),
  (letter) => (codeOf(letter) < 0x100 ? `\\x${codeOf(letter).toString(16)}` : letter),
  (letter) => encodeURIComponent(letter),
  (letter) => encodeURIComponent(encodeURIComponent(letter)),
  (letter) => encodeURIComponent(encodeURIComponent(encodeURIComponent(letter))),
  (letter) => `&#${codeOf(letter)};`,
  (letter) => `&#x${codeOf(letter).toString(16)};`,
  (letter) => `&amp;#${codeOf(letter)};`,
  (letter) => `&amp;#x${codeOf(letter).toString(16)};`,
  (letter) => `&${referenceOfLetter(letter) ?? `#${codeOf(letter)}`};`,
  (letter) => `&amp;${referenceOfLetter(letter) ?? `#${codeOf(letter)}`};`,
]

function codeOf(letter: string): number {
  return letter.codePointAt(0) ?? 0
}

function jsonEscape(letter: string, backslashes: string): string {
  return letter
    .split('')
    .map((unit) => `${backslashes}u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
}

/** Capital where that is one letter again (`ß` is not). */
function capitalLetters(text: string): string {
  return text.replace(/\p{Ll}/gu, (letter) =>
    letter.toUpperCase().length === letter.length ? letter.toUpperCase() : letter,
  )
}

function capitalLabels(text: string): string {
  return text.replace(/(?<=^|\.)\p{Ll}/gu, capitalLetters)
}

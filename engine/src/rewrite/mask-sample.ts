import type { Occurrence } from './host-rule.ts'

/** Context shown on both sides of an occurrence, in characters. */
const CONTEXT = 40
/** Looked at on both sides, so that a secret is recognised before the cut hides what it belongs to. */
const REACH = 2000

/**
 * A piece of a value fit for plan and report: one line, secrets masked (credentials of URLs, query values, what is
 * named password, token, secret or key), shortened to 40 characters on both sides of `at` (default: the first 80).
 */
export function maskSample(text: string, at?: { start: number; end: number }): string {
  const { start, end } = at ?? { start: 0, end: 0 }
  return around(text, start, end, text.slice(start, end), at === undefined ? 2 * CONTEXT : CONTEXT)
}

/**
 * An occurrence before and after, in its masked surroundings. With the whole `rewritten` value, whose first change this is, the
 * surroundings show their own changes too: a second link in the same sentence must not look forgotten.
 */
export function sampleOf(value: string, occurrence: Occurrence, rewritten?: string): { before: string; after: string } {
  const { start, end, before, after } = occurrence
  return {
    before: around(value, start, end, before, CONTEXT),
    after:
      rewritten === undefined
        ? around(value, start, end, after, CONTEXT)
        : around(rewritten, start, start + after.length, after, CONTEXT),
  }
}

function around(text: string, start: number, end: number, middle: string, context: number): string {
  const from = Math.max(0, start - REACH)
  const to = Math.min(text.length, end + REACH)
  const left = from === 0 ? text.slice(0, start) : withoutTornStart(text.slice(from, start))
  const right = to === text.length ? text.slice(end) : withoutTornEnd(text.slice(end, to))
  // The marks survive masking, so that the cut afterwards still knows where the occurrence is.
  const masked = mask([left, middle, right].map((part) => part.replaceAll(MARK, '')).join(MARK))
  const [before = '', inside = '', after = ''] = masked.split(MARK)
  const shownBefore = before.length > context ? `…${before.slice(-context)}` : before
  const shownAfter = after.length > context ? `${after.slice(0, context)}…` : after
  return (shownBefore + inside + shownAfter).replace(/[\p{Cc}\s]+/gu, ' ').trim()
}

/** A private-use character: not in the values, and no letter to any pattern here. */
const MARK = '\ue000'

function withoutTornStart(text: string): string {
  const space = text.search(/[\s"'<>]/)
  return space < 0 ? '' : text.slice(space)
}

function withoutTornEnd(text: string): string {
  const space = Math.max(...[' ', '\n', '"', "'", '<', '>'].map((separator) => text.lastIndexOf(separator)))
  return space < 0 ? '' : text.slice(0, space + 1)
}

function mask(text: string): string {
  return MASKS.reduce((masked, [pattern, replacement]) => masked.replace(pattern, replacement), text)
}

const END = '\\s"\'<>\\\\'
const AMPERSAND = '(?:&amp;|\\\\u0026|%(?:25){0,3}26|&)'
const EQUALS = '(?:=|&(?:amp;)?(?:equals|#0?61|#x3d);|%(?:25){0,3}3D)'
const QUESTION = '(?:\\?|&(?:amp;)?(?:quest|#0?63|#x3f);|%(?:25){0,3}3F)'
const SLASHES = '(?:[:\\\\/]|%(?:25){0,3}(?:3A|2F)|&(?:colon|sol|#x2f|#47|#x3a|#58);)'
const VALUE = `(?:(?!${AMPERSAND}|%(?:25){0,3}23|[${END}#${MARK}]).)+`
const SECRET_NAME =
  '(?:password|passwd|passwort|pwd|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|encryption[_-]?key)\\w{0,20}'

const MASKS: [RegExp, string][] = [
  // https://user:password@host → https://user:***@host
  [
    new RegExp(
      `(${SLASHES}{3,12}[^${END}/@:${MARK}]{0,200}?(?::|%(?:25){0,3}3A))[^${END}/${MARK}]{1,2000}(?=@|%(?:25){0,3}40)`,
      'gi',
    ),
    '$1***',
  ],
  // https://long-token@host → https://***@host; `git@`, `user@` are names
  [new RegExp(`(${SLASHES}{3,12})[^${END}/@:${MARK}]{12,2000}(?=@|%(?:25){0,3}40)`, 'gi'), '$1***'],
  // ?token=value&other=value → ?token=***&other=***
  [new RegExp(`((?:${QUESTION}|${AMPERSAND})[\\w.[\\]-]{1,80}${EQUALS})${VALUE}`, 'gi'), '$1***'],
  // https://host/path?long-token → ?***; `?wsdl` is a word, and a question mark behind a word ends a sentence
  [new RegExp(`(${QUESTION})[\\w.~+-]{10,}(?=$|${AMPERSAND}|[${END}#])`, 'gi'), '$1***'],
  // curl -u user:password
  [new RegExp(`((?:^|[\\s"'])(?:-u|--user)[\\s="']{1,3}[^\\s"':${MARK}]{1,200}:)[^\\s"'${MARK}]+`, 'g'), '$1***'],
  // <input name="token" value="secret">
  [new RegExp(`(["']${SECRET_NAME}\\\\?["'][^<>${MARK}]{1,80}?value=\\\\?["'])[^"'<>\\\\${MARK}]+`, 'gi'), '$1***'],
  // "api_secret": "value", password = value, the password is value
  [
    new RegExp(`(${SECRET_NAME}[\\\\"']{0,6}\\s?(?:[:=]|\\bis\\b:?)\\s?[\\\\"']{0,6})[^\\s"'\\\\,;&<>${MARK}]+`, 'gi'),
    '$1***',
  ],
  // Bearer value
  [/\b(Bearer|Basic|token)(\s|%20)[\w.~+/:=-]{6,}/g, '$1$2***'],
]

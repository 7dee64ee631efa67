import { stripVTControlCharacters } from 'node:util'

/** What is left of a color when the escape character was lost in a mail or a form. */
const LOST_ANSI = /\[\d{1,3}(?:;\d{1,3}){0,5}m/g
const INVISIBLE = /(?!\t)[\p{Cc}\p{Cf}]/gu
/** Half of a pair, as a broken log holds. */
const LONE = /\p{Cs}/gu
const QUOTED = /^(?: {0,3}>(?=[ >]|$) ?)+/
/** Frames that Python's and pip's own pretty printers draw around a traceback. */
const BOX = /^(\s*)[│┃|] (?=[ /~\w].*[│┃]$)|^(\s*)[│┃] ?/
const BOX_END = /\s*[│┃]$/

const straight: [RegExp, string][] = [
  [/[‘’‚‛‹›´]/g, "'"],
  [/[“”„‟«»]/g, '"'],
  [/[\u00a0\u2007\u202f]/g, ' '],
  [/(^|\s)—(?=\w)/g, '$1--'],
  [/[‐‑–]/g, '-'],
]

const plain = /^[\t\u0020-\u007e]*$/

/** A line as a terminal would show it: no colors, no quoting of mail clients, straight quotes, no control characters. */
export function cleanLine(line: string): string {
  let text = line
  if (!plain.test(text)) {
    text = stripVTControlCharacters(text).replace(INVISIBLE, '').replace(LONE, '\ufffd')
    for (const [pattern, by] of straight) text = text.replace(pattern, by)
    text = text.replace(BOX, '$1$2').replace(BOX_END, '')
  }
  if (text.includes('m')) text = text.replace(LOST_ANSI, '')
  return text.replace(QUOTED, '').trimEnd()
}

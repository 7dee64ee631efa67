/**
 * Looks at the text of a definition outside of its strings and comments. Bytes are read as latin1, one character each, so that
 * what is not replaced stays as it is whatever its encoding.
 */

/** Strings, quoted names and comments; executable comments are read as what is in them. */
const QUOTED =
  /'[^'\\]*(?:(?:\\[\s\S]|'')[^'\\]*)*'|"[^"\\]*(?:(?:\\[\s\S]|"")[^"\\]*)*"|`[^`]*(?:``[^`]*)*`|--[ \t][^\n]*|#[^\n]*|\/\*(?!M?!)[\s\S]*?\*\//g

/** Replaces words outside of quotes; the words are whole: letters, digits, `_`, `$`. */
export function replaceWords(bytes: Buffer, replace: (word: string) => string): Buffer {
  const text = bytes.toString('latin1')
  let result = ''
  let from = 0
  const plain = (part: string) => part.replace(/[A-Za-z_$][\w$]*/g, replace)
  for (const quoted of text.matchAll(QUOTED)) {
    result += plain(text.slice(from, quoted.index)) + quoted[0]
    from = quoted.index + quoted[0].length
  }
  result += plain(text.slice(from))
  return result === text ? bytes : Buffer.from(result, 'latin1')
}

const ACCOUNT_PART = '(?:`[^`]*(?:``[^`]*)*`|\'[^\']*\'|"[^"]*"|[\\w$.%-]+)'
const DEFINER = new RegExp(
  `\\bDEFINER\\s*=\\s*(${ACCOUNT_PART}(?:\\s*@\\s*${ACCOUNT_PART})?(?:\\s*\\(\\s*\\))?)[ \\t]*`,
  'i',
)
/** What comes before the definer: the object's own kind comes after it. */
const BEFORE_DEFINER =
  /^(?:\s|\/\*M?!\d*|\*\/|CREATE\b|OR\b|REPLACE\b|ALGORITHM\s*=\s*\w+|AGGREGATE\b|SQL\s+SECURITY\s+\w+)*/i

/** The definer's clause of a view, trigger, routine or event: where it stands, and whom it names. */
export function definerOf(bytes: Buffer): { definer: string; start: number; end: number } | null {
  const text = bytes.subarray(0, 4096).toString('latin1')
  const start = BEFORE_DEFINER.exec(text)?.[0].length ?? 0
  const found = DEFINER.exec(text.slice(start))
  if (found?.[1] === undefined || found.index !== 0) return null
  const definer = Buffer.from(found[1], 'latin1').toString('utf8')
  return { definer, start, end: start + found[0].length }
}

/**
 * The HTML named characters that matter beside a host name: punctuation and white space that bound it,
 * and the Latin-1 letters an internationalised name may be written with. Names: HTML standard, §13.5.
 */
const PUNCTUATION: Record<string, string> = {
  amp: '&',
  apos: "'",
  ast: '*',
  bsol: '\\',
  colon: ':',
  comma: ',',
  commat: '@',
  dollar: '$',
  emsp: '\u2003',
  ensp: '\u2002',
  equals: '=',
  excl: '!',
  grave: '`',
  gt: '>',
  hyphen: '-',
  lbrace: '{',
  lbrack: '[',
  lcub: '{',
  ldquo: '\u201c',
  lowbar: '_',
  lpar: '(',
  lsqb: '[',
  lsquo: '\u2018',
  lt: '<',
  nbsp: '\u00a0',
  NewLine: '\n',
  num: '#',
  percnt: '%',
  period: '.',
  plus: '+',
  quest: '?',
  quot: '"',
  raquo: '\u00bb',
  rbrace: '}',
  rbrack: ']',
  rcub: '}',
  rdquo: '\u201d',
  rpar: ')',
  rsqb: ']',
  rsquo: '\u2019',
  semi: ';',
  sol: '/',
  Tab: '\t',
  thinsp: '\u2009',
  verbar: '|',
  vert: '|',
}

/** Names of U+00C0…U+00FF in order; the two empty places are the signs × and ÷, which no host contains. */
const LATIN_LETTERS =
  'Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml  Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml  oslash ugrave uacute ucirc uuml yacute thorn yuml'.split(
    ' ',
  )

const CHARACTER_BY_NAME = new Map<string, string>(Object.entries(PUNCTUATION))
const NAME_BY_LETTER = new Map<string, string>()
for (const [index, name] of LATIN_LETTERS.entries()) {
  if (name === '') continue
  const letter = String.fromCharCode(0xc0 + index)
  CHARACTER_BY_NAME.set(name, letter)
  NAME_BY_LETTER.set(letter, name)
}

/** The longest text between `&` and `;` that is looked at (`#x0000fc`, `NewLine`). */
export const LONGEST_REFERENCE = 9

/** The character of `&reference;` (`quot`, `#47`, `#x2F`), or undefined when it is none that we know. */
export function characterOfReference(reference: string): string | undefined {
  if (!reference.startsWith('#')) return CHARACTER_BY_NAME.get(reference)
  const hexadecimal = /^#x([0-9a-f]+)$/i.exec(reference)?.[1]
  const decimal = /^#([0-9]+)$/.exec(reference)?.[1]
  const code = hexadecimal ? Number.parseInt(hexadecimal, 16) : decimal ? Number.parseInt(decimal, 10) : Number.NaN
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : undefined
}

/** The name of a Latin-1 letter (`uuml` for `ü`), or undefined. */
export function referenceOfLetter(letter: string): string | undefined {
  return NAME_BY_LETTER.get(letter)
}

/**
 * The regular expression that finds any of the needles in any case, for `RLIKE BINARY ?`.
 *
 * Measured on MariaDB 10.11 over 716,000 rows (CHECKSUM TABLE 0.27 s): `LOCATE` column by column 0.41 s, `LIKE` 0.64 s,
 * this over CONCAT_WS 0.29 s, regardless of case 0.30 s, two needles 0.36 s: PCRE compiles a literal to machine code.
 * In binary mode PCRE folds the case of ASCII only, so both cases of other letters are spelled out.
 */
export function needlePattern(needles: string[]): string {
  const alternatives = needles.map((needle) => [...needle].map(letterPattern).join(''))
  return `(?i)${alternatives.join('|')}`
}

function letterPattern(letter: string): string {
  if (letter < '\u0080') return /[A-Za-z0-9]/.test(letter) ? letter : `\\x${hex(letter)}`
  return `(?:${[...new Set([letter, letter.toLowerCase(), letter.toUpperCase()])].join('|')})`
}

const hex = (letter: string) => (letter.codePointAt(0) ?? 0).toString(16).padStart(2, '0')

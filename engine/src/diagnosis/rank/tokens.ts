/** What is written in a hundred ways and says nothing by itself: times, addresses of memory, hashes, process numbers. */
const NOISE: [RegExp, string][] = [
  [/\b\d{4}-\d\d-\d\d[t ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:z|[+-]\d\d:?\d\d)?\b/g, ' '],
  [/\b\d{1,2}:\d\d:\d\d(?:[.,]\d+)?\b/g, ' '],
  [/\b0x[0-9a-f]{4,}\b/g, ' '],
  [/\bsha256:[0-9a-f]+\b/g, ' sha256 '],
  [/\b_?(?=[0-9a-f]*\d)[0-9a-f]{8,}\b/g, ' #hex '],
  [/\b(?:\d{1,3}\.){3}\d{1,3}\b/g, ' #ip '],
  [/(?<=:\/\/)[^/\s:]+/g, ' #host '],
]
const LOOPBACK = /\b127\.0\.0\.1\b|\blocalhost\b|::1/g
const WORD = /[a-z_][a-z0-9_]*|\d+|#\w+/g
/** Words of English and of every report that decide nothing. */
const STOP = new Set(
  'a an the of to in on at for and or is are was were be been it its i we my our you your this that these those with as by from do does did have has had so but'.split(
    ' ',
  ),
)

/** Letters changed so that plurals and tenses of a word meet. Crude on purpose: both sides are treated alike. */
function stem(word: string): string {
  if (word.length < 5 || word.includes('_')) return word
  return word
    .replace(/(?:ies)$/, 'y')
    .replace(/(?:ing|ed|es|s)$/, '')
    .replace(/(.)\1$/, '$1')
    .replace(/e$/, '')
}

/** Numbers that name something: HTTP statuses, error numbers, ports. Longer and shorter ones are noise. */
const isTelling = (number: string): boolean => number.length >= 2 && number.length <= 5

/** The words of a text, in order, as they are compared. */
export function words(text: string): string[] {
  let plain = text.toLowerCase().replace(LOOPBACK, ' loopback ')
  for (const [pattern, by] of NOISE) plain = plain.replace(pattern, by)
  const found: string[] = []
  for (const [word] of plain.matchAll(WORD)) {
    if (/^\d/.test(word)) {
      if (isTelling(word)) found.push(word)
    } else if (!STOP.has(word) && word.length < 60) found.push(stem(word))
  }
  return found
}

/** Pairs of neighbours, for what one word alone does not say: `not found`, `access denied`. */
export const pairs = (of: readonly string[]): string[] => of.slice(1).map((word, at) => `${of[at]} ${word}`)

/** Shorter words stand everywhere. */
const SHORTEST = 2

const cache = new Map<string, readonly string[] | null>()

/**
 * Words of which any match of an expression holds at least one, in small letters; null when none can be told. Looking
 * for them is a thousand times cheaper than making the expression ready, and mostly they are not there.
 */
export function neededWords(source: string): readonly string[] | null {
  const known = cache.get(source)
  if (known !== undefined) return known
  const needed = /\(\?[a-zA-Z-]+[:)]|\\Q/.test(source) ? null : ofAlternatives(source.toLowerCase())
  cache.set(source, needed)
  return needed
}

function ofAlternatives(source: string): string[] | null {
  const all = alternatives(source).map(ofSequence)
  return all.every((one) => one !== null) ? all.flat() : null
}

/** Of the parts of a sequence the one whose shortest word is the longest: it says most. */
function ofSequence(source: string): string[] | null {
  const found: string[][] = []
  let word = ''
  const end = (): void => {
    if (word.length >= SHORTEST) found.push([word])
    word = ''
  }
  for (let at = 0; at < source.length; ) {
    const length = atomLength(source, at)
    const atom = source.slice(at, at + length)
    const quantifier = /^(?:[?*+]|\{\d*,?\d*\})\??/.exec(source.slice(at + length))?.[0] ?? ''
    const optional = quantifier !== '' && !quantifier.startsWith('+')
    const letter = literalOf(atom)
    if (letter === null || optional) end()
    else word += letter
    if (letter !== null && quantifier.startsWith('+')) end()
    if (atom.startsWith('(') && !optional) {
      const inside = ofAlternatives(atom.slice(1, -1).replace(/^\?(?::|p?<\w+>)/, ''))
      if (inside !== null) found.push(inside)
    }
    at += length + quantifier.length
  }
  end()
  const shortest = (words: readonly string[]): number => Math.min(...words.map((one) => one.length))
  return found.sort((left, right) => shortest(right) - shortest(left))[0] ?? null
}

/** The letter an atom stands for; null when it stands for several, or for none. */
function literalOf(atom: string): string | null {
  if (/^\\[^a-z0-9]$/.test(atom)) return atom.slice(1)
  return /^[^\\.^$[(|)]$/.test(atom) ? atom : null
}

/** An escape, a class, a group, or one letter. */
function atomLength(source: string, at: number): number {
  const rest = source.slice(at)
  if (rest.startsWith('\\')) return /^\\(?:[px]\{[^}]*\}|x[0-9a-f]{2}|p.|[0-7]{1,3}|.)/s.exec(rest)?.[0].length ?? 1
  if (rest.startsWith('[')) return /^\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]/s.exec(rest)?.[0].length ?? rest.length
  if (!rest.startsWith('(')) return 1
  let inside = 1
  while (inside < rest.length && rest[inside] !== ')') inside += atomLength(source, at + inside)
  return inside + 1
}

function alternatives(source: string): string[] {
  const found: string[] = []
  let from = 0
  for (let at = 0; at < source.length; at += atomLength(source, at)) {
    if (source[at] !== '|') continue
    found.push(source.slice(from, at))
    from = at + 1
  }
  return [...found, source.slice(from)]
}

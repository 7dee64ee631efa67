/** One replaced stretch of a text; `start === end` inserts. */
export interface Splice {
  start: number
  end: number
  text: string
}

/** Applies non-overlapping splices; every byte outside them stays. Insertions at one place keep their order. */
export function applySplices(text: string, splices: Splice[]): string {
  let result = ''
  let at = 0
  for (const splice of splices.toSorted((left, right) => left.start - right.start || left.end - right.end)) {
    if (splice.start < at) throw new RangeError(`edits overlap at offset ${splice.start}`)
    result += text.slice(at, splice.start) + splice.text
    at = splice.end
  }
  return result + text.slice(at)
}

/** How a value is written as one word of nginx's language, in the quotes its predecessor had. */
export function spellWord(value: string, written = ''): string {
  const quote = written.startsWith("'") ? "'" : written.startsWith('"') || !/^[^\s"'\\;{}#]+$/.test(value) ? '"' : ''
  return quote === '' ? value : `${quote}${value.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`)}${quote}`
}

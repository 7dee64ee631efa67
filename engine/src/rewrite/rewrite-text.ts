import { DecodedWindow } from './decoded-window.ts'
import { type HostPlace, placeOf } from './host-place.ts'
import type { HostRule, Occurrence, RewrittenText, ValueForm } from './host-rule.ts'
import { patternFor, searchFor } from './host-search.ts'
import { asciiLower } from './host-spellings.ts'
import { doubtfulOccurrence, occurrenceOf } from './occurrence.ts'

/**
 * Replaces the site's old names in a stored value: all rules in one pass, each occurrence once. Only the host's own
 * bytes change (with `toUrl` also the scheme of `http(s)://` links and the port), spelled in the escaping of the place;
 * the value is never decoded and encoded again. The new host is always written in ASCII, so an internationalised name
 * appears as punycode: that is valid in every escaping, fits any column's character set and cannot be misread.
 * A host in capitals becomes small letters. Runs in time linear in the value's length.
 *
 * `json`: the value is JSON; should it parse before and not after, it is refused as a whole.
 */
export function rewriteText(
  value: string,
  rules: readonly HostRule[],
  options: { form: ValueForm; json: boolean },
): RewrittenText {
  const changed: Occurrence[] = []
  const bare: Occurrence[] = []
  const search = searchFor(rules)
  const { rulesBySpelling, toldOnly } = search
  const pattern = patternFor(search, value)
  const placeAt = placeReader(value)
  let settled = 0
  let isOwn = options.form !== 'own-file' || !/^\s*([a-z][a-z0-9+.-]*:)?\/\//i.test(value)
  for (let hit = pattern.exec(value); hit !== null; hit = pattern.exec(value)) {
    const span = { start: hit.index, end: hit.index + hit[0].length }
    const spelling = asciiLower(hit[0])
    const candidates = rulesBySpelling.get(spelling)
    const place = candidates && placeAt(span.start, span.end)
    const rule = place && candidates.find(({ fromPort }) => fromPort === undefined || fromPort === place.port?.number)
    isOwn ||= isOwnAddress(value, span.start)
    if (place === undefined || rule === undefined || !isOwn) {
      pattern.lastIndex = span.start + 1
      continue
    }
    const doubtful = place.doubtful || toldOnly.has(spelling)
    const occurrence = doubtful
      ? doubtfulOccurrence(value, span, rule)
      : occurrenceOf(value, span, place, rule, options.form, settled)
    pattern.lastIndex = occurrence.end
    if (occurrence.before === occurrence.after) continue
    if (doubtful || (place.kind === 'bare' && options.form !== 'host')) bare.push(occurrence)
    else {
      changed.push(occurrence)
      settled = occurrence.end
    }
  }
  return assemble(value, changed, bare, options.json)
}

/** Whether the name here is the host of the URL that the whole value is. */
function isOwnAddress(value: string, start: number): boolean {
  return start < LONGEST_START && /^\s*([a-z][a-z0-9+.-]*:)?\/\/([^/?#]*@)?$/i.test(value.slice(0, start))
}

const LONGEST_START = 1000

/** Reach of a look around a hit: enough for `https://…/`, for any escaping of it, for credentials. */
const MARGINS = [24, 144, 1200] as const

/**
 * Says what stands at each hit of one value, in their order. The widest look costs most, and where one hit needs it its
 * neighbours do too: it is kept and asked again.
 */
function placeReader(value: string): (start: number, end: number) => HostPlace | undefined {
  let widest: DecodedWindow | undefined
  return (start, end) => {
    if (widest?.holds(start, end)) {
      const place = placeIn(widest, start, end)
      if (!widest.ranOut) return place
    }
    let place: HostPlace | undefined
    for (const margin of MARGINS) {
      const window = new DecodedWindow(value, start, end, margin)
      place = placeIn(window, start, end)
      if (margin === MARGINS.at(-1)) widest = window
      if (!window.ranOut) break
    }
    return place
  }
}

function placeIn(window: DecodedWindow, start: number, end: number): HostPlace | undefined {
  window.ranOut = false
  const first = window.indexAt(start)
  const behind = window.indexAt(end)
  // An escape that runs into the name: the n of `\n` is not a letter of `nold.cloud`.
  return first < 0 || behind < 0 ? undefined : placeOf(window, first, behind)
}

function assemble(value: string, changed: Occurrence[], bare: Occurrence[], json: boolean): RewrittenText {
  if (changed.length === 0) return { value, changed, bare }
  const pieces: string[] = []
  let position = 0
  for (const { start, end, after } of changed) {
    pieces.push(value.slice(position, start), after)
    position = end
  }
  pieces.push(value.slice(position))
  const rewritten = pieces.join('')
  if (json && isJson(value) && !isJson(rewritten))
    return { value, changed: [], bare, refused: 'the JSON would no longer parse' }
  return { value: rewritten, changed, bare }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}

import type { HostPlace } from './host-place.ts'
import type { HostRule, Occurrence, ValueForm } from './host-rule.ts'

interface Span {
  start: number
  end: number
}

/** What becomes of a host found at `span`. Nothing before `settled` may change any more: it belongs to an earlier one. */
export function occurrenceOf(
  value: string,
  span: Span,
  place: HostPlace,
  rule: HostRule,
  form: ValueForm,
  settled: number,
): Occurrence {
  const host = { ...span, before: value.slice(span.start, span.end), after: rule.to }
  if (place.kind === 'bare') return host
  const isAddress = form === 'file-url' || form === 'own-file'
  const ownFile = isAddress ? ownFileOccurrence(value, span, place) : undefined
  if (ownFile !== undefined) return ownFile
  const link = rule.toUrl === undefined ? host : linkOccurrence(value, span, place, rule.to, rule.toUrl)
  return link.start < settled ? host : link
}

/** What cannot be changed is told as it stands. */
export function doubtfulOccurrence(value: string, span: Span, rule: HostRule): Occurrence {
  return { ...span, before: value.slice(span.start, span.end), after: rule.to, doubtful: true }
}

/** Scheme and port are set on web links and on links without a scheme; `wss://`, `ftp://`, `git+https://` keep theirs. */
function linkOccurrence(
  value: string,
  { start, end }: Span,
  place: HostPlace,
  host: string,
  url: NonNullable<HostRule['toUrl']>,
): Occurrence {
  const occurrence = { start, end, before: value.slice(start, end), after: host }
  const { scheme, port, portPlace } = place
  const isWeb = scheme === undefined || /^https?$/i.test(scheme.name)
  if (!isWeb) return occurrence
  if (port !== undefined && port.number !== url.port) {
    occurrence.end = port.end
    const colon = value.slice(port.start, port.end - String(port.number).length)
    occurrence.after += value.slice(end, port.start) + (url.port === null ? '' : colon + url.port)
  } else if (port === undefined && portPlace !== undefined && url.port !== null) {
    occurrence.end = portPlace
    occurrence.after += value.slice(end, portPlace) + place.colon + url.port
  }
  if (scheme !== undefined && scheme.name.toLowerCase() !== url.scheme) {
    occurrence.start = scheme.start
    occurrence.after = switchedScheme(scheme.name) + value.slice(scheme.end, start) + occurrence.after
  }
  return { ...occurrence, before: value.slice(occurrence.start, occurrence.end) }
}

function switchedScheme(scheme: string): string {
  if (scheme.length === 5) return scheme.slice(0, 4)
  return scheme + (scheme === 'HTTP' ? 'S' : 's')
}

/** White space and a scheme before the host are shorter than this. */
const FARTHEST_START = 1000

/** An own file's address becomes its path when it is all the value holds: then it no longer depends on any name. */
function ownFileOccurrence(value: string, span: Span, place: HostPlace): Occurrence | undefined {
  if (place.kind !== 'url' || place.userinfo || (place.scheme && !/^https?$/i.test(place.scheme.name))) return undefined
  const addressEnd = place.port?.end ?? place.portPlace
  if (addressEnd === undefined || span.start > FARTHEST_START) return undefined
  const before = value.slice(0, addressEnd).trimStart()
  const isWhole = /^(https?:)?\/\/[^/\s]+$/i.test(before) && !/[\r\n]/.test(value.trim())
  if (!isWhole || !/^\/(private\/)?files\/./.test(value.slice(addressEnd, addressEnd + 32))) return undefined
  return { start: addressEnd - before.length, end: addressEnd, before, after: '' }
}

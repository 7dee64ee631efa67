import type { DecodedWindow } from './decoded-window.ts'
import { runsIntoAt, userinfoBefore } from './userinfo.ts'

/** Where a host name stands: in a URL, or alone. Offsets are of the text. */
export interface HostPlace {
  kind: 'url' | 'bare'
  /** The letters before `://`; absent for `//host` and where they are escaped or computed (`{{ scheme }}://`). */
  scheme?: { name: string; start: number; end: number }
  /** The port with its colon. */
  port?: { number: number; start: number; end: number }
  /** Where a port would be put (behind the host and its trailing dot); absent when something else follows a colon there. */
  portPlace?: number
  /** How a colon is spelled here. */
  colon: string
  /**
   * To be told, never to be changed: a backslash or percent sign stands directly before the name, so that another first letter
   * could become part of an escape; or it cannot be decided whether this is the host of a URL or part of its credentials.
   */
  doubtful: boolean
  /** Credentials stand between scheme and host. */
  userinfo: boolean
}

/**
 * Decides what the name between two decoded characters is; undefined when it is not this host at all: a longer name
 * (`shop.old.cloud`, `old.cloud.mx`, `old.cloud-x`), an e-mail address, the credentials of another host's URL.
 */
export function placeOf(window: DecodedWindow, first: number, behind: number): HostPlace | undefined {
  const before = readBefore(window, first)
  if (before === undefined) return undefined
  const { depth, undecided, ...place } = before
  const after = readAfter(window, behind, depth, place.kind)
  if (after === undefined) return undefined
  const { maybeUser, ...port } = after
  // `//note:me@old.cloud` may be a remark with an address; `//user:password@old.cloud/x` is a URL.
  const unfinished = undecided === 'without-path' && window.at(behind) !== '/'
  const doubtful = undecided === true || unfinished || maybeUser === true || escapesInto(window, first)
  return { ...place, ...port, doubtful }
}

function escapesInto(window: DecodedWindow, first: number): boolean {
  return /^[\\%]$/.test(window.at(first - 1)) || /^&#(x[0-9a-f]+|[0-9]+)$/i.test(window.spellingOf(first - 1))
}

/** A character that would make the name a longer one. U+FFFD stands for bytes that cannot be read: treated with care. */
export function isNameCharacter(character: string): boolean {
  return /^[a-z0-9_\-\ufffd]$/i.test(character) || (character > '\x7f' && /^[\p{L}\p{N}\p{M}]/u.test(character))
}

/** IDNA reads the full stops of CJK writing as dots. */
function isDot(character: string): boolean {
  return character === '.' || character === '\u3002' || character === '\uff0e' || character === '\uff61'
}

type After = Pick<HostPlace, 'port' | 'portPlace'> & {
  /** What follows may make the name the user of another host's URL: `https://old.cloud;x@evil.example/`. */
  maybeUser?: true
}

/** `depth`: how often the URL is percent-encoded as a whole; what is encoded more often does not end its host. */
function readAfter(window: DecodedWindow, behind: number, depth: number, kind: HostPlace['kind']): After | undefined {
  let index = behind
  while (isDot(window.at(index))) index++
  const dots = index - behind
  const next = window.at(index)
  // A dot at the end of a sentence or of a fully qualified name; `old.cloud.mx` and `old.cloud.{{ tld }}` go on.
  if (dots > 0 && (next === '{' || next === '$')) return undefined
  if (isNameCharacter(next) && !(dots === 0 && isPunctuation(window, index, kind))) return undefined
  if (next === '@') return undefined
  if (kind === 'url' && /^[;!$*+=]$/.test(next) && runsIntoAt(window, index + 1, depth)) return { maybeUser: true }
  if (next === ':' && dots <= 1) return readPort(window, index, depth)
  if (next === '/' && window.percentDepth(index) > depth && runsIntoAt(window, index, depth)) return undefined
  // `old.cloud./path` is a fully qualified name; behind any other dot the sentence ends and a port goes before it.
  const qualified = dots === 1 && (next === '/' || next === '?' || next === '#')
  return { portPlace: window.endOf(qualified ? behind : behind - 1) }
}

/** `-->` closes a comment, `_` closes emphasis around a link in Markdown; else dash and underscore belong to a longer name. */
function isPunctuation(window: DecodedWindow, index: number, kind: HostPlace['kind']): boolean {
  if (window.at(index) === '-') return window.at(index + 1) === '-' && window.at(index + 2) === '>'
  if (window.at(index) !== '_' || kind === 'bare') return false
  let end = index
  while (window.at(end) === '_') end++
  const next = window.at(end)
  // A dot or a colon behind the emphasis ends the sentence, unless the name goes on with it.
  return /^[\s<>)\],;!?*~|]?$/.test(next) || (/^[.:]$/.test(next) && !isNameCharacter(window.at(end + 1)))
}

function readPort(window: DecodedWindow, colon: number, depth: number): After | undefined {
  let digits = ''
  let index = colon + 1
  while (digits.length < 6 && /^[0-9]$/.test(window.at(index))) digits += window.at(index++)
  const next = window.at(index)
  if (digits === '' && /^[\s<,;)\]]$/.test(next)) return { portPlace: window.endOf(colon - 1) }
  const sentence = isDot(next) && !isNameCharacter(window.at(index + 1))
  // Markup and templates may follow a port as well as a password may go on with these.
  const markup = /^[~%!$*+=^{_-]$/.test(next) && !runsIntoAt(window, colon, depth)
  if (digits !== '' && Number(digits) <= 65535 && (sentence || markup || !isPassword(next))) {
    return { port: { number: Number(digits), start: window.startOf(colon), end: window.endOf(index - 1) } }
  }
  // A computed port (`:${port}`) or nothing we understand: only the host changes.
  return runsIntoAt(window, colon, depth) ? undefined : {}
}

function isPassword(character: string): boolean {
  return character === '@' || isDot(character) || isNameCharacter(character) || /^[~%!$*+=^{]$/.test(character)
}

type Before = Pick<HostPlace, 'kind' | 'scheme' | 'colon' | 'userinfo'> & {
  /** How often the URL's own delimiters are percent-encoded. */
  depth: number
  /** Whether these are credentials is not sure; `without-path`: unless a path follows the host. */
  undecided?: true | 'without-path'
}

function readBefore(window: DecodedWindow, first: number): Before | undefined {
  const previous = window.at(first - 1)
  if (previous === '@') return readBehindUserinfo(window, first - 1)
  const url = previous === '/' ? readSlashes(window, first - 1, undefined) : undefined
  if (url !== undefined) return url
  if (isDot(previous) || isNameCharacter(previous)) return undefined
  return { kind: 'bare', colon: ':', userinfo: false, depth: window.percentDepth(first - 1) }
}

/**
 * An `@` belongs to a URL only behind `scheme://`, or behind `//` and credentials with a colon; everything else before it
 * makes an e-mail address.
 */
function readBehindUserinfo(window: DecodedWindow, at: number): Before | undefined {
  const userinfo = userinfoBefore(window, at)
  if (userinfo === undefined) return undefined
  const place = readSlashes(window, userinfo.slash, window.percentDepth(at))
  if (place === undefined || place.scheme?.name.toLowerCase() === 'mailto') return undefined
  const needsColon = userinfo.separators || place.undecided !== undefined
  if (needsColon && !userinfo.colon) return undefined
  return userinfo.separators ? { ...place, undecided: true } : place
}

/**
 * Reads `scheme://` or `//` ending at the slash `last`; undefined when these slashes are only a path's.
 * `userinfoDepth`: how often the `@` of the credentials behind them is percent-encoded, if there is one.
 */
function readSlashes(window: DecodedWindow, last: number, userinfoDepth: number | undefined): Before | undefined {
  let index = last
  while (window.at(index) === '/' && last - index < MOST_SLASHES) index--
  const slashes = last - index
  if (slashes < 2) return undefined
  const userinfo = userinfoDepth !== undefined
  if (window.at(index) === ':') {
    const scheme = readScheme(window, index)
    // `file:///old.cloud` is a path; browsers forgive `https:///old.cloud`.
    if (slashes > 2 && !/^(https?|wss?|ftp)$/i.test(scheme.name)) return undefined
    // Python's quote() encodes colon and @ but not the slashes. An @ encoded deeper than the colon is no delimiter.
    const depth = Math.max(window.percentDepth(index), window.percentDepth(last))
    if (userinfo && userinfoDepth > depth) return undefined
    const place: Before = { kind: 'url', colon: window.spellingOf(index), userinfo, depth }
    const plain = scheme.name !== '' && scheme.end - scheme.start === scheme.name.length
    return plain ? { ...place, scheme } : place
  }
  if (slashes > 2 || /^[a-z0-9._~-]$/i.test(window.at(index))) return undefined
  const depth = window.percentDepth(last)
  if (userinfo && userinfoDepth > depth) return undefined
  const place: Before = { kind: 'url', userinfo, colon: colonLike(window.spellingOf(last)), depth }
  return userinfo ? { ...place, undecided: 'without-path' } : place
}

const MOST_SLASHES = 8
const LONGEST_SCHEME = 32

function readScheme(window: DecodedWindow, colon: number): { name: string; start: number; end: number } {
  let run = ''
  let index = colon - 1
  while (run.length < LONGEST_SCHEME && /^[a-z0-9+.-]$/i.test(window.at(index))) run = window.at(index--) + run
  // `…see.https://` is a sentence without a space; `git+https` is a scheme of its own.
  const name = /(?:^|[.-])(https?)$/i.exec(run)?.[1] ?? run
  const start = name === '' ? window.startOf(colon) : window.startOf(colon - name.length)
  return { name, start, end: window.startOf(colon) }
}

/** A colon in the percent-encoding of this slash; JSON and HTML need none. */
function colonLike(slash: string): string {
  return /^%(25)*2f$/i.test(slash) ? slash.replace(/2f$/i, (code) => (code === '2f' ? '3a' : '3A')) : ':'
}

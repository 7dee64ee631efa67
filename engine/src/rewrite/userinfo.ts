import type { DecodedWindow } from './decoded-window.ts'

/**
 * Whether what follows runs on to an `@`, so that the name was the user of another host's URL
 * (`https://old.cloud:password@evil.example/`).
 */
export function runsIntoAt(window: DecodedWindow, start: number, depth: number): boolean {
  for (let index = start; index - start <= LONGEST_USERINFO; index++) {
    if (window.percentDepth(index) > depth) continue
    const character = window.at(index)
    if (character === '@') return true
    if (endsUserinfo(character)) return false
  }
  return false
}

/** What stands between a URL's `//` and its `@`. */
interface Userinfo {
  /** Index of the slash before it. */
  slash: number
  /** A user and a password, and not only a user. */
  colon: boolean
  /** Something stands in it that a password may hold, but that as often separates the items of a list. */
  separators: boolean
}

/** Reads credentials back from their `@` to a slash; undefined where something else ends them. */
export function userinfoBefore(window: DecodedWindow, at: number): Userinfo | undefined {
  const depth = window.percentDepth(at)
  const found: Userinfo = { slash: at, colon: false, separators: false }
  let signs = 0
  for (let index = at - 1; at - index <= LONGEST_USERINFO; index--) {
    const character = window.at(index)
    if (character === ':') found.colon = true
    if (character === '@' && ++signs > MOST_SIGNS) return undefined
    if (character === '}' && window.at(index - 1) === '}') index = templateStart(window, index)
    // Deeper encoded delimiters (`p%2Fw`) are part of the password.
    else if (!endsUserinfo(character) || (character !== '' && window.percentDepth(index) > depth)) continue
    else if (SEPARATORS.has(character)) found.separators = true
    else return character === '/' ? { ...found, slash: index } : undefined
  }
  return undefined
}

/** Where `{{ … }}` begins: what a template computes may hold anything. */
function templateStart(window: DecodedWindow, end: number): number {
  for (let index = end - 2; end - index <= LONGEST_TEMPLATE; index--) {
    const character = window.at(index)
    if (character === '' || character === '\n') return end
    if (character === '{' && window.at(index - 1) === '{') return index - 1
  }
  return end
}

const LONGEST_USERINFO = 512
const LONGEST_TEMPLATE = 100
/** More `@` than this before a name are a list or a riddle, and reading them all for each name would take long. */
const MOST_SIGNS = 3
const SEPARATORS = new Set([',', ';', '(', ')', '[', ']', '&'])

const USERINFO_ENDS = new Set(['', ...' \t\n\r\f\v\u00a0/?#"\'<>\\,;()[]|&'])

function endsUserinfo(character: string): boolean {
  return USERINFO_ENDS.has(character)
}

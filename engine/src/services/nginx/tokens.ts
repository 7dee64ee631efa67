/** Splits nginx configuration into tokens that remember where they stand, by the rules of nginx's ngx_conf_read_token(). */

export interface Token {
  /** `raw`: the inside of a `*_by_lua_block`, which is Lua and not nginx's language. */
  kind: 'word' | 'end' | 'open' | 'close' | 'raw'
  /** UTF-16 offsets of the token as written, quotes included. */
  start: number
  end: number
  /** A word without its quotes and escapes; else as written. */
  value: string
}

export interface SyntaxProblem {
  offset: number
  message: string
}

const isSpace = (character: string | undefined) =>
  character === ' ' || character === '\t' || character === '\n' || character === '\r'

/** All tokens up to the end or the first problem. What lies between two tokens is white space and comments only. */
export function tokenize(text: string): { tokens: Token[]; problem: SyntaxProblem | null } {
  const tokens: Token[] = []
  let at = 0
  let directive: string | null = null
  const push = (kind: Token['kind'], end: number, value = text.slice(at, end)) => {
    tokens.push({ kind, start: at, end, value })
    at = end
  }
  while (at < text.length) {
    const character = text[at]
    if (isSpace(character)) at += 1
    else if (character === '#') at = lineEnd(text, at)
    else if (character === ';' || character === '}') {
      push(character === ';' ? 'end' : 'close', at + 1)
      directive = null
    } else if (character === '{') {
      push('open', at + 1)
      if (directive?.endsWith('_by_lua_block')) {
        const end = luaBlockEnd(text, at)
        if (end === null) return { tokens, problem: { offset: at, message: 'the Lua block is not closed' } }
        push('raw', end)
      }
      directive = null
    } else {
      const quoted = character === '"' || character === "'"
      const end = quoted ? quotedEnd(text, at, character) : wordEnd(text, at)
      if (end === null) return { tokens, problem: { offset: at, message: `the quote ${character} is not closed` } }
      const next = text[end]
      if (quoted && next !== undefined && !isSpace(next) && !';{)'.includes(next)) {
        return { tokens, problem: { offset: end, message: `unexpected "${next}" after a quoted word` } }
      }
      const value = withoutEscapes(quoted ? text.slice(at + 1, end - 1) : text.slice(at, end))
      directive ??= value
      push('word', end, value)
    }
  }
  return { tokens, problem: null }
}

/** 1-based line of an offset. */
export function lineOf(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1
  return line
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end === -1 ? text.length : end
}

function wordEnd(text: string, start: number): number {
  let at = start
  while (at < text.length) {
    const character = text[at]
    if (character === '\\') at += 2
    else if (character === '$' && text[at + 1] === '{') at += 2
    else if (isSpace(character) || character === ';' || character === '{') return at
    else at += 1
  }
  return text.length
}

function quotedEnd(text: string, start: number, quote: string): number | null {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1
    else if (text[at] === quote) return at + 1
  }
  return null
}

const CONTROL: Record<string, string> = { t: '\t', r: '\r', n: '\n' }

/** nginx drops the backslash before a quote or backslash, knows \t \r \n, and keeps every other one (regular expressions). */
function withoutEscapes(text: string): string {
  return text.includes('\\')
    ? text.replace(/\\(["'\\trn])/g, (_, escaped: string) => CONTROL[escaped] ?? escaped)
    : text
}

const LUA_LONG_OPEN = /\[(=*)\[/y

/** Offset of the `}` that closes the block whose inside starts at `from`; Lua's strings and comments may hold braces. */
function luaBlockEnd(text: string, from: number): number | null {
  let depth = 1
  let at = from
  while (at < text.length) {
    const character = text[at]
    const comment = text.startsWith('--', at)
    LUA_LONG_OPEN.lastIndex = comment ? at + 2 : at
    const long = LUA_LONG_OPEN.exec(text)
    if (long) {
      const close = `]${long[1] ?? ''}]`
      const end = text.indexOf(close, LUA_LONG_OPEN.lastIndex)
      if (end === -1) return null
      at = end + close.length
    } else if (comment) at = lineEnd(text, at)
    else if (character === '"' || character === "'") {
      const end = quotedEnd(text, at, character)
      if (end === null) return null
      at = end
    } else {
      if (character === '{') depth += 1
      if (character === '}') depth -= 1
      if (depth === 0) return at
      at += 1
    }
  }
  return null
}

import { printParseErrorCode, visit } from 'jsonc-parser'

interface TextPosition {
  /** From 1; columns in UTF-16 units, as editors count. */
  line: number
  column: number
}

export interface ParsedObject {
  value: Record<string, unknown> | null
  /** Why `value` is null. Never quotes the text: it holds secrets. */
  problem: (TextPosition & { what: string }) | null
  /** Keys that stand twice in one object; the last one counts. */
  duplicates: (TextPosition & { key: string })[]
  /** Where each key of the outermost object stands. */
  keys: Map<string, TextPosition>
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `CloseBraceExpected` → `close brace expected`. */
const inWords = (code: string) => code.replace(/(?!^)[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).toLowerCase()

/**
 * Parses a configuration file as strictly as Python's json.load does (no comments, no trailing commas, no byte order mark),
 * and says where it is broken: JSON.parse only knows an offset, and its message quotes the text.
 */
export function parseJsonObject(text: string): ParsedObject {
  const found: ParsedObject = { value: null, problem: null, duplicates: [], keys: new Map() }
  if (text.startsWith('\uFEFF')) {
    found.problem = { line: 1, column: 1, what: 'starts with a byte order mark, which Frappe refuses' }
    return found
  }
  const open: Set<string>[] = []
  visit(
    text,
    {
      onObjectBegin: () => {
        open.push(new Set())
      },
      onObjectEnd: () => {
        open.pop()
      },
      onObjectProperty: (key, _offset, _length, startLine, startCharacter, path) => {
        const position = { line: startLine + 1, column: startCharacter + 1 }
        const keys = open.at(-1)
        if (keys?.has(key)) found.duplicates.push({ ...position, key })
        keys?.add(key)
        if (path().length === 0) found.keys.set(key, position)
      },
      onError: (code, _offset, _length, startLine, startCharacter) => {
        const what = inWords(printParseErrorCode(code))
        found.problem ??= { line: startLine + 1, column: startCharacter + 1, what }
      },
    },
    { disallowComments: true, allowTrailingComma: false },
  )
  if (found.problem !== null) return found
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    found.problem = { line: 1, column: 1, what: 'is not valid JSON' }
    return found
  }
  if (isObject(value)) found.value = value
  else found.problem = { line: 1, column: 1, what: 'holds no object: it must start with { and end with }' }
  return found
}

import { type ParseError, parse, parseTree, stripComments } from 'jsonc-parser'
import { parseJsonObject } from '../host/parse-json.ts'

/** What a configuration file is freed of. Each leaves every value as it was. */
export const mendNames = ['byte-order-mark', 'comments-and-commas', 'duplicate-keys'] as const
export type Mend = (typeof mendNames)[number]

/** The text without a leading byte order mark. */
const withoutMark = (text: string): string => text.replace(/^\uFEFF+/, '')

/**
 * The text as plain JSON where only comments and commas before a closing bracket stand in the way; null where anything else is wrong,
 * since then there is more than one way to read it.
 */
function withoutComments(text: string): string | null {
  const errors: ParseError[] = []
  parse(text, errors, { allowTrailingComma: true, disallowComments: false })
  if (errors.length > 0) return null
  const bare = stripComments(text)
  const mended = withoutTrailingCommas(bare)
  return parseJsonObject(mended).problem === null ? mended : null
}

/** Commas whose next character that is no blank closes a list or an object; commas inside texts stay. */
function withoutTrailingCommas(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])/g, (found) => (found === ',' ? '' : found))
}

/** Of keys that stand twice in the outermost object the last one, which is the one that counts, stays. */
function withoutDuplicates(text: string): string {
  let result = text
  for (;;) {
    const properties = parseTree(result)?.children ?? []
    const names = properties.map((property) => String(property.children?.[0]?.value))
    const at = names.findIndex((name, index) => names.indexOf(name, index + 1) !== -1)
    const [first, next] = [properties[at], properties[at + 1]]
    if (first === undefined || next === undefined) return result
    result = result.slice(0, first.offset) + result.slice(next.offset)
  }
}

/** The mended text; null when these mends do not lead to a valid JSON object. Pure. */
export function mendJson(text: string, mends: readonly Mend[]): string | null {
  let result = text
  if (mends.includes('byte-order-mark')) result = withoutMark(result)
  if (mends.includes('comments-and-commas') && parseJsonObject(result).problem !== null) {
    const mended = withoutComments(result)
    if (mended === null) return null
    result = mended
  }
  if (mends.includes('duplicate-keys')) result = withoutDuplicates(result)
  return parseJsonObject(result).problem === null ? result : null
}

import { unquoted } from './statement-kind.ts'

const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r', '0': '\0', Z: '\u001a', b: '\b' }
const VALUE =
  /\s*(?:(_[a-z0-9]+)\s+)?(?:'([^'\\]*(?:(?:\\[\s\S]|'')[^'\\]*)*)'|(NULL)|([^,()'\s]+(?:\([^)]*\))?))\s*([,)])/iy

/**
 * The tuples of one whole INSERT as text; for the few small tables whose content says what a backup is. NULL is null, numbers are their text.
 * @param columns of the table, in order: what counts when the statement names none
 */
export function* insertedRows(statement: string, columns: string[]): Generator<Map<string, string | null>> {
  const begin = /^[^']*?\bVALUES\s*/is.exec(statement)
  if (begin === null) return
  const list = /\(([^)]*)\)\s*VALUES\s*$/is.exec(begin[0])?.[1]
  const names = list === undefined ? columns : list.split(',').map((name) => unquoted(name.trim()))
  let at = begin[0].length
  while (statement[at] === '(') {
    const row = new Map<string, string | null>()
    at++
    for (let index = 0; ; index++) {
      VALUE.lastIndex = at
      const value = VALUE.exec(statement)
      if (value === null) return
      at = VALUE.lastIndex
      const name = names[index]
      if (name !== undefined) row.set(name, textOf(value))
      if (value[5] === ')') break
    }
    yield row
    at += /^\s*,?\s*/.exec(statement.slice(at, at + 16))?.[0].length ?? 0
  }
}

function textOf([, , quoted, isNull, bare]: RegExpExecArray): string | null {
  if (isNull !== undefined) return null
  if (quoted === undefined) return bare ?? ''
  return quoted.replace(/\\([\s\S])|''/g, (_, escaped?: string) =>
    escaped === undefined ? "'" : (ESCAPES[escaped] ?? escaped),
  )
}

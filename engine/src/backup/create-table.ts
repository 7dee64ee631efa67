import type { ColumnFacts, TableFacts } from './backup-facts.ts'
import { unquoted } from './statement-kind.ts'

type TableDefinition = Omit<TableFacts, 'rows' | 'dataBytes' | 'created'>

const TOKEN =
  /'[^'\\]*(?:(?:\\[\s\S]|'')[^'\\]*)*'|"[^"\\]*(?:(?:\\[\s\S]|"")[^"\\]*)*"|`[^`]*(?:``[^`]*)*`|[(),]|[^'"`(),]+/g
const QUOTED = /'[^'\\]*(?:(?:\\[\s\S]|'')[^'\\]*)*'|"[^"\\]*(?:(?:\\[\s\S]|"")[^"\\]*)*"/g
const TYPE = /^\w+(?:\s*\((?:'[^']*(?:''[^']*)*'|[^)'])*\))?(?:\s+(?:unsigned|zerofill))*/i
const NAME = /`[^`]*(?:``[^`]*)*`/g

/** Reads `CREATE TABLE …`, as servers write it (SHOW CREATE TABLE); what is not understood of it is left out. */
export function readCreateTable(name: string, statement: string): TableDefinition {
  const { parts, options } = splitDefinition(statement)
  const columns: ColumnFacts[] = []
  const keys: string[] = []
  let primaryKey: string[] = []
  for (const part of parts) {
    const words = part.replace(QUOTED, "''")
    const [first = ''] = part.match(NAME) ?? []
    if (part.startsWith('`')) columns.push(readColumn(unquoted(first), part.slice(first.length).trim(), words))
    else if (/^PRIMARY\s+KEY/i.test(part)) primaryKey = (part.match(NAME) ?? []).map(unquoted)
    else if (/^(?:UNIQUE|FULLTEXT|SPATIAL|KEY|INDEX)\b/i.test(part)) keys.push(unquoted(first))
  }
  const option = (pattern: RegExp) => pattern.exec(options.replace(QUOTED, "''"))?.[1] ?? null
  const next = option(/\bAUTO_INCREMENT\s*=\s*(\d+)/i)
  return {
    name,
    columns,
    primaryKey,
    keys,
    engine: option(/\bENGINE\s*=\s*(\w+)/i),
    autoIncrement: next === null ? null : Number(next),
    characterSet: option(/\b(?:CHARSET|CHARACTER\s+SET)\s*=?\s*(\w+)/i),
    collation: option(/\bCOLLATE\s*=?\s*(\w+)/i),
  }
}

function readColumn(name: string, definition: string, words: string): ColumnFacts {
  return {
    name,
    type: TYPE.exec(definition)?.[0] ?? '',
    nullable: !/\bNOT\s+NULL\b/i.test(words),
    generated: /\bGENERATED\s+ALWAYS\b|\bAS\s*\(/i.test(words),
    autoIncrement: /\bAUTO_INCREMENT\b/i.test(words),
  }
}

/** The parts between the outermost parentheses, and what follows them. */
function splitDefinition(statement: string): { parts: string[]; options: string } {
  const parts: string[] = []
  let depth = 0
  let part = ''
  for (const token of statement.matchAll(TOKEN)) {
    const [text] = token
    if (text === '(' && depth++ === 0) continue
    if (text === ')' && --depth === 0) {
      parts.push(part.trim())
      return { parts, options: statement.slice(token.index + 1) }
    }
    if (text === ',' && depth === 1) {
      parts.push(part.trim())
      part = ''
    } else if (depth > 0) part += text
  }
  return { parts, options: '' }
}

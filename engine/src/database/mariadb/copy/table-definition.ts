/** A CREATE TABLE, apart from keys that are cheaper to build when the rows are there. */
export interface TableDefinition {
  create: string
  /** ALTER TABLE for the keys left out; null when none is. */
  addKeys: string | null
  /** It has a unique key beside the primary one. */
  uniqueBeside: boolean
  foreignKeys: boolean
}

const LINE = /^ {2}(?:`|PRIMARY KEY |UNIQUE KEY |KEY |FULLTEXT KEY |SPATIAL KEY |CONSTRAINT |CHECK |PERIOD FOR )/

/**
 * Takes plain secondary keys out of a definition as SHOW CREATE TABLE writes it, one line each. All of them or none, so that the keys
 * end in the order they had; none where a foreign key or a counter needs one, or where a line is not understood.
 */
export function withoutPlainKeys(quotedName: string, statement: string): TableDefinition {
  const lines = statement.split('\n')
  const end = lines.findIndex((line) => line.startsWith(')'))
  const body = lines.slice(1, end === -1 ? undefined : end)
  const uniqueBeside = body.some((line) => line.startsWith('  UNIQUE KEY '))
  const foreignKeys = body.some((line) => line.startsWith('  CONSTRAINT ') && line.includes(' FOREIGN KEY '))
  const whole: TableDefinition = { create: statement, addKeys: null, uniqueBeside, foreignKeys }
  const keys = body.filter((line) => line.startsWith('  KEY '))
  const counter = body.some((line) => line.startsWith('  `') && / AUTO_INCREMENT\b/.test(line))
  const understood = end > 0 && body.every((line) => LINE.test(line)) && lines[0]?.endsWith('(') === true
  if (!understood || keys.length === 0 || foreignKeys || counter) return whole
  if (body.some((line) => /^ {2}(FULLTEXT|SPATIAL) KEY /.test(line))) return whole
  const kept = body.filter((line) => !line.startsWith('  KEY ')).map(withoutComma)
  return {
    ...whole,
    create: [lines[0], kept.join(',\n'), ...lines.slice(end)].join('\n'),
    addKeys: `ALTER TABLE ${quotedName} ${keys.map((line) => `ADD KEY IF NOT EXISTS ${withoutComma(line).slice('  KEY '.length)}`).join(', ')}`,
  }
}

const withoutComma = (line: string): string => line.replace(/,$/, '')

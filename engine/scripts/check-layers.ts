/**
 * The layer rule: a file may import from its own room and from lower ones, never upwards and never from another room of the same rank.
 * Also keeps files short and their names telling. Prints each violation as `file:line …`; exit 1 when there is one.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'

const SOURCE = resolve(import.meta.dirname, '..', 'src')
const ranks: Record<string, number> = {
  cli: 9,
  sandbox: 8,
  report: 7,
  workflows: 6,
  execution: 5,
  diagnosis: 5,
  changes: 4,
  checks: 4,
  bench: 3,
  rewriting: 3,
  backup: 2,
  database: 2,
  services: 2,
  rewrite: 2,
  host: 1,
}
const LONGEST = 240
const FORBIDDEN_NAME = /^(utils?|helpers?|managers?|misc)\.ts$/

const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
const violations = files.flatMap(checkFile)
for (const violation of violations) console.log(violation)
console.log(`${files.length} files, ${violations.length} violations of the layer rule`)
process.exitCode = violations.length ? 1 : 0

function checkFile(file: string): string[] {
  const room = file.split('/')[0] ?? ''
  const rank = ranks[room]
  if (rank === undefined) return [`src/${file}: ${room}/ is no known room`]
  const lines = readFileSync(join(SOURCE, file), 'utf8').split('\n')
  const found: string[] = []
  if (lines.length > LONGEST) found.push(`src/${file}: ${lines.length} lines, more than ${LONGEST}`)
  if (FORBIDDEN_NAME.test(basename(file))) found.push(`src/${file}: a name that says nothing`)
  for (const [index, line] of lines.entries()) {
    for (const [, target = ''] of line.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)) {
      const other = relative(SOURCE, resolve(SOURCE, dirname(file), target)).split('/')[0] ?? ''
      const otherRank = ranks[other]
      if (other === room || other === '..') continue
      if (otherRank === undefined || otherRank >= rank)
        found.push(`src/${file}:${index + 1} imports ${other} (rank ${otherRank}) from ${room} (rank ${rank})`)
    }
  }
  return found
}

import { appendFileSync, mkdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { systemCode } from '../../host/local/files.ts'
import { maskText } from '../../rewrite/mask-text.ts'
import { Outcome } from './outcome.ts'

/** Where what repairs came to is kept, for this user. */
export const outcomesPath = (environment: NodeJS.ProcessEnv = process.env): string =>
  join(environment['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'frappe-migrator', 'outcomes.jsonl')

const LONGEST = 300
const short = (text: string): string => maskText(text).replaceAll(/\s+/g, ' ').slice(0, LONGEST)

/** Adds a line. A line break is written before it: what a killed writer left of a line before is then a line of its own. */
export function appendOutcome(outcome: Outcome, path: string = outcomesPath()): void {
  const line = JSON.stringify({ ...outcome, seen: short(outcome.seen), done: short(outcome.done) })
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  appendFileSync(path, `\n${line}\n`, { mode: 0o600 })
}

/** All that can be read, oldest first; lines that were torn or are of another kind are counted. */
export function readOutcomes(path: string = outcomesPath()): { outcomes: Outcome[]; unreadable: number } {
  const lines = textOf(path)
    .split('\n')
    .filter((line) => line.trim() !== '')
  const outcomes = lines.flatMap((line) => Outcome.safeParse(parsed(line)).data ?? [])
  return { outcomes, unreadable: lines.length - outcomes.length }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    // Nothing was seen yet, or it may not be read: repairs go on by what is expected of them.
    if (systemCode(error) !== undefined) return ''
    throw error
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

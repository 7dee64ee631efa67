import { createHash } from 'node:crypto'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { JournalLine } from './journal.ts'
import type { Plan } from './plan.ts'
import type { RunHome } from './run-home.ts'

interface AuditLine {
  time: string
  run: string
  sequence: number
  step: string
  what: string
  outcome: string
  previous: string
  hash: string
}

export const auditPath = (home: RunHome): string => join(home.path, 'audit.jsonl')

const hashOf = (line: Omit<AuditLine, 'hash'>): string =>
  createHash('sha256').update(JSON.stringify(line)).digest('hex')

interface ReadLine {
  text: string
  /** null when the line cannot be read: somebody wrote into the log, or the disk lost it. */
  line: AuditLine | null
}

const Line = z.object({
  time: z.string(),
  run: z.string(),
  sequence: z.number(),
  step: z.string(),
  what: z.string(),
  outcome: z.string(),
  previous: z.string(),
  hash: z.string(),
})

async function readLines(path: string): Promise<ReadLine[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ text: line, line: parseLine(line) }))
}

function parseLine(text: string): AuditLine | null {
  try {
    return Line.parse(JSON.parse(text))
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError) return null
    throw error
  }
}

/** What the next line names as the one before it; after a line that cannot be read a new chain begins, which names the break. */
const linkTo = ({ text, line }: ReadLine): string =>
  line?.hash ?? `broken:${createHash('sha256').update(text).digest('hex')}`

function outcomeOf(line: JournalLine): { step: string; outcome: string } | null {
  if (line.type === 'done') return { step: line.step, outcome: 'done' }
  if (line.type === 'reverted') return { step: line.step, outcome: line.kept.length ? 'reverted-in-part' : 'reverted' }
  if (line.type === 'failure') return { step: line.step ?? line.phase, outcome: `failed: ${line.code}` }
  if (line.type === 'state') return { step: 'run', outcome: line.state }
  return null
}

/**
 * Brings the home's audit log up to the run's journal: one line per change and outcome, each with the hash of the one before.
 * Derived, so a kill loses nothing: the next call adds what is missing.
 */
export async function syncAudit(home: RunHome, runId: string, plan: Plan, lines: JournalLine[]): Promise<void> {
  const path = auditPath(home)
  const present = await readLines(path)
  const last = present.findLast(({ line }) => line?.run === runId)?.line?.sequence ?? 0
  const describe = new Map(plan.steps.map((step) => [step.id, step.describe]))
  const before = present.at(-1)
  let previous = before === undefined ? '' : linkTo(before)
  let added = ''
  for (const line of lines) {
    const outcome = line.sequence > last ? outcomeOf(line) : null
    if (!outcome) continue
    const what = describe.get(outcome.step) ?? plan.command
    const entry = {
      time: line.time,
      run: runId,
      sequence: line.sequence,
      step: outcome.step,
      what,
      outcome: outcome.outcome,
      previous,
    }
    const hash = hashOf(entry)
    added += `${JSON.stringify({ ...entry, hash })}\n`
    previous = hash
  }
  if (added === '') return
  const handle = await open(path, 'a+', 0o600)
  try {
    const whole = (await readFile(path, 'utf8')).lastIndexOf('\n') + 1
    const { size } = await handle.stat()
    if (whole < size) await handle.truncate(Buffer.byteLength((await readFile(path, 'utf8')).slice(0, whole)))
    await handle.appendFile(added)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Number of the first line that cannot be read or whose hash does not hold, or null when the chain is whole. */
export async function brokenAuditLine(home: RunHome): Promise<number | null> {
  let previous = ''
  for (const [index, read] of (await readLines(auditPath(home))).entries()) {
    if (read.line === null) return index + 1
    const { hash, ...rest } = read.line
    if (rest.previous !== previous || hashOf(rest) !== hash) return index + 1
    previous = hash
  }
  return null
}

import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { maskText } from '../../rewrite/mask-text.ts'
import { Cause } from '../knowledge/cause.ts'
import { lintCause } from '../knowledge/lint-cause.ts'
import { ownDirectory } from '../knowledge/load.ts'
import { readOwn } from '../knowledge/read-own.ts'
import { yamlFiles } from '../knowledge/yaml-files.ts'
import { Outcome } from './outcome.ts'
import { appendOutcome, readOutcomes } from './outcome-file.ts'

/** What somebody shares: entries of their own and what repairs came to, to be read before it is taken. */
const Shared = z.strictObject({
  format: z.literal('frappe-migrator-knowledge-1'),
  /** Checked one by one, so that one that is wrong does not cost the others. */
  causes: z.array(z.unknown()).max(1000),
  outcomes: z.array(z.unknown()).max(100_000),
})

/** What a shared file holds, checked as strictly as what is shipped. */
export interface Offered {
  causes: Cause[]
  /** Those of `causes` that would take the place of an entry of this user's own. */
  replaced: string[]
  /** Only those that are not known yet. */
  outcomes: Outcome[]
  problems: string[]
}

/** Addresses, names of users and sites that stood in an evidence: a shared file tells of the fault, not of the machine. */
const anonymous = (text: string): string =>
  maskText(text)
    .replaceAll(/\b(?:\d{1,3}\.){3}\d{1,3}\b/g, '<address>')
    .replaceAll(/(?<![\w<>])\/[^\s:;,'"]+/g, '<path>')
    .replaceAll(/\b(?:[a-z0-9-]+\.)+[a-z]{2,}\b/gi, '<name>')

/** The user's own entries and outcomes as one YAML text that can be reviewed. Entries that are not valid are named. */
export function exportKnowledge(
  own: string = ownDirectory(),
  outcomesFile?: string,
): { text: string; causes: number; outcomes: number; left: string[] } {
  const read = existsSync(own) ? yamlFiles(own).map((file) => ({ file, entry: readOwn(join(own, file)) })) : []
  const causes = read.flatMap(({ entry }) => ('cause' in entry ? [entry.cause] : []))
  const left = read.flatMap(({ file, entry }) => ('cause' in entry ? [] : [`${file}: ${entry.problems[0]}`]))
  const { outcomes } = readOutcomes(outcomesFile)
  const shared = outcomes.map((one) => ({ ...one, seen: anonymous(one.seen), done: anonymous(one.done) }))
  const text = stringify({ format: 'frappe-migrator-knowledge-1', causes, outcomes: shared }, { lineWidth: 0 })
  return { text, causes: causes.length, outcomes: shared.length, left }
}

/** Reads a shared file (YAML, or JSON, which is YAML too). Takes nothing yet. */
export function readShared(text: string, own: string = ownDirectory(), outcomesFile?: string): Offered {
  const refused = (problem: string): Offered => ({ causes: [], replaced: [], outcomes: [], problems: [problem] })
  let content: unknown
  try {
    content = parse(text, { maxAliasCount: 20 })
  } catch (error) {
    return refused(
      `it is not readable as YAML or JSON: ${error instanceof Error ? error.message.split('\n')[0] : error}`,
    )
  }
  const checked = Shared.safeParse(content)
  if (!checked.success) return refused(`it is no exported knowledge: ${checked.error.issues[0]?.message}`)
  const problems: string[] = []
  const causes = checked.data.causes.flatMap((one, index): Cause[] => {
    const cause = Cause.safeParse(one)
    if (!cause.success) {
      problems.push(`cause ${index + 1}: ${cause.error.issues[0]?.path.join('.')}: ${cause.error.issues[0]?.message}`)
      return []
    }
    const found = lintCause(cause.data, `${cause.data.id}.yaml`)
    problems.push(...found.map((problem) => `${cause.data.id}: ${problem}`))
    return found.length === 0 ? [cause.data] : []
  })
  const known = new Set(readOutcomes(outcomesFile).outcomes.map(fingerprint))
  const outcomes = checked.data.outcomes.flatMap((one, index): Outcome[] => {
    const outcome = Outcome.safeParse(one)
    if (!outcome.success) problems.push(`outcome ${index + 1} is not whole`)
    return outcome.success && !known.has(fingerprint(outcome.data)) ? [outcome.data] : []
  })
  const replaced = causes.filter(({ id }) => existsSync(join(own, `${id}.yaml`))).map(({ id }) => id)
  return { causes, replaced, outcomes, problems }
}

const fingerprint = ({ time, repair, remedy, passed }: Outcome): string => `${time} ${repair} ${remedy} ${passed}`

/** Writes what was offered into the user's own folder and outcomes. */
export function takeShared({ causes, outcomes }: Offered, own: string = ownDirectory(), outcomesFile?: string): void {
  if (causes.length > 0) mkdirSync(own, { recursive: true, mode: 0o700 })
  // The id is checked by its schema: it cannot lead out of the folder.
  for (const cause of causes) writeFileSync(join(own, basename(`${cause.id}.yaml`)), stringify(cause, { lineWidth: 0 }))
  for (const outcome of outcomes) appendOutcome(outcome, outcomesFile)
}

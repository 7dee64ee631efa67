import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { MigratorError } from '../../host/errors.ts'
import type { Cause } from '../knowledge/cause.ts'
import { readCases } from '../knowledge/read-cause.ts'
import { yamlFiles } from '../knowledge/yaml-files.ts'
import { Label } from '../labels.ts'

/** A report whose label is known. */
export interface LabelledReport {
  label: Label
  text: string
  /** Where it comes from: reports of people, or written by us. */
  from: 'people' | 'us'
  /** Of a case: the cause it is told of. */
  cause: string | null
  /** For people's reports: what stood around the text, and what was found to be the cause. */
  context: string
  settledOn?: string
  /** Part of the cross-validation: 0 … 4. */
  fold: number
}

const Line = z.object({
  id: z.string(),
  label: Label,
  symptom: z.string(),
  context: z.string().default(''),
  cause: z.string().default(''),
})

export const FOLDS = 5
/** A quarter is never trained on nor looked at: by the hash of its name, so that nobody chooses. */
const ASIDE = 4

const firstByte = (of: string): number => createHash('sha256').update(of).digest()[0] ?? 0

/** Whether a report belongs to the quarter put aside. */
export const isHeldOut = (id: string): boolean => firstByte(id) % ASIDE === 0

/**
 * People's reports, either those to learn from or those put aside.
 * @throws MigratorError `corpus-missing` where the file is not there
 */
export function peoplesReports(path: string, part: 'development' | 'held-out'): LabelledReport[] {
  if (!existsSync(path)) {
    throw new MigratorError({
      code: 'corpus-missing',
      kind: 'usage',
      message: 'The reports to learn from are not there.',
      evidence: path,
      hint: 'They are not part of the repository: put them beside it, or give their place with --reports.',
    })
  }
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => Line.parse(JSON.parse(line)))
    .filter(({ id }) => isHeldOut(id) === (part === 'held-out'))
    .map(({ id, label, symptom, context, cause }) => ({
      label,
      text: symptom,
      from: 'people' as const,
      cause: null,
      context,
      settledOn: cause,
      fold: firstByte(`fold ${id}`) % FOLDS,
    }))
}

/** What people's reports were settled on is worth learning, too: the words of a cause. In the same part as the report. */
export const explanationsOf = (reports: readonly LabelledReport[]): LabelledReport[] =>
  reports
    .filter(({ settledOn }) => settledOn !== undefined && settledOn !== '')
    .map((report) => ({ ...report, text: `${report.context}\n${report.settledOn}`, from: 'us', context: '' }))

/** Reports written for training: `<label>.txt`, one after another, a line with `%` between them. */
export function writtenExamples(directory: string): LabelledReport[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith('.txt'))
    .sort()
    .flatMap((file) => {
      const label = Label.parse(basename(file, '.txt'))
      const texts = readFileSync(join(directory, file), 'utf8').split(/^%$/m)
      return texts
        .map((text) => text.trim())
        .filter((text) => text !== '')
        .map((text) => ours(label, text, null))
    })
}

/** The cases of the knowledge base. */
export function casesOf(directory: string, causes: readonly Cause[]): LabelledReport[] {
  const byId = new Map(causes.map((cause) => [cause.id, cause]))
  return yamlFiles(directory).flatMap((file) => {
    const read = readCases(join(directory, file))
    if ('problems' in read) return []
    const cause = byId.get(read.cases.cause)
    return cause === undefined ? [] : read.cases.cases.map(({ report }) => ours(cause.label, report, cause.id))
  })
}

const ours = (label: Label, text: string, cause: string | null): LabelledReport => ({
  label,
  text,
  from: 'us',
  cause,
  context: '',
  fold: firstByte(`fold ${text}`) % FOLDS,
})

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { LabelledReport } from './corpus.ts'

const ENGINE = resolve(import.meta.dirname, '..', '..', '..')

/** Where the reports written for training, and the cases of the knowledge base, lie. */
export const EXAMPLES = join(ENGINE, 'training')
/** Of these the ones that no rule was written after, long and noisy as people's: by them the voices are weighed. */
export const UNSEEN_EXAMPLES = join(EXAMPLES, 'unseen')
export const CASES = join(ENGINE, 'knowledge', 'cases')
/** People's reports are not part of the repository: they lie beside it. */
export const REPORTS = resolve(ENGINE, '..', '..', 'shared', 'data', 'error-reports.jsonl')

const digest = (of: string): string => createHash('sha256').update(of).digest('hex').slice(0, 16)

const ofFolder = (directory: string, ending: string): string =>
  digest(
    readdirSync(directory)
      .filter((file) => file.endsWith(ending))
      .sort()
      .map((file) => `${file}\n${readFileSync(join(directory, file), 'utf8')}`)
      .join('\n'),
  )

/** Digests of what lies in the repository and the weights depend on: weights of other ones do not fit the code. */
export const digestsOfRepository = (): Record<string, string> => ({
  examples: ofFolder(EXAMPLES, '.txt'),
  unseen: ofFolder(UNSEEN_EXAMPLES, '.txt'),
  cases: ofFolder(CASES, '.yaml'),
  features: digest(
    ['concepts.ts', 'features.ts', 'frame-parts.ts', 'import-kind.ts', 'report-shape.ts', 'tokens.ts']
      .map((file) => readFileSync(join(ENGINE, 'src/diagnosis/rank', file), 'utf8'))
      .join('\n'),
  ),
})

/** Digest of people's reports as they were learnt from. */
export const digestOfReports = (reports: readonly LabelledReport[]): string =>
  digest(reports.map(({ label, text, context }) => JSON.stringify([label, text, context])).join('\n'))

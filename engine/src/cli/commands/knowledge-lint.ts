import { existsSync } from 'node:fs'
import { lintKnowledge } from '../../diagnosis/knowledge/lint.ts'
import { shippedDirectory } from '../../diagnosis/knowledge/shipped.ts'
import { MigratorError } from '../../host/errors.ts'
import { printJson } from '../print-json.ts'

/** Checks entries and their cases. Exit 2 when something is wrong. */
export async function knowledgeLint(given: string | undefined, options: { json?: boolean }): Promise<number> {
  const directory = entriesDirectory(given)
  const { causes, cases, problems } = lintKnowledge(directory)
  if (options.json) printJson({ directory, causes: causes.length, cases: cases.length, problems })
  else {
    for (const { file, problem } of problems) process.stdout.write(`${file}: ${problem}\n`)
    process.stdout.write(`${causes.length} causes are valid, ${problems.length} problems\n`)
  }
  return problems.length > 0 ? 2 : 0
}

/**
 * The folder whose entries are meant.
 * @throws MigratorError `no-knowledge` when there is no such folder
 */
export function entriesDirectory(given: string | undefined): string {
  const directory = given ?? shippedDirectory()
  if (existsSync(directory)) return directory
  throw new MigratorError({
    code: 'no-knowledge',
    kind: 'usage',
    message: `There is no folder ${directory}`,
    untouched: 'Nothing was changed.',
    hint: 'Name the folder that holds your entries.',
  })
}

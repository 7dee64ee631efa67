import { basename, join } from 'node:path'
import { analysisChecks } from '../../checks/analysis/registry.ts'
import { surveyFindings } from '../../checks/analysis/survey-areas.ts'
import type { Cause, CauseCases } from './cause.ts'
import { lintCause } from './lint-cause.ts'
import { readCases, readCause } from './read-cause.ts'
import { yamlFiles } from './yaml-files.ts'

export interface Problem {
  file: string
  problem: string
}

/** A folder of entries, read and checked. What has a problem is left out of `causes` and `cases`. */
export interface LintedKnowledge {
  causes: Cause[]
  cases: CauseCases[]
  problems: Problem[]
}

/** Reads and checks a folder of entries with its `cases/`. */
export function lintKnowledge(directory: string): LintedKnowledge {
  const problems: Problem[] = []
  const causes: Cause[] = []
  const cases: CauseCases[] = []
  const told = (file: string, found: readonly string[]): void => {
    for (const problem of found) problems.push({ file, problem })
  }
  const files = yamlFiles(directory)
  const ids = new Map<string, string>()
  for (const file of files) {
    const read = readCause(join(directory, file))
    if ('problems' in read) {
      told(file, read.problems)
      continue
    }
    const earlier = ids.get(read.cause.id)
    const found = [
      ...lintCause(read.cause, file),
      ...unknownFindings(read.cause),
      ...(earlier === undefined ? [] : [`the id is ${earlier}'s, too`]),
    ]
    told(file, found)
    ids.set(read.cause.id, file)
    if (found.length === 0) causes.push(read.cause)
  }
  for (const name of yamlFiles(join(directory, 'cases'))) {
    const file = `cases/${name}`
    const read = readCases(join(directory, file))
    const found =
      'problems' in read
        ? read.problems
        : [
            ...(`${read.cases.cause}.yaml` === name ? [] : [`the file's name is not its cause: ${read.cases.cause}`]),
            ...(files.includes(`${read.cases.cause}.yaml`) ? [] : [`there is no cause ${read.cases.cause}`]),
          ]
    told(file, found)
    if ('cases' in read && found.length === 0) cases.push(read.cases)
  }
  const tried = new Set(yamlFiles(join(directory, 'cases')).map((name) => basename(name)))
  for (const file of files) if (!tried.has(file)) told(file, [`no case tries it: write cases/${file}`])
  return { causes, cases, problems }
}

/** Ids that no look at a bench can give (docs/findings.md lists those it can). */
function unknownFindings({ confirmed_by }: Cause): string[] {
  const known = new Set([...Object.keys(surveyFindings), ...analysisChecks.flatMap(({ finds }) => Object.keys(finds))])
  return confirmed_by.filter((id) => !known.has(id)).map((id) => `confirmed_by: analyze-site has no finding ${id}`)
}

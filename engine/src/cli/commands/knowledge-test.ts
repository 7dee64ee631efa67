import { type LintedKnowledge, lintKnowledge } from '../../diagnosis/knowledge/lint.ts'
import { shippedDirectory } from '../../diagnosis/knowledge/shipped.ts'
import { type TriedCase, tryCases } from '../../diagnosis/knowledge/try-cases.ts'
import { matcherOf } from '../../diagnosis/match/match-causes.ts'
import { printJson } from '../print-json.ts'
import { entriesDirectory } from './knowledge-lint.ts'

/** Diagnoses every case by the rules alone, among the shipped entries too. Exit 2 when a case is not named. */
export async function knowledgeTest(
  given: string | undefined,
  options: { json?: boolean; only?: string },
): Promise<number> {
  const directory = entriesDirectory(given)
  const { causes, cases, problems } = lintKnowledge(directory)
  const matcher = matcherOf(withShipped(causes, directory))
  const tried = tryCases(
    matcher,
    cases.filter((one) => options.only === undefined || one.cause === options.only),
  )
  const failed = tried.filter((one) => one.outcome === 'failed')
  if (options.json) printJson({ directory, problems, cases: tried })
  else print(tried, problems)
  return failed.length + problems.length > 0 ? 2 : 0
}

/** Somebody's own entries stand beside the shipped ones when a report is diagnosed. */
function withShipped(own: LintedKnowledge['causes'], directory: string): LintedKnowledge['causes'] {
  const shipped = shippedDirectory()
  if (directory === shipped) return own
  const ids = new Set(own.map((cause) => cause.id))
  return [...own, ...lintKnowledge(shipped).causes.filter((cause) => !ids.has(cause.id))]
}

function print(tried: readonly TriedCase[], problems: LintedKnowledge['problems']): void {
  const lines = [
    ...problems.map(({ file, problem }) => `left out  ${file}: ${problem}`),
    ...tried.filter(({ outcome }) => outcome === 'failed' || outcome === 'weak').map(line),
  ]
  const count = (outcome: TriedCase['outcome']): number => tried.filter((one) => one.outcome === outcome).length
  lines.push(
    `${tried.length} cases: ${count('first')} first, ${count('named')} first of their label, ${count('weak')} weak, ${count('failed')} failed`,
  )
  process.stdout.write(`${lines.join('\n')}\n`)
}

function line({ cause, number, outcome, ranked }: TriedCase): string {
  const shown = ranked.map(({ id, label, score }) => `${id} (${label}) ${score}`).join(', ')
  return `${outcome.padEnd(8)}  ${cause} #${number}: ${shown || 'nothing matched'}`
}

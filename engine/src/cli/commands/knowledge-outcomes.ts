import { likelihood } from '../../diagnosis/outcomes/outcome.ts'
import { outcomesPath, readOutcomes } from '../../diagnosis/outcomes/outcome-file.ts'
import { shown } from '../../report/shown.ts'
import { repairs } from '../../workflows/fix-config/registry.ts'
import { printJson } from '../print-json.ts'

/** What repairs came to on this machine, and what is expected of each remedy from then on. */
export function knowledgeOutcomes(options: { json?: boolean }): number {
  const { outcomes, unreadable } = readOutcomes()
  const remedies = repairs.flatMap(({ id: repair, cause, remedies: all }) =>
    all.flatMap(({ id: remedy, describe, risk, prior }) => {
      const seen = outcomes.filter((one) => one.repair === repair && one.remedy === remedy)
      if (seen.length === 0) return []
      const { mean, worked, failed } = likelihood(prior, seen)
      return [
        { repair, remedy, cause, describe, risk, prior, worked, failed, likelihood: Math.round(mean * 1000) / 1000 },
      ]
    }),
  )
  if (options.json) {
    printJson({ file: outcomesPath(), outcomes: outcomes.length, unreadable, remedies })
    return 0
  }
  const lines = remedies.map(
    ({ repair, remedy, describe, worked, failed, likelihood: likely }) =>
      `  ${repair}/${remedy}: worked ${worked}, failed ${failed}; likely to work: ${Math.round(likely * 100)} %  (${describe})`,
  )
  const torn = unreadable > 0 ? [`${unreadable} lines could not be read and were passed over.`] : []
  const head =
    outcomes.length === 0
      ? 'No repair was made on this machine yet.'
      : `${outcomes.length} repairs, from ${outcomesPath()}`
  process.stdout.write(`${[head, ...lines, ...torn].map((line) => shown(line)).join('\n')}\n`)
  return 0
}

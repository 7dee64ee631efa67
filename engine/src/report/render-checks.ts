import type { CheckResult } from '../checks/check.ts'
import { maskText } from './mask.ts'
import { marks } from './progress.ts'
import type { Style } from './style.ts'

/** A table of evidence with a verdict. */
export function renderChecks(results: CheckResult[], style: Style): string {
  const mark = marks(style)
  const width = Math.max(...results.map((result) => result.title.length), 0)
  const lines = results.flatMap((result) => [
    `${mark[result.status]} ${result.title.padEnd(width)}  ${maskText(result.evidence)}`,
    ...(result.remedy && result.status !== 'passed' ? [`     ${style.dim('→')} ${maskText(result.remedy)}`] : []),
  ])
  const failed = results.filter((result) => result.status === 'failed').length
  const warned = results.filter((result) => result.status === 'warning').length
  const verdict = failed
    ? style.bad(`Verdict: ${failed} of ${results.length} failed.`)
    : style.good(`Verdict: passed${warned ? `, ${warned} to look at` : ''}.`)
  return [...lines, '', verdict].join('\n')
}

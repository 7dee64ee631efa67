import type { CheckResult } from '../checks/check.ts'
import { shown } from './shown.ts'
import { marks, type Style } from './style.ts'

/** A table of evidence with a verdict. */
export function renderChecks(results: CheckResult[], style: Style): string {
  const mark = marks(style)
  const width = Math.max(...results.map((result) => result.title.length), 0)
  const lines = results.flatMap((result) => [
    `${mark[result.status]} ${result.title.padEnd(width)}  ${shown(result.evidence)}`,
    ...(result.remedy && result.status !== 'passed' ? [`     ${style.dim('→')} ${shown(result.remedy)}`] : []),
  ])
  const asked = results.filter((result) => result.status !== 'not-applicable').length
  const failed = results.filter((result) => result.status === 'failed').length
  const warned = results.filter((result) => result.status === 'warning').length
  const verdict = failed
    ? style.bad(`Verdict: ${failed} of ${asked} failed.`)
    : warned
      ? style.warn(`Verdict: passed, ${warned} of ${asked} to look at.`)
      : style.good(`Verdict: passed, ${asked} of ${asked}.`)
  return [...lines, '', verdict].join('\n')
}

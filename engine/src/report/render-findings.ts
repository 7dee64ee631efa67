import type { Finding } from '../bench/finding.ts'
import { shown } from './shown.ts'
import type { Style } from './style.ts'

const order: Record<Finding['severity'], number> = { critical: 0, warning: 1, information: 2 }

/** Findings, worst first: what, where it was seen, what to do. */
export function findingLines(findings: Finding[], style: Style): string[] {
  const paint = { critical: style.bad, warning: style.warn, information: style.dim }
  return [...findings]
    .sort((one, other) => order[one.severity] - order[other.severity])
    .flatMap(({ severity, title, evidence, cause, remedies, predicted }) => [
      `  ${paint[severity](severity.padEnd(11))} ${shown(title)}`,
      ...(evidence === '' ? [] : [`      ${style.dim(`seen: ${shown(evidence)}`)}`]),
      ...(predicted === undefined ? [] : [`      predicted from: ${shown(predicted.basis)}`]),
      ...(cause === undefined ? [] : [`      because: ${shown(cause)}`]),
      ...remedies.map((remedy) => `      → ${shown(remedy)}`),
    ])
}

/** Lines of the short list, the rest stands in the details. */
const MOST = 12

/** What needs attention, one line each with what to do first: read in ten seconds. */
export function attentionLines(findings: Finding[], style: Style): string[] {
  const pressing = findings.filter(({ severity }) => severity !== 'information')
  const sorted = [...pressing].sort((one, other) => order[one.severity] - order[other.severity])
  const paint = { critical: style.bad, warning: style.warn, information: style.dim }
  const lines = sorted.slice(0, MOST).map(({ severity, title, remedies, predicted }) => {
    const mark = paint[severity](predicted === undefined ? severity.padEnd(9) : 'predicted')
    const [first = ''] = remedies
    return `  ${mark} ${shown(title)}${first === '' ? '' : style.dim(`  → ${shown(first)}`)}`
  })
  return sorted.length > MOST ? [...lines, `  and ${sorted.length - MOST} more, below`] : lines
}

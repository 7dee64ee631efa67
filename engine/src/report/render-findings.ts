import type { Finding } from '../bench/finding.ts'
import { shown } from './shown.ts'
import type { Style } from './style.ts'

const order: Record<Finding['severity'], number> = { critical: 0, warning: 1, information: 2 }

/** Findings, worst first: what, where it was seen, what to do. */
export function findingLines(findings: Finding[], style: Style): string[] {
  const paint = { critical: style.bad, warning: style.warn, information: style.dim }
  return [...findings]
    .sort((one, other) => order[one.severity] - order[other.severity])
    .flatMap(({ severity, title, evidence, cause, remedies }) => [
      `  ${paint[severity](severity.padEnd(11))} ${shown(title)}`,
      ...(evidence === '' ? [] : [`      ${style.dim(`seen: ${shown(evidence)}`)}`]),
      ...(cause === undefined ? [] : [`      because: ${shown(cause)}`]),
      ...remedies.map((remedy) => `      → ${shown(remedy)}`),
    ])
}

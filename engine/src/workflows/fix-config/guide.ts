import type { Finding } from '../../bench/finding.ts'
import { fillStep, type Values } from '../../diagnosis/fill-steps.ts'
import type { Cause, Step } from '../../diagnosis/knowledge/cause.ts'
import type { Repair } from './repair.ts'

/** What somebody does by hand, step by step, with what each command should print. */
export interface Guide {
  cause: string | null
  explanation: string | null
  steps: Step[]
  validation: Step[]
}

/** The entry of the knowledge base that tells of this fault: the repair's, else one that the finding proves. */
export const causeOf = (finding: Finding, repair: Repair | null, causes: readonly Cause[]): Cause | undefined =>
  causes.find(({ id }) => id === (repair?.cause ?? finding.knowledge)) ??
  causes.find(({ confirmed_by }) => confirmed_by.includes(finding.id))

/** What the check itself says about this very case comes first; the knowledge base tells the rest. Pure. */
export function guideFor(finding: Finding, repair: Repair | null, causes: readonly Cause[], values: Values): Guide {
  const cause = causeOf(finding, repair, causes)
  const own = finding.remedies.map((say): Step => ({ say }))
  if (cause === undefined) return { cause: null, explanation: finding.cause ?? null, steps: own, validation: [] }
  return {
    cause: cause.id,
    explanation: finding.cause ?? cause.explanation,
    steps: [...own, ...cause.solution_steps.map((step) => fillStep(step, values))],
    validation: cause.validation.map((step) => fillStep(step, values)),
  }
}

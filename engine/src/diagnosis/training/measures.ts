import type { Label } from '../labels.ts'

/** What was answered on a report: labels, best first, and how sure the first was. */
export interface Answer {
  label: Label
  ranking: readonly Label[]
  confidence: number
}

export interface Measures {
  reports: number
  top1: number
  top3: number
  outOfScope: { precision: number; recall: number }
  /** Expected calibration error over ten equal steps of confidence. */
  calibrationError: number
}

const STEPS = 10

export function measure(answers: readonly Answer[]): Measures {
  const share = (good: (answer: Answer) => boolean, of: readonly Answer[] = answers): number =>
    of.length === 0 ? 0 : of.filter(good).length / of.length
  const isOutside = (label: Label | undefined): boolean => label === 'out_of_scope'
  return {
    reports: answers.length,
    top1: share(isRight),
    top3: share(({ label, ranking }) => ranking.slice(0, 3).includes(label)),
    outOfScope: {
      precision: share(
        ({ label }) => isOutside(label),
        answers.filter(({ ranking }) => isOutside(ranking[0])),
      ),
      recall: share(
        ({ ranking }) => isOutside(ranking[0]),
        answers.filter(({ label }) => isOutside(label)),
      ),
    },
    calibrationError: reliability(answers).reduce(
      (sum, { reports, said, right }) => sum + (reports / answers.length) * Math.abs(said - right),
      0,
    ),
  }
}

const isRight = ({ label, ranking }: Answer): boolean => ranking[0] === label

export interface Reliability {
  from: number
  reports: number
  /** Mean confidence, and share that was right. */
  said: number
  right: number
}

/** How often answers of each step of confidence were right. */
export function reliability(answers: readonly Answer[]): Reliability[] {
  return Array.from({ length: STEPS }, (_, step) => {
    const of = answers.filter(({ confidence }) => Math.min(STEPS - 1, Math.floor(confidence * STEPS)) === step)
    const mean = (value: (answer: Answer) => number): number =>
      of.length === 0 ? 0 : of.reduce((sum, answer) => sum + value(answer), 0) / of.length
    return {
      from: step / STEPS,
      reports: of.length,
      said: mean(({ confidence }) => confidence),
      right: mean((answer) => (isRight(answer) ? 1 : 0)),
    }
  })
}

/** By label: how many reports, how many of them right, and what was said instead. */
export function confusion(
  answers: readonly Answer[],
): { label: Label; reports: number; right: number; instead: [Label, number][] }[] {
  const labels = [...new Set(answers.map(({ label }) => label))].sort()
  return labels.map((label) => {
    const of = answers.filter((answer) => answer.label === label)
    const wrong = new Map<Label, number>()
    for (const answer of of) {
      const said = answer.ranking[0]
      if (said !== undefined && said !== label) wrong.set(said, (wrong.get(said) ?? 0) + 1)
    }
    return {
      label,
      reports: of.length,
      right: of.filter(isRight).length,
      instead: [...wrong].sort(([, left], [, right]) => right - left),
    }
  })
}

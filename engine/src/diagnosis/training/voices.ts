import { type Evidence, labelScores } from '../rank/label-evidence.ts'
import { logSoftmax, type Voices } from '../rank/model.ts'
import { minimize } from './minimize.ts'

/** What was said of a report whose label (by its place) is known. */
export interface Heard {
  evidence: Pick<Evidence, 'linear' | 'rule' | 'lead' | 'likeness'>
  label: number
}

const names = ['linear', 'rule', 'lead', 'likeness'] as const

/** How much each voice should count: a conditional logit, fitted on reports that none of the voices has seen. */
export function fitVoices(
  heard: readonly Heard[],
  start: Voices = { linear: 1, rule: 1, lead: 1, likeness: 1 },
): Voices {
  const solution = minimize(
    (point) => {
      const gradient = new Float64Array(names.length)
      let value = 0
      for (const { evidence, label } of heard) {
        const log = labelScores(evidence, voicesOf(point))
        value -= log[label] ?? 0
        for (const [at, name] of names.entries()) {
          const said = evidence[name]
          const expected = said.reduce((sum, one, other) => sum + Math.exp(log[other] ?? 0) * one, 0)
          gradient[at] = (gradient[at] ?? 0) + expected - (said[label] ?? 0)
        }
      }
      return { value, gradient }
    },
    Float64Array.from(names, (name) => start[name]),
  )
  return voicesOf(solution)
}

/** By how much log probabilities should be stretched (above 1) or flattened (below) to be as sure as they are right. */
export function surenessOf(scores: readonly Float64Array[], labels: readonly number[]): number {
  const [sureness = 1] = minimize(([by = 1]) => {
    let value = 0
    let slope = 0
    for (const [at, score] of scores.entries()) {
      const log = logSoftmax(score.map((one) => one * by))
      const right = labels[at] ?? 0
      value -= log[right] ?? 0
      slope += log.reduce((sum, one, other) => sum + Math.exp(one) * (score[other] ?? 0), 0) - (score[right] ?? 0)
    }
    return { value, gradient: Float64Array.of(slope) }
  }, Float64Array.of(1))
  return sureness
}

const voicesOf = ([linear = 0, rule = 0, lead = 0, likeness = 0]: Float64Array): Voices => ({
  linear,
  rule,
  lead,
  likeness,
})

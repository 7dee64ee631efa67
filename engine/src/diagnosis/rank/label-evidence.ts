import type { Cause } from '../knowledge/cause.ts'
import type { Label } from '../labels.ts'
import type { CauseMatch } from '../match/match-causes.ts'
import type { Report } from '../text/prepare-report.ts'
import { features } from './features.ts'
import { likeness, linearScores, logSoftmax, type Model, type Vector, type Voices, vectorOf } from './model.ts'

/** What speaks for each label, by the label's place in the model, and for each cause. */
export interface Evidence {
  linear: Float64Array
  /** Rule weight of the label's best cause, squeezed to 0…1. */
  rule: Float64Array
  /** For the label whose rule is the strongest: by how much it is, squeezed to 0…1. */
  lead: Float64Array
  /** Likeness to the label's most similar cause. */
  likeness: Float64Array
  /** How many features of the report the model knows. */
  known: number
  /** Likeness of every cause that has a portrait. */
  likenessOf: ReadonlyMap<string, number>
}

/** Rule weight that counts half of the most there can be. */
const HALF = 6

/** Gathers what the voices say. */
export function evidenceFor(
  model: Model,
  report: Report,
  matches: readonly CauseMatch[],
  causes: readonly Cause[],
): Evidence {
  const vector = vectorOf(model, features(report.lines))
  return {
    known: vector.indices.length,
    linear: linearScores(model, vector),
    ...ruleEvidence(model.labels, matches),
    ...likenessTo(model, vector, causes),
  }
}

/** What the rules say of each label. */
export function ruleEvidence(
  labels: readonly Label[],
  matches: readonly CauseMatch[],
): Pick<Evidence, 'rule' | 'lead'> {
  const best = new Float64Array(labels.length)
  for (const { cause, score } of matches) {
    const at = labels.indexOf(cause.label)
    if (at >= 0) best[at] = Math.max(best[at] ?? 0, score)
  }
  const lead = new Float64Array(labels.length)
  const [most = 0, next = 0] = best.toSorted((left, right) => right - left)
  if (most > next) lead[best.indexOf(most)] = squeezed(most - next)
  return { rule: best.map(squeezed), lead }
}

const squeezed = (score: number): number => score / (score + HALF)

/** How like a report is to each cause, and to the most similar one of each label. */
export function likenessTo(
  model: Pick<Model, 'labels' | 'portraits'>,
  vector: Vector,
  causes: readonly Cause[],
): Pick<Evidence, 'likeness' | 'likenessOf'> {
  const byLabel = new Float64Array(model.labels.length)
  const likenessOf = new Map<string, number>()
  for (const cause of causes) {
    const portrait = model.portraits.get(cause.id)
    const at = model.labels.indexOf(cause.label)
    if (portrait === undefined || at < 0) continue
    const like = likeness(vector, portrait)
    likenessOf.set(cause.id, like)
    byLabel[at] = Math.max(byLabel[at] ?? 0, like)
  }
  return { likeness: byLabel, likenessOf }
}

/** Log probabilities of the labels when all voices are heard. */
export function labelScores(
  { linear, rule, lead, likeness: like }: Pick<Evidence, 'linear' | 'rule' | 'lead' | 'likeness'>,
  voices: Voices,
): Float64Array {
  return logSoftmax(
    linear.map(
      (score, at) =>
        voices.linear * score +
        voices.rule * (rule[at] ?? 0) +
        voices.lead * (lead[at] ?? 0) +
        voices.likeness * (like[at] ?? 0),
    ),
  )
}

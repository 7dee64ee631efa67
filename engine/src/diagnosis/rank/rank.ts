import type { Cause } from '../knowledge/cause.ts'
import type { CauseMatch } from '../match/match-causes.ts'
import type { Report } from '../text/prepare-report.ts'
import { type Evidence, evidenceFor, labelScores } from './label-evidence.ts'
import type { Model } from './model.ts'

/** A cause and how sure it is; without a match when no rule of it was met. */
export interface RankedMatch {
  cause: Cause
  match: CauseMatch | null
  /**
   * How often a cause named with this confidence is about the right thing (its label): 0 to 1. Calibrated on reports
   * that were not trained on.
   */
  confidence: number
}

/** Rule weight, and likeness, by which one cause of a label becomes e times likelier than another. */
const LEAD = 3
const LIKENESS_LEAD = 0.12
/** A second cause of a label is told from this share of it on. */
const SECOND = 0.2
/** A text with fewer known words that no rule is met in says nothing. */
const FEWEST_KNOWN = 3
/** Labels that get their best cause named before any gets a second one. */
const LABELS_FIRST = 3

/**
 * Ranks causes: rules, the likeness to each entry and the trained model together say how likely each label is; the
 * rules and the likeness choose the cause within it. The best causes of the three likeliest labels come first, since a
 * second cause of the same label tells a person less; second ones follow.
 */
export function rankMatches(
  model: Model,
  matches: readonly CauseMatch[],
  causes: readonly Cause[],
  report: Report,
): RankedMatch[] {
  const evidence = evidenceFor(model, report, matches, causes)
  if (matches.length === 0 && evidence.known < FEWEST_KNOWN) return []
  const probabilities = labelScores(evidence, model.voices).map(Math.exp)
  const byCause = new Map(matches.map((match) => [match.cause.id, match]))
  const groups = model.labels
    .map((label, at) => ({
      probability: probabilities[at] ?? 0,
      members: shares(
        causes.filter((cause) => cause.label === label),
        byCause,
        evidence,
      ),
    }))
    .filter(({ members }) => members.length > 0)
    .sort((left, right) => right.probability - left.probability)
  const firsts = groups.flatMap(({ probability, members }) =>
    members.slice(0, 1).map((one) => ({ ...one, confidence: probability })),
  )
  const ceiling = firsts[LABELS_FIRST - 1]?.confidence ?? 0
  const seconds = groups.flatMap(({ probability, members }) =>
    members
      .slice(1)
      .filter(({ share }) => share >= SECOND)
      .map((one) => ({ ...one, confidence: Math.min(probability * one.share, ceiling * one.share) })),
  )
  return [...firsts, ...seconds]
    .sort((left, right) => right.confidence - left.confidence)
    .map(({ cause, match, confidence }) => ({ cause, match, confidence }))
}

interface Member {
  cause: Cause
  match: CauseMatch | null
  /** Of its label: they add up to 1. */
  share: number
}

/** How likely each cause is, given that it is one of these. The likeliest first. */
function shares(
  causes: readonly Cause[],
  matches: ReadonlyMap<string, CauseMatch>,
  { likenessOf }: Evidence,
): Member[] {
  const scored = causes.map((cause) => {
    const match = matches.get(cause.id) ?? null
    const score = Math.max(0, match?.score ?? 0) / LEAD + (likenessOf.get(cause.id) ?? 0) / LIKENESS_LEAD
    return { cause, match, share: Math.exp(score) }
  })
  const total = scored.reduce((sum, { share }) => sum + share, 0)
  return scored
    .map((one) => ({ ...one, share: one.share / total }))
    .sort((left, right) => right.share - left.share || (left.cause.id < right.cause.id ? -1 : 1))
}

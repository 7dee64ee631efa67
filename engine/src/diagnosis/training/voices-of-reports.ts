import type { Label } from '../labels.ts'
import { type Matcher, matchCauses } from '../match/match-causes.ts'
import { type Evidence, likenessTo, ruleEvidence } from '../rank/label-evidence.ts'
import type { Vector } from '../rank/model.ts'
import { prepareReport } from '../text/prepare-report.ts'
import { FOLDS } from './corpus.ts'
import { fitLinear, type Linear, type Prepared, type Settings, scoresOf, settings } from './linear.ts'

/**
 * Log probabilities of the linear model for every report, each from a model that has not seen it: by cross-validation
 * in five parts.
 *
 * @param asked the reports to answer, in place of those trained on: the same ones with their context, for instance
 */
export function unseenScores(
  reports: readonly Prepared[],
  labels: readonly Label[],
  asked: readonly Prepared[] = reports,
  of: Settings = settings,
): Float64Array[] {
  const models = Array.from({ length: FOLDS }, (_, fold) =>
    fitLinear(
      reports.filter((report) => report.fold !== fold),
      labels,
      of,
    ),
  )
  return asked.map((report) => scoresOf(models[report.fold] as Linear, report))
}

/** What rules and likeness say. Of reports that entries were written after, they know too much. */
export function otherVoices(
  report: Prepared,
  matcher: Matcher,
  labels: readonly Label[],
  vector: Vector,
  portraits: ReadonlyMap<string, Vector>,
): Omit<Evidence, 'linear' | 'known'> {
  const matches = matchCauses(matcher, prepareReport(report.text))
  return { ...ruleEvidence(labels, matches), ...likenessTo({ labels, portraits }, vector, matcher.causes) }
}

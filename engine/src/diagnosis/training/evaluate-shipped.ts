import { nameCauses, rankCauses } from '../diagnose.ts'
import type { Cause } from '../knowledge/cause.ts'
import { matcherOf } from '../match/match-causes.ts'
import { shippedModel, type Voices } from '../rank/model.ts'
import { prepareReport } from '../text/prepare-report.ts'
import type { LabelledReport } from './corpus.ts'
import { alone, type Row } from './evaluate-folds.ts'
import { withContext } from './linear.ts'
import { type Answer, measure } from './measures.ts'

/** What `diagnose` answers, as it is shipped, on reports that nothing was trained or written after. */
export function answerWithShipped(reports: readonly LabelledReport[], causes: readonly Cause[]): Row[] {
  const matcher = matcherOf(causes)
  const model = shippedModel()
  const answerBy =
    (voices: Voices) =>
    (report: LabelledReport): Answer => {
      const input = { reports: [{ report: prepareReport(report.text), count: 1 }], notes: [] }
      const told = nameCauses(rankCauses({ matcher, model: { ...model, voices } }, input), input, {
        findings: null,
        values: {},
        notes: [],
      }).causes
      return {
        label: report.label,
        ranking: told.map(({ label }) => label),
        confidence: told[0]?.confidence ?? 0,
      }
    }
  return [
    { name: 'symptom', measures: measure(reports.map(answerBy(model.voices))) },
    { name: 'symptom and context', measures: measure(reports.map(withContext).map(answerBy(model.voices))) },
    ...Object.entries(alone).map(([name, voices]) => ({
      name: `symptom: ${name}`,
      measures: measure(reports.map(answerBy(voices))),
    })),
  ]
}

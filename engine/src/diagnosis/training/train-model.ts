import type { Cause } from '../knowledge/cause.ts'
import { type Label, labels } from '../labels.ts'
import { matcherOf } from '../match/match-causes.ts'
import type { StoredModel, Vector } from '../rank/model.ts'
import { vectorOf } from '../rank/model.ts'
import { casesOf, type LabelledReport, writtenExamples } from './corpus.ts'
import { CASES, digestOfReports, digestsOfRepository, EXAMPLES } from './inputs.ts'
import { fitLinear, type Prepared, prepare } from './linear.ts'
import { portraitOf } from './portraits.ts'
import { storeModel } from './store-model.ts'
import type { Vocabulary } from './vocabulary.ts'
import { fitVoices, type Heard } from './voices.ts'
import { otherVoices, unseenScores } from './voices-of-reports.ts'

/** Everything that is learnt from. */
export interface Corpus {
  people: Prepared[]
  examples: Prepared[]
  cases: Prepared[]
  causes: readonly Cause[]
}

export const corpusOf = (people: readonly LabelledReport[], causes: readonly Cause[]): Corpus => ({
  people: people.map(prepare),
  examples: writtenExamples(EXAMPLES).map(prepare),
  cases: casesOf(CASES, causes).map(prepare),
  causes,
})

/** What each cause looks like, as numbers. */
export function portraitsOf({ causes, cases }: Corpus, vocabulary: Vocabulary): Map<string, Vector> {
  return new Map(
    causes.map((cause) => {
      const own = cases.filter((one) => one.cause === cause.id)
      return [cause.id, vectorOf(vocabulary, portraitOf(cause, own))]
    }),
  )
}

/** What all voices say of reports, the linear model without having seen them. */
export function hear(
  asked: readonly Prepared[],
  corpus: Corpus,
  vocabulary: Vocabulary,
  of: readonly Label[] = labels,
): Heard[] {
  const portraits = portraitsOf(corpus, vocabulary)
  const matcher = matcherOf(corpus.causes)
  const linear = unseenScores([...corpus.people, ...corpus.examples, ...corpus.cases], of, asked)
  return asked.map((report, at) => ({
    evidence: {
      linear: linear[at] ?? new Float64Array(of.length),
      ...otherVoices(report, matcher, of, vectorOf(vocabulary, report.features), portraits),
    },
    label: of.indexOf(report.label),
  }))
}

/**
 * Trains all that is trained. The voices are weighted by the written examples: entries were written after reading
 * people's reports, so rules look better on those than they are; the examples they have not seen.
 */
export function trainModel(corpus: Corpus): StoredModel {
  const linear = fitLinear([...corpus.people, ...corpus.examples, ...corpus.cases], labels)
  const voices = fitVoices(hear(corpus.examples, corpus, linear))
  const inputs = { ...digestsOfRepository(), reports: digestOfReports(corpus.people) }
  return storeModel(labels, linear, portraitsOf(corpus, linear), voices, inputs)
}

import type { Label } from '../labels.ts'
import { type Features, features } from '../rank/features.ts'
import { vectorOf } from '../rank/model.ts'
import { prepareReport } from '../text/prepare-report.ts'
import type { LabelledReport } from './corpus.ts'
import { type Fitted, fit, predict } from './logistic.ts'
import { type Vocabulary, vocabularyOf } from './vocabulary.ts'

/** A labelled report with its features, which are the same whatever is trained. */
export interface Prepared extends LabelledReport {
  features: Features
}

export const prepare = (report: LabelledReport): Prepared => ({
  ...report,
  features: features(prepareReport(report.text).lines),
})

/** What a person would paste who tells the circumstances, too. */
export const withContext = (report: LabelledReport): LabelledReport => ({
  ...report,
  text: report.context === '' ? report.text : `${report.text}\n\n${report.context}`,
})

export interface Linear extends Vocabulary {
  fitted: Fitted
}

export interface Settings {
  /** L2 penalty. */
  penalty: number
  /** How much a report of ours counts against one of people's, when their labels are as frequent. */
  ours: number
}

/** Chosen by cross-validation on the development part. */
export const settings: Settings = { penalty: 0.006, ours: 2 }

/** A report of ours of a label that we wrote little about counts at most so many times. */
const MOST_WEIGHT = 3
/** Added to each label's count among people's reports: rare ones are not impossible. */
const SMOOTHING = 2

/** Fits the linear model. Reports of ours are weighted so that labels are as frequent as among people's. */
export function fitLinear(reports: readonly Prepared[], labels: readonly Label[], of: Settings = settings): Linear {
  const vocabulary = vocabularyOf(reports.map((report) => report.features))
  const weight = weights(reports, labels, of.ours)
  const examples = reports.map((report) => ({
    vector: vectorOf(vocabulary, report.features),
    label: labels.indexOf(report.label),
    weight: report.from === 'people' ? 1 : weight(report.label),
  }))
  return { ...vocabulary, fitted: fit(examples, vocabulary.vocabulary.size, labels.length, of.penalty) }
}

/** Log probabilities of the labels. */
export const scoresOf = (linear: Linear, report: Prepared): Float64Array =>
  predict(linear.fitted, vectorOf(linear, report.features))

function weights(reports: readonly LabelledReport[], labels: readonly Label[], ours: number): (label: Label) => number {
  const count = (from: LabelledReport['from'], label: Label): number =>
    reports.filter((report) => report.from === from && report.label === label).length
  const total = (from: LabelledReport['from']): number => reports.filter((report) => report.from === from).length
  const byLabel = new Map(
    labels.map((label) => {
      const wanted = (count('people', label) + SMOOTHING) / (total('people') + SMOOTHING * labels.length)
      const share = count('us', label) / Math.max(1, total('us'))
      return [label, ours * Math.min(MOST_WEIGHT, share === 0 ? 0 : wanted / share)]
    }),
  )
  return (label) => byLabel.get(label) ?? 0
}

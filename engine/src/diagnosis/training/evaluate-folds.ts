import { labels } from '../labels.ts'
import { labelScores } from '../rank/label-evidence.ts'
import type { Voices } from '../rank/model.ts'
import { type Prepared, prepare, withContext } from './linear.ts'
import { type Answer, type Measures, measure } from './measures.ts'
import { type Corpus, hear, weighVoices } from './train-model.ts'
import { vocabularyOf } from './vocabulary.ts'
import type { Heard } from './voices.ts'

/** Voices alone. What they say of one another cancels out, so the size of a single one only changes its sureness. */
export const alone: Record<string, Voices> = {
  rules: { linear: 0, rule: 8, lead: 0, likeness: 0 },
  retrieval: { linear: 0, rule: 0, lead: 0, likeness: 12 },
  'linear model': { linear: 1, rule: 0, lead: 0, likeness: 0 },
}

export interface Row {
  name: string
  measures: Measures
}

/** What each voice alone and all together answer on reports that the linear model has not seen, in five parts. */
export function evaluateByFolds(corpus: Corpus): { rows: Row[]; answers: Answer[] } {
  const { people, examples, unseen, cases } = corpus
  const vocabulary = vocabularyOf([...people, ...examples, ...unseen, ...cases].map((one) => one.features))
  const inContext = people.map((report) => prepare(withContext(report)))
  const groups: [string, Prepared[]][] = [
    ['reports', people],
    ['reports with context', inContext],
    ['written examples', examples],
    ['examples that no rule was written after', unseen],
  ]
  const heard = hear(
    groups.flatMap(([, reports]) => reports),
    corpus,
    vocabulary,
  )
  let taken = 0
  const asked = groups.map(([of, reports]): [string, Heard[]] => {
    taken += reports.length
    return [of, heard.slice(taken - reports.length, taken)]
  })
  const all = weighVoices(corpus, asked.at(-1)?.[1] ?? [])
  const rows = asked.flatMap(([of, heard]) =>
    Object.entries({ ...alone, 'all together': all }).map(([name, voices]) => ({
      name: `${of}: ${name}`,
      measures: measure(answersOf(heard, voices)),
    })),
  )
  return { rows, answers: answersOf(asked[0]?.[1] ?? [], all) }
}

function answersOf(heard: readonly Heard[], voices: Voices): Answer[] {
  return heard.map(({ evidence, label }) => {
    const scores = labelScores(evidence, voices)
    const order = [...scores.keys()].sort((left, right) => (scores[right] ?? 0) - (scores[left] ?? 0))
    return {
      label: labelAt(label),
      ranking: order.map(labelAt),
      confidence: Math.exp(scores[order[0] ?? 0] ?? 0),
    }
  })
}

const labelAt = (at: number): (typeof labels)[number] => labels[at] ?? 'out_of_scope'

import { type CauseMatch, type Matcher, matchCauses } from '../match/match-causes.ts'
import { prepareReport } from '../text/prepare-report.ts'
import type { CauseCases } from './cause.ts'

/** How a case went. `weak`: its label is among the first three, but another cause of the label is before it. */
export interface TriedCase {
  cause: string
  /** Counted from 1. */
  number: number
  outcome: 'first' | 'named' | 'weak' | 'failed'
  /** The causes rules name for it, best first, with their scores. */
  ranked: { id: string; label: string; score: number; met: number[] }[]
}

/** Labels a reader is ready to look through. */
const SHOWN_LABELS = 3

/** Diagnoses every case by the rules alone. */
export function tryCases(matcher: Matcher, cases: readonly CauseCases[]): TriedCase[] {
  const labels = new Map(matcher.causes.map((cause) => [cause.id, cause.label]))
  return cases.flatMap((of) =>
    of.cases.map((one, index) => {
      const matches = matchCauses(matcher, prepareReport(one.report)).filter((match) => match.score > 0)
      return {
        cause: of.cause,
        number: index + 1,
        outcome: outcomeOf(of.cause, labels.get(of.cause), matches),
        ranked: matches.slice(0, 5).map(({ cause, score, met }) => ({
          id: cause.id,
          label: cause.label,
          score,
          met: met.map((one) => one.pattern),
        })),
      }
    }),
  )
}

function outcomeOf(id: string, label: string | undefined, matches: readonly CauseMatch[]): TriedCase['outcome'] {
  if (matches[0]?.cause.id === id) return 'first'
  const firstLabels = [...new Set(matches.map((match) => match.cause.label))].slice(0, SHOWN_LABELS)
  const named = firstLabels.some((one) => one === label) && matches.some((match) => match.cause.id === id)
  if (!named) return 'failed'
  return matches.find((match) => match.cause.label === label)?.cause.id === id ? 'named' : 'weak'
}

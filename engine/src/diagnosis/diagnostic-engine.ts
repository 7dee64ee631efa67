import type { Finding } from '../bench/finding.ts'
import { nameCauses, rankCauses } from './diagnose.ts'
import type { Diagnosis } from './diagnosis.ts'
import type { Values } from './fill-steps.ts'
import type { Knowledge } from './knowledge/load.ts'
import { matcherOf } from './match/match-causes.ts'
import { couldLead } from './rank/confirm.ts'
import { shippedModel } from './rank/model.ts'
import { markersOf } from './text/markers.ts'
import { readInput } from './text/read-input.ts'

/** What a look at the bench gave. */
export interface EnvironmentAnalysis {
  /** null: there was no bench to look at, or it could not be looked at. */
  findings: Finding[] | null
  /** What is known of it by the names that advice uses: `bench`, `site`. */
  values: Values
  /** What could not be looked at, in sentences. */
  notes: string[]
  /** Findings that could not be looked for. */
  unseen?: ReadonlySet<string>
}

/** Looks at the bench at hand, at least for what would give the findings that are asked for. Never throws for what is broken there. */
export type AnalyzeEnvironment = (wanted: ReadonlySet<string>) => Promise<EnvironmentAnalysis>

export interface DiagnosticEngine {
  analyzeEnvironment: AnalyzeEnvironment
  /**
   * Names the causes of what a text tells, and looks at the bench for what would confirm them.
   * @throws MigratorError `empty-input`, `binary-input`
   */
  identifyProblemPatterns(text: AsyncIterable<Uint8Array>): Promise<Diagnosis>
}

/** The likeliest causes are looked for on the bench in any case, others where a look could make them the likeliest. */
const LOOKED_FOR = 8

/** Puts knowledge and a way to look at the bench together. */
export function diagnosticEngine(knowledge: Knowledge, analyzeEnvironment: AnalyzeEnvironment): DiagnosticEngine {
  const ranker = { matcher: matcherOf(knowledge.causes), model: shippedModel() }
  return {
    analyzeEnvironment,
    async identifyProblemPatterns(text) {
      const input = await readInput(text, () => markersOf(knowledge.causes))
      const ranked = rankCauses(ranker, input)
      const worth = ranked.filter((one, at) => at < LOOKED_FOR || couldLead(one, ranked[0] ?? one))
      const wanted = new Set(worth.flatMap(({ cause }) => cause.confirmed_by))
      const looked = await analyzeEnvironment(wanted)
      return nameCauses(ranked, input, { ...looked, notes: [...knowledge.notes, ...looked.notes] })
    },
  }
}

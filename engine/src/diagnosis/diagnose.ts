import type { Finding } from '../bench/finding.ts'
import { maskText } from '../rewrite/mask-text.ts'
import type { Diagnosis, Evidence, RankedCause } from './diagnosis.ts'
import { fillStep, type Values } from './fill-steps.ts'
import { tellingLines } from './match/evidence.ts'
import { type Matcher, matchCauses } from './match/match-causes.ts'
import { type ConfirmedMatch, confirm } from './rank/confirm.ts'
import type { Model } from './rank/model.ts'
import { rankOverSections } from './rank/over-sections.ts'
import { type RankedMatch, rankMatches } from './rank/rank.ts'
import { trustOwn } from './rank/trust-own.ts'
import { takeElsewhere } from './take-elsewhere.ts'
import type { Input } from './text/read-input.ts'

/** What answers: the knowledge base made ready, and the trained weights. */
export interface Ranker {
  matcher: Matcher
  model: Model
}

/** What is known besides the text. */
export interface Circumstances {
  /** What a look at the bench found; null when none was taken. */
  findings: readonly Finding[] | null
  /** Site and bench, to fill into commands. */
  values: Values
  notes: readonly string[]
  /** Findings that could not be looked for. */
  unseen?: ReadonlySet<string>
}

/** From here on a cause is named; below it the answer is unsure. */
const SURE = 0.5
/** How many causes are told at least and at most, and from what confidence on those beyond the first three. */
const AT_LEAST = 3
const MOST = 5
const LIKELY = 0.03

/** Causes by what the text says alone, best first. */
export function rankCauses({ matcher, model }: Ranker, input: Input): RankedMatch[] {
  return rankOverSections(
    input.reports.map(({ report, count }) => ({
      ranked: trustOwn(rankMatches(model, matchCauses(matcher, report), matcher.causes, report), model.portraits),
      count,
    })),
  )
}

/** Names the causes, best first, with their advice. Pure: what was looked up on the bench comes with the circumstances. */
export function nameCauses(
  textual: readonly RankedMatch[],
  input: Input,
  { findings, values, notes, unseen }: Circumstances,
): Diagnosis {
  const ranked = confirm(textual, findings, unseen)
  const sure = (ranked[0]?.confidence ?? 0) >= SURE
  const told = ranked.filter(({ confidence }, index) => index < AT_LEAST || confidence >= LIKELY)
  const newest = input.reports.at(-1)
  const telling = newest === undefined ? [] : tellingLines(newest.report)
  const causes = told.slice(0, MOST).map((one) => rankedCause(one, telling, values))
  const verdict = verdictOf(causes[0], sure)
  return {
    verdict,
    causes,
    take_to: verdict === 'out_of_scope' ? takeElsewhere(input.reports) : null,
    notes: [...notes, ...input.notes],
  }
}

function verdictOf(best: RankedCause | undefined, sure: boolean): Diagnosis['verdict'] {
  if (best === undefined) return 'nothing_found'
  if (!sure) return 'unsure'
  return best.label === 'out_of_scope' ? 'out_of_scope' : 'bench_problem'
}

function rankedCause(
  { cause, match, confidence, confirmed, seen }: ConfirmedMatch,
  telling: readonly Evidence[],
  values: Values,
): RankedCause {
  const filled = { ...match?.captures, ...values }
  return {
    id: cause.id,
    label: cause.label,
    title: cause.title,
    confidence: Math.round(confidence * 1000) / 1000,
    evidence: match?.evidence ?? [...telling],
    explanation: cause.explanation,
    solution_steps: cause.solution_steps.map((step) => fillStep(step, filled)),
    validation: cause.validation.map((step) => fillStep(step, filled)),
    risk_level: cause.risk_level,
    dangerous_advice: cause.dangerous_advice,
    fix: cause.fix,
    confirmed,
    seen: seen.map(({ id, title, evidence }) => ({ id, title: maskText(title), evidence: maskText(evidence) })),
  }
}

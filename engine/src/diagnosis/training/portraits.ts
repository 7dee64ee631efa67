import type { Cause } from '../knowledge/cause.ts'
import { type Features, features } from '../rank/features.ts'
import { prepareReport } from '../text/prepare-report.ts'
import type { Prepared } from './linear.ts'

/** How much the entry's own words count against all of its cases together. */
const ENTRY = 0.7

/** What a cause looks like: the words of its entry and the mean of its cases. */
export function portraitOf(cause: Cause, cases: readonly Prepared[]): Features {
  const own = [cause.title, cause.explanation, ...cause.detection.patterns.flatMap(({ text }) => text)].join('\n')
  const portrait: Features = new Map()
  add(portrait, features(prepareReport(own).lines), ENTRY)
  for (const one of cases) add(portrait, one.features, 1 / cases.length)
  return portrait
}

function add(to: Features, more: Features, by: number): void {
  for (const [name, strength] of more) to.set(name, (to.get(name) ?? 0) + strength * by)
}

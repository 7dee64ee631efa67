import type { Cause } from '../knowledge/cause.ts'
import { localizedPhrases } from './in-english.ts'

/** Words that stand where something goes wrong. */
const words = [
  'error',
  'exception',
  'traceback',
  'fatal',
  'failed',
  'failure',
  'critical',
  'denied',
  'refused',
  'cannot ',
  "can't",
  'could not',
  "couldn't",
  'unable to',
  'no such',
  'not found',
  'not permitted',
  'no module',
  'timed out',
  'timeout',
  'killed',
  'no space',
  'out of memory',
  'segfault',
  'corrupt',
  'aborted',
  'refusing',
  'exited',
  'invalid',
  '[emerg]',
  '[crit]',
  '[alert]',
  'unknown ',
  'lost connection',
  'already in use',
  'file "',
]

/** From this weight on a pattern's literal makes a line worth keeping by itself, if it is long enough to be rare. */
const STRONG = 5
const LONG = 12
/** Enough where the literal is all that the pattern asks for. */
const LONG_ALONE = 8

/** What makes a line of a log worth keeping: words of trouble, and literals that decide a cause. */
export function markersOf(causes: readonly Cause[]): string[] {
  const strong = causes.flatMap(({ detection }) =>
    detection.patterns
      .filter(({ weight }) => weight >= STRONG)
      .flatMap(({ text, matching, near }) => {
        const enough = matching === undefined && near === undefined ? LONG_ALONE : LONG
        return text.filter((literal) => literal.length >= enough)
      }),
  )
  return [...new Set([...words, ...localizedPhrases, ...strong])]
}

import { MigratorError } from '../host/errors.ts'
import { failureCode } from '../services/text-file.ts'
import type { Finding } from './finding.ts'

/** What a reader brings back: the value as far as it could be read, and what was noticed on the way. */
export interface Reading<Value> {
  value: Value
  findings: Finding[]
}

/** What may be said about a failure without repeating what a file held. */
function reasonOf(error: unknown): string {
  if (error instanceof MigratorError) return error.message
  if (error instanceof Error && failureCode(error) !== null) return error.message
  return error instanceof Error ? `${error.name} in the survey itself` : 'unknown failure'
}

/**
 * Runs one part of the survey. A part that fails or takes too long becomes a finding and `fallback`, so that one broken thing never hides the rest.
 * @param part what is read, for people: `nginx configuration`.
 */
export async function readPart<Value>(
  part: string,
  timeoutMilliseconds: number,
  fallback: Value,
  read: () => Promise<Reading<Value>>,
): Promise<Reading<Value>> {
  const failed = (id: string, title: string, evidence: string): Reading<Value> => ({
    value: fallback,
    findings: [
      {
        id,
        severity: 'warning',
        title,
        evidence,
        remedies: [`Run again; if it stays, look at: ${part}.`],
        subject: part,
      },
    ],
  })
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Reading<Value>>((resolve) => {
    const title = `Reading the ${part} took too long and was left out.`
    const give = () => resolve(failed('survey-timeout', title, `no answer after ${timeoutMilliseconds} ms`))
    timer = setTimeout(give, timeoutMilliseconds)
  })
  try {
    return await Promise.race([read(), late])
  } catch (error) {
    return failed('survey-part-failed', `The ${part} could not be read.`, reasonOf(error))
  } finally {
    clearTimeout(timer)
  }
}

import type { Host } from '../host/host.ts'
import { failureCode } from '../services/text-file.ts'

/** What counting may cost: one budget for all sites of a survey. */
export interface CountingBudget {
  entriesLeft: number
  /** Milliseconds since the epoch. */
  until: number
}

/**
 * Bytes of the files below a directory without the named child; links are not followed.
 * null when the budget ends first or a part may not be read: a wrong number is worse than none.
 */
export async function countBytes(
  host: Host,
  directory: string,
  budget: CountingBudget,
  without?: string,
): Promise<number | null> {
  let total = 0
  const waiting = [directory]
  try {
    for (let current = waiting.pop(); current !== undefined; current = waiting.pop()) {
      for (const name of await host.list(current)) {
        if (current === directory && name === without) continue
        budget.entriesLeft -= 1
        if (budget.entriesLeft < 0 || Date.now() > budget.until) return null
        const path = `${current}/${name}`
        const status = await host.status(path)
        if (status?.kind === 'directory') waiting.push(path)
        else if (status?.kind === 'file') total += status.bytes
      }
    }
    return total
  } catch (error) {
    if (failureCode(error) !== null) return null
    throw error
  }
}

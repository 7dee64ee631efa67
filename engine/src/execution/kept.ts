import type { Kept } from '../changes/change.ts'
import type { JournalLine } from './journal.ts'

/** What the way back left alone: of a step that was gone through once more, what it left the last time. */
export function keptIn(lines: JournalLine[]): Kept[] {
  const last = new Map<string, Kept[]>()
  for (const line of lines) {
    if (line.type !== 'reverted') continue
    last.delete(line.step)
    last.set(line.step, line.kept)
  }
  return [...last.values()].flat()
}

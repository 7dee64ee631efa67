import { z } from 'zod'
import type { Kept } from './change.ts'

/** One line of a text file: `after` null removes it. */
export const LineEdit = z.object({ line: z.number(), before: z.string(), after: z.string().nullable() })
export type LineEdit = z.infer<typeof LineEdit>

/** Index of a line with this text, nearest to where it is expected; -1 when there is none. */
function find(lines: string[], text: string, near: number): number {
  let best = -1
  for (const [index, line] of lines.entries()) {
    if (line === text && (best === -1 || Math.abs(index - near) < Math.abs(best - near))) best = index
  }
  return best
}

/** Lines that were changed already are passed over, so it may be applied twice. Returns the lines that were not there at all. */
export function applyLineEdits(text: string, edits: LineEdit[]): { text: string; missing: LineEdit[] } {
  const lines = text.split('\n')
  const missing: LineEdit[] = []
  // From the end, so that removed lines do not move the numbers of those before.
  for (const edit of [...edits].sort((one, other) => other.line - one.line)) {
    const at = find(lines, edit.before, edit.line - 1)
    if (at >= 0) lines.splice(at, 1, ...(edit.after === null ? [] : [edit.after]))
    else if (edit.after === null || find(lines, edit.after, edit.line - 1) < 0) missing.push(edit)
  }
  return { text: lines.join('\n'), missing }
}

/** Takes line edits back in a text that others have changed since; what is no longer as it was left is kept and listed. */
export function revertLineEdits(path: string, text: string, edits: LineEdit[]): { text: string; kept: Kept[] } {
  const lines = text.split('\n')
  const kept: Kept[] = []
  for (const edit of [...edits].sort((one, other) => one.line - other.line)) {
    if (edit.after === null) {
      if (find(lines, edit.before, edit.line - 1) < 0)
        lines.splice(Math.min(edit.line - 1, lines.length), 0, edit.before)
      continue
    }
    const at = find(lines, edit.after, edit.line - 1)
    if (at >= 0) lines.splice(at, 1, edit.before)
    else if (find(lines, edit.before, edit.line - 1) < 0) {
      kept.push({ what: `${path}, line ${edit.line}`, left: edit.after, now: 'changed by somebody since' })
    }
  }
  return { text: lines.join('\n'), kept }
}

/** The line edits that lead from one text to another of as many lines; null when lines were added or removed. */
export function lineEditsBetween(before: string, after: string): LineEdit[] | null {
  const old = before.split('\n')
  const now = after.split('\n')
  if (old.length !== now.length) return null
  return old.flatMap((line, index) =>
    line === now[index] ? [] : [{ line: index + 1, before: line, after: now[index] ?? '' }],
  )
}

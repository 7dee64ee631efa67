import { z } from 'zod'
import { sha256Of } from '../host/value-digest.ts'
import type { Kept } from './change.ts'

/**
 * Words to replace in one line of a text file. The line itself, which may hold a password (a crontab's `curl -u`), is named only by
 * its digest: line edits stand in plans and journals.
 */
export const LineEdit = z.object({
  line: z.number(),
  /** Of the line before, without its line end. */
  sha256: z.string(),
  /** In order, `at` being the place in the line before. */
  words: z.array(z.object({ at: z.number(), from: z.string(), to: z.string() })).min(1),
})
export type LineEdit = z.infer<typeof LineEdit>
type Word = LineEdit['words'][number]

/** The edit that replaces these words of a line. */
export const lineEdit = (line: number, text: string, words: Word[]): LineEdit => ({
  line,
  sha256: sha256Of(withoutReturn(text)),
  words,
})

const withoutReturn = (line: string): string => line.replace(/\r$/, '')

/** null when the words do not stand where they should. */
function replaceWords(line: string, words: Word[]): string | null {
  let result = ''
  let done = 0
  for (const { at, from, to } of words) {
    if (at < done || line.slice(at, at + from.length) !== from) return null
    result += line.slice(done, at) + to
    done = at + from.length
  }
  return result + line.slice(done)
}

/** The words as they must be replaced in the line after to get the line before. */
function turnedRound(words: Word[]): Word[] {
  let shift = 0
  return words.map(({ at, from, to }) => {
    const turned = { at: at + shift, from: to, to: from }
    shift += to.length - from.length
    return turned
  })
}

const after = (line: string, edit: LineEdit): string | null =>
  sha256Of(withoutReturn(line)) === edit.sha256 ? replaceWords(line, edit.words) : null

const before = (line: string, edit: LineEdit): string | null => {
  const text = replaceWords(line, turnedRound(edit.words))
  return text !== null && sha256Of(withoutReturn(text)) === edit.sha256 ? text : null
}

/** Index and new text of the line that `become` knows, nearest to where it is expected. */
function find(
  lines: string[],
  edit: LineEdit,
  become: (line: string, edit: LineEdit) => string | null,
): { index: number; text: string } | null {
  const near = edit.line - 1
  let best: { index: number; text: string } | null = null
  for (const [index, line] of lines.entries()) {
    if (best !== null && Math.abs(index - near) >= Math.abs(best.index - near)) continue
    const text = become(line, edit)
    if (text !== null) best = { index, text }
  }
  return best
}

/** Lines that were changed already are passed over, so it may be applied twice. Returns the lines that were not there at all. */
export function applyLineEdits(text: string, edits: LineEdit[]): { text: string; missing: LineEdit[] } {
  const lines = text.split('\n')
  const missing: LineEdit[] = []
  for (const edit of edits) {
    const found = find(lines, edit, after)
    if (found) lines[found.index] = found.text
    else if (!find(lines, edit, before)) missing.push(edit)
  }
  return { text: lines.join('\n'), missing }
}

/** Takes line edits back in a text that others have changed since; what is no longer as it was left is kept and listed. */
export function revertLineEdits(path: string, text: string, edits: LineEdit[]): { text: string; kept: Kept[] } {
  const lines = text.split('\n')
  const kept: Kept[] = []
  for (const edit of edits) {
    const found = find(lines, edit, before)
    if (found) lines[found.index] = found.text
    else if (!find(lines, edit, after)) {
      kept.push({ what: `${path}, line ${edit.line}`, left: 'as the run wrote it', now: 'changed by somebody since' })
    }
  }
  return { text: lines.join('\n'), kept }
}

/** The line edits that lead from one text to another of as many lines; null when lines were added or removed. */
export function lineEditsBetween(before: string, after: string): LineEdit[] | null {
  const old = before.split('\n')
  const now = after.split('\n')
  if (old.length !== now.length) return null
  return old.flatMap((line, index) => {
    const wanted = now[index] ?? ''
    return line === wanted ? [] : [lineEdit(index + 1, line, [{ at: 0, from: line, to: wanted }])]
  })
}

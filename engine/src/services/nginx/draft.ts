import type { NginxEditPlan, NginxFacts, NginxFile } from './nginx-facts.ts'
import { type Directive, parseConfig } from './parse.ts'
import { applySplices, type Splice, spellWord } from './splice.ts'
import { lineOf } from './tokens.ts'

/** A stretch of one file: a word, a block. */
interface Place {
  start: number
  end: number
}

/** A plan being written: collects the splices of every file and what is said about them. */
export interface Draft {
  /** A file by its path as included. */
  file(path: string): NginxFile
  directives(path: string): Directive[]
  /** Replaces a whole word, keeping its quotes. */
  setWord(path: string, word: Place, value: string, what: string): void
  /** A later edit of the same place, or of a place around it, takes the earlier one's place. */
  replace(path: string, place: Place, text: string, what: string): void
  isEdited(path: string, place: Place): boolean
  addFile(path: string, text: string, what: string): void
  problem(path: string, place: Place | null, problem: string, hint: string): void
  note(path: string, place: Place | null, note: string): void
  recertify(path: string, place: Place, names: string[]): void
  finish(): NginxEditPlan
}

type Change = NginxEditPlan['changes'][number]

/** Insertions (empty places) are contained in nothing and contain nothing. */
const contains = (outer: Place, inner: Place) =>
  outer.start <= inner.start && inner.end <= outer.end && outer.start < outer.end && inner.start < inner.end

/** One line of a plan: a removed block is cut short. */
const shown = (text: string) => {
  const line = text.trim().replace(/\s+/g, ' ')
  return line.length > 160 ? `${line.slice(0, 159)}…` : line
}

export function startDraft(facts: NginxFacts): Draft {
  const files = new Map(facts.files.map((file) => [file.path, file]))
  const parsed = new Map<string, Directive[]>()
  const made = new Map<string, (Splice & { change: Change })[]>()
  const added: { edit: NginxEditPlan['edits'][number]; change: Change }[] = []
  const problems: NginxEditPlan['problems'] = []
  const notes: NginxEditPlan['notes'] = []
  const recertified: NginxEditPlan['recertified'] = []

  const file = (path: string): NginxFile => {
    const found = files.get(path)
    if (!found) throw new Error(`${path} is not among the files that were read`)
    return found
  }
  const at = (path: string, place: Place | null) => ({
    file: files.get(path)?.realPath ?? path,
    line: place === null ? null : lineOf(file(path).text, place.start),
  })

  const draft: Draft = {
    file,
    directives(path) {
      const known = parsed.get(path) ?? parseConfig(file(path).text).directives
      parsed.set(path, known)
      return known
    },
    setWord(path, word, value, what) {
      const written = file(path).text.slice(word.start, word.end)
      draft.replace(path, word, spellWord(value, written), what)
    },
    replace(path, place, text, what) {
      const { text: before, realPath, notUtf8 } = file(path)
      const written = before.slice(place.start, place.end)
      if (text === written) return
      if (notUtf8) {
        const hint = 'Convert the file to UTF-8 (iconv -f latin1 -t utf-8), then try again.'
        draft.problem(path, place, `${what} must change here, but the file is not UTF-8.`, hint)
        return
      }
      const own = made.get(realPath) ?? []
      if (own.some((other) => contains(other, place) && !contains(place, other))) return
      const line = lineOf(before, place.start)
      const change = { file: realPath, line, what, before: shown(written), after: shown(text) }
      made.set(realPath, [...own.filter((other) => !contains(place, other)), { ...place, text, change }])
    },
    isEdited: (path, place) => (made.get(file(path).realPath) ?? []).some((other) => contains(other, place)),
    addFile(path, text, what) {
      const change = { file: path, line: 1, what, before: '', after: shown(text) }
      added.push({ edit: { path, before: null, after: text }, change })
    },
    problem: (path, place, problem, hint) => void problems.push({ ...at(path, place), problem, hint }),
    note: (path, place, note) => void notes.push({ ...at(path, place), note }),
    recertify: (path, place, names) =>
      void recertified.push({ file: file(path).realPath, line: lineOf(file(path).text, place.start), names }),
    finish() {
      const edits = [...made].map(([realPath, splices]) => {
        const before = facts.files.find((candidate) => candidate.realPath === realPath)?.text ?? ''
        return { path: realPath, before, after: applySplices(before, splices) }
      })
      const changes = [...made.values()].flatMap((splices) =>
        splices.toSorted((left, right) => left.start - right.start).map(({ change }) => change),
      )
      return {
        edits: [...edits, ...added.map(({ edit }) => edit)],
        changes: [...changes, ...added.map(({ change }) => change)],
        problems,
        notes,
        recertified,
      }
    },
  }
  return draft
}

import { cleanLine } from './clean-line.ts'
import { inEnglish } from './in-english.ts'
import { type LineKind, lineKinds } from './line-kinds.ts'
import { splitPrefixes } from './process-prefix.ts'

export interface ReportLine {
  /** Of what was given, counted from 1. Several lines share one where newlines were escaped. */
  number: number
  /** What is searched: no colors, quoting or prefixes; messages of the operating system in English. */
  text: string
  /** What a person is shown. */
  shown: string
  kind: LineKind
  /** Container, Procfile entry or unit that wrote it. */
  process: string | null
}

/** Text as it is searched: the lines of each process together, so that a traceback is in one piece. */
export interface Report {
  lines: ReportLine[]
  /** The lines' `text`, joined by newlines. */
  text: string
  /** The same in lower case, of the same length. */
  lower: string
  /** Where each line starts in `text`. */
  starts: number[]
}

/** A line of the input, still as it was. */
export interface RawLine {
  number: number
  text: string
}

/** A longer line is taken apart, so that no expression ever meets it whole. */
const LONGEST_LINE = 8192

/** Reads what somebody pasted. For text that fits into memory many times; a log goes through cut-log.ts first. */
export const prepareReport = (text: string): Report =>
  prepareLines(text.split('\n').map((line, index) => ({ number: index + 1, text: line })))

/** The same for lines that were cut out of a log. */
export function prepareLines(raw: readonly RawLine[]): Report {
  const apart = raw.flatMap(apartLines)
  const prefixed = splitPrefixes(apart.map((line) => cleanLine(line.text)))
  const byProcess = new Map<string | null, { number: number; text: string }[]>()
  for (const [index, { process, text }] of prefixed.entries()) {
    const of = byProcess.get(process) ?? []
    if (of.length === 0) byProcess.set(process, of)
    of.push({ number: apart[index]?.number ?? 0, text })
  }
  const lines = [...byProcess].flatMap(([process, of]) => linesOf(process, of))
  const text = lines.map((line) => line.text).join('\n')
  return { lines, text, lower: lowerCase(text), starts: startsOf(lines) }
}

function linesOf(process: string | null, of: readonly RawLine[]): ReportLine[] {
  const kinds = lineKinds(of.map((line) => line.text))
  return of.map((line, index) => ({
    number: line.number,
    text: inEnglish(line.text),
    shown: line.text,
    kind: kinds[index] ?? 'text',
    process,
  }))
}

/** Carriage returns and, in a traceback within JSON, escaped newlines end lines too. */
function apartLines({ number, text }: RawLine): RawLine[] {
  const lines = text.includes('\r') ? text.split('\r').filter((part, at) => part !== '' || at === 0) : [text]
  return lines
    .flatMap(unescaped)
    .flatMap(pieces)
    .map((part) => ({ number, text: part }))
}

function pieces(line: string): string[] {
  if (line.length <= LONGEST_LINE) return [line]
  const count = Math.ceil(line.length / LONGEST_LINE)
  return Array.from({ length: count }, (_, index) => line.slice(index * LONGEST_LINE, (index + 1) * LONGEST_LINE))
}

function unescaped(line: string): string[] {
  if (!/\\n\s*(?:File \\*"|Traceback|[\w.]+(?:Error|Exception):)/.test(line)) return [line]
  return line.split(/\\+n/).map((part) => part.replaceAll(/\\+(["'])/g, '$1'))
}

function startsOf(lines: readonly ReportLine[]): number[] {
  const starts: number[] = []
  let at = 0
  for (const line of lines) {
    starts.push(at)
    at += line.text.length + 1
  }
  return starts
}

/** Lower case of the same length: some letters (İ) become two. */
export function lowerCase(text: string): string {
  const lower = text.toLowerCase()
  if (lower.length === text.length) return lower
  return Array.from(text, (letter) => {
    const small = letter.toLowerCase()
    return small.length === letter.length ? small : letter
  }).join('')
}

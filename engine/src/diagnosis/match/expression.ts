import { RE2JS } from 're2js'
import type { Pattern } from '../knowledge/cause.ts'
import type { Report } from '../text/prepare-report.ts'
import type { Hit } from './literal-hits.ts'

/** Characters an expression sees on either side of its anchor. */
const AROUND = 1000

const compiled = new Map<string, RE2JS>()

/**
 * An expression in RE2's syntax: linear in the text whatever it says. It is tried on text in lower case, so its own
 * letters are made small: cheaper than to ignore letter case. ^ and $ are a line's.
 *
 * @throws RE2JSSyntaxException when RE2 does not take it
 */
export function expression(source: string): RE2JS {
  const known = compiled.get(source)
  if (known) return known
  const made = RE2JS.compile(inLowerCase(source), RE2JS.MULTILINE)
  compiled.set(source, made)
  return made
}

/** Everything but escapes (`\S`, `\pL`, `\p{Greek}`, `\x{41}`) and flags (`(?U)`), which mean something else in small letters. */
const inLowerCase = (source: string): string =>
  source.replace(
    /(\\(?:[pPx]\{[^}]*\}|[pP]?.)|\(\?(?:P<|[A-Za-z-]+[:)]))|[^\\(]+|\(/gsu,
    (part, kept: string | undefined) => kept ?? part.toLowerCase(),
  )

/** Where the text lies that an expression is tried on: lines around the anchor; of a kind of line, only those of the same kind. */
export function windowAround(report: Report, anchor: Hit, kind: Pattern['in']): { from: number; to: number } {
  const middle = anchor.at + Math.floor(anchor.length / 2)
  let from = Math.max(0, middle - AROUND)
  let to = Math.min(report.text.length, middle + AROUND)
  if (kind !== 'any') {
    const [first, last] = sameKind(report, anchor.line)
    from = Math.max(from, report.starts[first] ?? 0)
    to = Math.min(to, (report.starts[last] ?? 0) + (report.lines[last]?.text.length ?? 0))
  } else if (from > 0) {
    // From the start of a line, where one starts in the window, so that ^ means what it says.
    const start = report.text.lastIndexOf('\n', from)
    const next = report.text.indexOf('\n', from)
    if (start !== from - 1 && next !== -1 && next < anchor.at) from = next + 1
  }
  return { from, to }
}

/** A message may run over several lines: the neighbours of its kind and process belong to it. To a frame belongs its source. */
function sameKind(report: Report, line: number): [number, number] {
  const { kind, process } = report.lines[line] ?? {}
  const same = (at: number): boolean =>
    report.lines[at] !== undefined && report.lines[at].kind === kind && report.lines[at].process === process
  let first = line
  let last = line
  if (kind === 'frame') while (report.lines[last + 1]?.kind === 'source') last++
  if (kind !== 'exception' && kind !== 'last_exception') return [first, last]
  while (same(first - 1)) first--
  while (same(last + 1)) last++
  return [first, last]
}

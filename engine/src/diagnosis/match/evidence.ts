import { maskText } from '../../rewrite/mask-text.ts'
import type { Evidence } from '../diagnosis.ts'
import type { Report } from '../text/prepare-report.ts'

/** Lines of evidence a person reads before the patience ends. */
const MOST = 5
const LONGEST = 400

/** Lines as they are shown: secrets masked, each text once, in the order given. */
export function evidenceOf(lines: readonly number[], report: Report): Evidence[] {
  const evidence = new Map<string, Evidence>()
  for (const at of lines) {
    const line = report.lines[at]
    // A little more than is shown, so that a secret is known before the cut hides what it belongs to.
    const text = maskText((line?.shown.trim() ?? '').slice(0, LONGEST + 200))
    if (!line || text === '' || evidence.has(text) || evidence.size === MOST) continue
    const shown = text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text
    evidence.set(text, { line: line.number, text: shown })
  }
  return [...evidence.values()]
}

const TROUBLE =
  /\b(?:error|failed|failure|denied|refused|cannot|not found|no such|unable|fatal|killed|timed out|invalid)\b/
const APP_FRAME = /\bapps\//

/**
 * The lines a reader would look at first, for a cause that no rule names a line for: the exception that ended it all and
 * the app's frame before it, else the last lines that tell of trouble, else what was written.
 */
export function tellingLines(report: Report): Evidence[] {
  const { lines } = report
  const exception = lines.findLastIndex(({ kind }, at) => kind === 'last_exception' && lines[at - 1]?.kind !== kind)
  if (exception !== -1) {
    const before = lines.slice(0, exception)
    const frame = before.findLastIndex(({ kind, text }) => kind === 'frame' && APP_FRAME.test(text))
    return evidenceOf(frame === -1 ? [exception] : [exception, frame], report)
  }
  const numbers = [...lines.keys()]
  const trouble = numbers.filter((at) => TROUBLE.test(lines[at]?.text.toLowerCase() ?? ''))
  const said = numbers.filter((at) => lines[at]?.text.trim() !== '')
  return evidenceOf(trouble.length > 0 ? trouble.slice(-2) : said.slice(0, 1), report)
}

import type { Diagnosis, RankedCause } from '../diagnosis/diagnosis.ts'
import type { Step } from '../diagnosis/knowledge/cause.ts'
import { shown, shownName } from './shown.ts'
import { type Style, section } from './style.ts'

const WIDTH = 100
/** Beside a sure answer, what is less likely is not worth a line. */
const LIKELY = 0.03

/** The answer of `diagnose` for a person: the cause, the lines that decide, what to do, how to see that it worked. */
export function renderDiagnosis(diagnosis: Diagnosis, style: Style): string {
  const [best, ...others] = diagnosis.causes
  const parts =
    best === undefined ? [nothing(style)] : [...told(diagnosis, best, style), ...more(others, diagnosis, style)]
  const notes = diagnosis.notes.map((note) => style.dim(shown(note)))
  const hints = diagnosis.verdict === 'unsure' ? [MORE.map(shown).join('\n')] : []
  return [...parts, ...hints, notes.join('\n')].filter((part) => part !== '').join('\n\n')
}

const nothing = (style: Style): string =>
  [style.bold('Nothing in this text is known to the knowledge base.'), ...MORE.map(shown)].join('\n')

/** What helps where the text alone does not. */
const MORE = [
  'Give more of the text: the whole output from the command on, or the log (logs/*.error.log in the bench).',
  'Without any text: frappe-migrator analyze-site looks at the bench itself.',
]

function told(diagnosis: Diagnosis, best: RankedCause, style: Style): string[] {
  return [
    headline(diagnosis, best, style),
    [
      ...evidenceLines(best, style),
      ...best.seen.map(({ title }) => `  ${style.dim('bench'.padEnd(10))} ${shown(title)}`),
    ].join('\n'),
    wrapped(shownName(best.explanation), '').join('\n'),
    ...(diagnosis.take_to === null ? [] : [wrapped(shown(diagnosis.take_to), '').join('\n')]),
    section(
      `What to do${riskSaid(best)}`,
      best.solution_steps.flatMap((step, at) => stepLines(step, `${at + 1}.`, style)),
      style,
    ),
    section(
      'How to see that it worked',
      best.validation.flatMap((step) => stepLines(step, '-', style)),
      style,
    ),
    section(
      style.bad('Better not'),
      best.dangerous_advice.flatMap(({ advice, why }) => hanging(`${shownName(advice)}: ${shownName(why)}`, '  ✗ ')),
      style,
    ),
    ...(best.fix === null
      ? []
      : [shown(`It can be repaired for you: frappe-migrator fix-config --only ${best.id} --plan`)]),
  ]
}

function headline({ verdict }: Diagnosis, best: RankedCause, style: Style): string {
  const sure = style.dim(`(${best.label}, ${percent(best.confidence)}${seenSaid(best)})`)
  const title = `${style.bold(shownName(best.title))} ${sure}`
  if (verdict === 'out_of_scope') return `${style.bold('This is not a problem of the bench.')}\n${title}`
  return verdict === 'unsure' ? `${style.warn('Not sure.')} The likeliest cause:\n${title}` : title
}

function seenSaid({ confirmed }: RankedCause): string {
  if (confirmed === null) return ''
  return confirmed ? '; the bench shows it now' : '; the bench does not show it now'
}

const riskSaid = ({ risk_level }: RankedCause): string =>
  risk_level === 'low' ? '' : ` (${risk_level} risk: read it all first)`

const evidenceLines = ({ evidence }: RankedCause, style: Style): string[] =>
  evidence.map(({ line, text }) => `  ${style.dim(`line ${line}`.padEnd(10))} ${shown(text)}`)

function stepLines({ say, command, expect }: Step, mark: string, style: Style): string[] {
  return [
    ...hanging(shownName(say), `  ${mark} `),
    ...(command === undefined
      ? []
      : command
          .trim()
          .split('\n')
          .map((line) => `       ${style.bold(shownName(line))}`)),
    ...(expect === undefined ? [] : hanging(shownName(expect), '       → ')),
  ]
}

function more(others: readonly RankedCause[], { verdict }: Diagnosis, style: Style): string[] {
  const lines = others
    .filter(({ confidence }) => verdict === 'unsure' || confidence >= LIKELY)
    .map(
      (one) =>
        `  ${percent(one.confidence).padStart(4)}  ${shownName(one.title)} ${style.dim(`(${one.id}${seenSaid(one)})`)}`,
    )
  return [section(verdict === 'unsure' ? 'Or' : 'It could also be', lines, style)]
}

const percent = (confidence: number): string => `${Math.round(confidence * 100)} %`

function hanging(text: string, first: string): string[] {
  const [head = '', ...rest] = wrapped(text, ' '.repeat(first.length))
  return [`${first}${head.trimStart()}`, ...rest]
}

/** Lines of at most `WIDTH` characters; a word that is longer stays whole. */
function wrapped(text: string, before: string): string[] {
  const lines: string[] = []
  let line = before
  for (const word of text.trim().split(/\s+/)) {
    const longer = line.trim() === '' ? `${before}${word}` : `${line} ${word}`
    if (longer.length > WIDTH && line.trim() !== '') {
      lines.push(line)
      line = `${before}${word}`
    } else line = longer
  }
  return [...lines, line]
}

import type { Finding } from '../bench/finding.ts'
import type { Step } from '../diagnosis/knowledge/cause.ts'
import { shown } from './shown.ts'
import type { Style } from './style.ts'

/** What became of one finding, as data: what `--json` prints, and what is rendered. */
export interface RepairEntry {
  finding: string
  subject: string
  title: string
  evidence: string
  severity: Finding['severity']
  cause: string | null
  repair: string | null
  remedy: string | null
  risk: 'low' | 'medium' | 'high'
  state: 'repaired' | 'failed' | 'left' | 'guided' | 'planned' | 'attention' | 'interrupted'
  /** What was done, or would be. */
  steps: string[]
  /** To do the same by hand. */
  commands: string[]
  run: string | null
  rollback: string | null
  guide: { explanation: string | null; steps: Step[]; validation: Step[] } | null
}

const paintOf = (style: Style, state: RepairEntry['state']) =>
  ({
    repaired: style.good,
    planned: style.good,
    left: style.warn,
    guided: style.warn,
    failed: style.bad,
    attention: style.bad,
    interrupted: style.bad,
  })[state]

const stepLines = (steps: Step[]): string[] =>
  steps.flatMap(({ say, command, expect }, index) => [
    `      ${index + 1}. ${shown(say)}`,
    ...(command === undefined ? [] : [`         $ ${shown(command)}`]),
    ...(expect === undefined ? [] : [`         it should print: ${shown(expect)}`]),
  ])

function linesOf(entry: RepairEntry, style: Style): string[] {
  const { state, guide } = entry
  const applied = state === 'repaired' || state === 'planned'
  return [
    `  ${paintOf(style, state)(state.padEnd(9))} ${shown(entry.title)}`,
    ...(entry.evidence === '' ? [] : [`      ${style.dim(`seen: ${shown(entry.evidence)}`)}`]),
    ...entry.steps.map(
      (step) => `      ${applied ? '' : 'would: '}${shown(step)}${state === 'repaired' ? '' : ` (risk ${entry.risk})`}`,
    ),
    ...(applied ? [] : entry.commands.map((command) => `      by hand: ${shown(command)}`)),
    ...(entry.rollback === null ? [] : [`      ${style.dim(`take it back: ${shown(entry.rollback)}`)}`]),
    ...(guide === null
      ? []
      : [
          ...stepLines(guide.steps),
          ...(guide.validation.length ? ['      It is gone when:', ...stepLines(guide.validation)] : []),
        ]),
  ]
}

/** All that was found and what became of it, in the order of the work; what to type next at the end. */
export function renderRepairs(entries: RepairEntry[], bench: string, next: string[], style: Style): string {
  if (entries.length === 0) return `Nothing is to be repaired on ${bench}.`
  return [
    style.bold(`${entries.length} ${entries.length === 1 ? 'fault' : 'faults'} on ${bench}`),
    ...entries.flatMap((entry) => ['', ...linesOf(entry, style)]),
    ...(next.length ? ['', ...next.map((line) => shown(line))] : []),
  ].join('\n')
}

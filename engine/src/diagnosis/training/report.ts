import type { Row } from './evaluate-folds.ts'
import { type Answer, confusion, reliability } from './measures.ts'

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

export const measuresTable = (rows: readonly Row[]): string =>
  tableOf(
    ['asked: by', 'n', 'top-1', 'top-3', 'out_of_scope precision', 'recall', 'calibration error'],
    rows.map(({ name, measures }) => [
      name,
      String(measures.reports),
      percent(measures.top1),
      percent(measures.top3),
      percent(measures.outOfScope.precision),
      percent(measures.outOfScope.recall),
      measures.calibrationError.toFixed(3),
    ]),
  )

export const confusionTable = (answers: readonly Answer[]): string =>
  tableOf(
    ['label', 'n', 'right', 'said instead'],
    confusion(answers).map(({ label, reports, right, instead }) => [
      label,
      String(reports),
      String(right),
      instead.map(([said, count]) => `${said} ${count}`).join(', '),
    ]),
  )

export const reliabilityTable = (answers: readonly Answer[]): string =>
  tableOf(
    ['confidence from', 'n', 'said', 'right'],
    reliability(answers)
      .filter(({ reports }) => reports > 0)
      .map(({ from, reports, said, right }) => [from.toFixed(1), String(reports), percent(said), percent(right)]),
  )

/** How often the reports put aside were scored, by the record. */
export const usesOf = (record: string): number => [...record.matchAll(/^### Held-out reports, use /gm)].length

/** The record with one more section. */
export const recorded = (record: string, title: string, table: string): string =>
  `${record.trimEnd()}\n\n### ${title}\n\n${table}\n`

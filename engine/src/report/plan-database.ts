import type { Plan } from '../execution/plan.ts'
import { counted } from './amounts.ts'
import { shown, shownName } from './shown.ts'
import { highlighted, type Style } from './style.ts'

type Preview = Plan['preview']

const SAMPLES = 2
/** More columns than this are folded; code that runs is always shown. */
const COLUMNS = 15

/** Columns that change, those with most values first choice where there are too many to read. */
export function databaseLines(plan: Plan, details: boolean, style: Style): string[] {
  const { rewrite } = plan.preview
  const largest = rewrite
    .filter((column) => !column.code)
    .toSorted((one, other) => other.values - one.values)
    .slice(0, COLUMNS)
  const told = rewrite.filter((column) => details || column.code || largest.includes(column))
  const folded = rewrite.filter((column) => !told.includes(column))
  const values = folded.reduce((sum, column) => sum + column.values, 0)
  return [
    ...told.flatMap((column) => columnLines(column, plan, style)),
    ...(folded.length
      ? [
          `  and ${counted(values, 'value')} in ${counted(folded.length, 'more column', 'more columns')} (all of them: --details or --json)`,
        ]
      : []),
  ]
}

function columnLines(column: Preview['rewrite'][number], { site }: Plan, style: Style): string[] {
  const label = shownName(column.field ?? `${column.table}.${column.column}`)
  return [
    `  ${label}: ${counted(column.values, 'value')}${column.code ? style.warn(' · code, look at it') : ''}`,
    ...column.samples
      .slice(0, SAMPLES)
      .flatMap((sample) => [
        `      ${style.dim('-')} ${highlighted(shown(sample.before), site.oldName, style.bad)}`,
        `      ${style.dim('+')} ${highlighted(shown(sample.after), site.newName, style.good)}`,
      ]),
  ]
}

export const offeredLines = ({ offered }: Preview, style: Style): string[] =>
  offered.flatMap((item) => [
    `  ${shownName(item.what)}: ${counted(item.values, 'value')}; switch on with ${style.bold(shownName(item.switch))}`,
    ...item.samples.slice(0, 1).map((sample) => `      ${style.dim(shown(sample))}`),
  ])

/** What somebody may have expected otherwise, by name; what is never rewritten on any site, a line for each kind. */
export function leftAloneLines({ skipped }: Preview, details: boolean, style: Style): string[] {
  const unexpected = skipped.filter((item) => item.never === undefined)
  const never = skipped.flatMap(({ reason, never }) => (never ? [{ reason, ...never }] : []))
  const kinds = Map.groupBy(never, (item) => item.kind)
  return [
    ...[...Map.groupBy(unexpected, (item) => item.reason)].flatMap(([reason, items]) => {
      const lines = items.map(({ what, values }) =>
        shownName(values === null ? what : `${what} (${counted(values, 'value')})`),
      )
      if (lines.length === 1) return [`  ${lines[0]}: ${shownName(reason)}`]
      return [`  ${shownName(reason)}:`, ...lines.map((line) => `    ${style.dim(line)}`)]
    }),
    ...(details
      ? never.flatMap(({ reason, tables }) => [`  ${shownName(reason)}:`, `    ${style.dim(tables.join(', '))}`])
      : [...kinds].map(([kind, items]) => {
          const tables = new Set(items.flatMap((item) => item.tables))
          return `  ${kind}: ${counted(tables.size, 'table')}`
        })),
    ...(details || kinds.size === 0
      ? []
      : [style.dim('  never rewritten on any site (all of it: --details or --json)')]),
  ]
}

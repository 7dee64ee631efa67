import type { TableSchema } from '../../database/site-database.ts'
import type { Plan } from '../../execution/plan.ts'
import { MigratorError } from '../../host/errors.ts'
import type { ColumnRule } from '../../rewrite/fields/column-rule.ts'
import { kindOfReason } from '../../rewrite/fields/kind-of-reason.ts'
import { type ColumnOccurrences, ruleLabel } from '../../rewriting/column-occurrences.ts'
import { targetsOf } from '../../rewriting/rule-targets.ts'
import type { RewriteTarget } from '../../rewriting/targets.ts'
import type { RenameRequest } from './request.ts'

const EXCLUDED = 'left out by --exclude'

/**
 * Applies `--include` and `--exclude` to the rules the schema gave.
 * @throws MigratorError `unknown-column`, `column-fixed`: no switch is passed over.
 */
export function switchRules(rules: ColumnRule[], request: RenameRequest): ColumnRule[] {
  const include = new Map(request.include.map((name) => [name.replace(/:host$/, ''), name.endsWith(':host')]))
  const known = Map.groupBy(rules, ruleLabel)
  for (const name of [...include.keys(), ...request.exclude]) if (!known.has(name)) throw unknownColumn(name, known)
  for (const name of include.keys()) {
    const [first, ...others] = known.get(name) ?? []
    if (first && [first, ...others].every(isFixed)) throw fixedColumn(name, first.reason)
  }
  return rules.map((rule): ColumnRule => {
    const label = ruleLabel(rule)
    if (request.exclude.includes(label)) return { ...rule, action: 'never', reason: EXCLUDED }
    const host = include.get(label)
    if (host === undefined || isFixed(rule)) return rule
    return {
      ...rule,
      action: 'rewrite',
      form: host ? 'host' : rule.form,
      reason: `${rule.reason}; switched on by --include`,
    }
  })
}

function unknownColumn(name: string, known: ReadonlyMap<string, unknown>): MigratorError {
  const wanted = name.toLowerCase().replace(/^tab/, '')
  const alike = [...known.keys()].filter((label) => label.toLowerCase().includes(wanted)).slice(0, 3)
  return new MigratorError({
    code: 'unknown-column',
    kind: 'usage',
    message: `--include or --exclude names a column that this site does not have: ${JSON.stringify(name)}.`,
    untouched: 'Nothing was changed.',
    hint:
      name !== '' && alike.length
        ? `Did you mean ${alike.join(' or ')}?`
        : 'Copy the switch from the plan: TABLE.COLUMN, or DocType.field for a Single.',
  })
}

const fixedColumn = (name: string, reason: string): MigratorError =>
  new MigratorError({
    code: 'column-fixed',
    kind: 'usage',
    message: `No --include switches on the column ${name}, which is never rewritten.`,
    evidence: reason,
    untouched: 'Nothing was changed.',
    hint: 'Leave the switch away.',
  })

/** History, credentials, other systems' addresses: no switch turns these on. */
const isFixed = ({ action }: ColumnRule): boolean => action === 'never' || action === 'external'

export const rewriteTargets = (rules: ColumnRule[], tables: TableSchema[]): RewriteTarget[] =>
  targetsOf(
    rules.filter((rule) => rule.action === 'rewrite'),
    tables,
  ).targets

type Preview = Plan['preview']

export function previewRewrite(columns: ColumnOccurrences[]): Preview['rewrite'] {
  return columns
    .filter((column) => column.action === 'rewrite' && column.values > 0)
    .map(({ table, column, field, values, places, code, reason, samples }) => ({
      table,
      column,
      field,
      values,
      places,
      code,
      reason,
      samples,
    }))
}

/** Columns that are off by default and names standing alone, each with its switch. */
export function previewOffered(columns: ColumnOccurrences[]): Preview['offered'] {
  const off = columns
    .filter((column) => column.action === 'offer' && column.values > 0)
    .map((column) => ({
      what: `${column.label}: ${column.reason}`,
      values: column.values,
      switch: `--include ${quoted(column.label)}`,
      samples: column.samples.map((sample) => `${sample.row}: ${sample.before}`),
    }))
  const bare = columns
    .filter((column) => column.action !== 'external' && column.bare > 0)
    .map((column) => ({
      what: `${column.label}: the name standing alone`,
      values: column.bare,
      switch: `--include ${quoted(`${column.label}:host`)}`,
      samples: column.bareSamples,
    }))
  return [...off, ...bare]
}

const quoted = (text: string): string => (/^[\w.:-]+$/.test(text) ? text : `"${text}"`)

/** What is left alone: what somebody may have expected otherwise first, then what is never rewritten, by reason. */
export function previewSkipped(
  rules: ColumnRule[],
  columns: ColumnOccurrences[],
  withoutKey: ReadonlyMap<string, number>,
): Preview['skipped'] {
  const left = Map.groupBy(
    rules.filter((rule) => rule.action === 'never'),
    (rule) => rule.reason,
  )
  const excluded = [...new Set((left.get(EXCLUDED) ?? []).map(ruleLabel))]
  left.delete(EXCLUDED)
  const never = [...left].map(([reason, ofReason]) => {
    const tables = [...new Set(ofReason.map((rule) => rule.table))].sort()
    const more = tables.length > 6 ? ` and ${tables.length - 6} more` : ''
    const what = `${tables.slice(0, 6).join(', ')}${more}`
    return { what, values: null, reason, never: { kind: kindOfReason(reason), tables } }
  })
  const refused = columns.flatMap((column) =>
    column.refused ? [{ what: column.label, values: column.refused.count, reason: column.refused.reason }] : [],
  )
  const doubtful = columns
    .filter((column) => column.doubtful > 0)
    .map((column) => ({
      what: column.label,
      values: column.doubtful,
      reason: 'escaped, in a pattern or beside credentials: look and change by hand',
    }))
  return [
    ...refused,
    ...doubtful,
    ...excluded.map((what) => ({ what, values: null, reason: EXCLUDED })),
    ...[...withoutKey].map(([what, values]) => ({
      what,
      values,
      reason: 'the table has no primary key that finds a row again',
    })),
    ...never,
  ]
}

import type { TableSchema } from '../../database/site-database.ts'
import type { Plan } from '../../execution/plan.ts'
import type { ColumnRule } from '../../rewrite/fields/column-rule.ts'
import { type ColumnOccurrences, ruleLabel } from '../../rewriting/column-occurrences.ts'
import { targetsOf } from '../../rewriting/rule-targets.ts'
import type { RewriteTarget } from '../../rewriting/targets.ts'
import type { RenameRequest } from './request.ts'

export interface SwitchedRules {
  rules: ColumnRule[]
  /** Switches of the request that named no column, so that a typing error is not passed over. */
  unknown: string[]
  /** Columns of `--include` that are never rewritten. */
  fixed: { name: string; reason: string }[]
}

/** Applies `--include` and `--exclude` to the rules the schema gave. */
export function switchRules(rules: ColumnRule[], request: RenameRequest): SwitchedRules {
  const include = new Map(request.include.map((name) => [name.replace(/:host$/, ''), name.endsWith(':host')]))
  const known = Map.groupBy(rules, ruleLabel)
  const unknown = [...include.keys(), ...request.exclude].filter((name) => !known.has(name))
  const fixed = [...include.keys()].flatMap((name) => {
    const [first, ...others] = known.get(name) ?? []
    return first && [first, ...others].every(isFixed) ? [{ name, reason: first.reason }] : []
  })
  const switched = rules.map((rule): ColumnRule => {
    const label = ruleLabel(rule)
    if (request.exclude.includes(label)) return { ...rule, action: 'never', reason: 'left out by --exclude' }
    const host = include.get(label)
    if (host === undefined || isFixed(rule)) return rule
    return {
      ...rule,
      action: 'rewrite',
      form: host ? 'host' : rule.form,
      reason: `${rule.reason}; switched on by --include`,
    }
  })
  return { rules: switched, unknown, fixed }
}

/** History, credentials, other systems' addresses: no switch turns these on. */
const isFixed = ({ action }: ColumnRule): boolean => action === 'never' || action === 'external'

export function rewriteTargets(
  rules: ColumnRule[],
  tables: TableSchema[],
): { targets: RewriteTarget[]; withoutKey: string[] } {
  return targetsOf(
    rules.filter((rule) => rule.action === 'rewrite'),
    tables,
  )
}

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

/** What is left alone, by reason; columns of the same reason together. */
export function previewSkipped(
  rules: ColumnRule[],
  columns: ColumnOccurrences[],
  withoutKey: string[],
): Preview['skipped'] {
  const byReason = new Map<string, Set<string>>()
  for (const rule of rules) {
    if (rule.action !== 'never') continue
    const tables = byReason.get(rule.reason) ?? new Set()
    tables.add(rule.table)
    byReason.set(rule.reason, tables)
  }
  const never = [...byReason].map(([reason, tables]) => {
    const names = [...tables].sort()
    const more = names.length > 6 ? ` and ${names.length - 6} more` : ''
    return { what: `${names.slice(0, 6).join(', ')}${more}`, values: null, reason }
  })
  const refused = columns.flatMap((column) =>
    column.refused ? [{ what: column.label, values: column.refused.count, reason: column.refused.reason }] : [],
  )
  return [
    ...refused,
    ...withoutKey.map((table) => ({ what: table, values: null, reason: 'the table has no primary key' })),
    ...never,
  ]
}

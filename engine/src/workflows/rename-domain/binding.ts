import type { BindingFact } from '../../execution/plan.ts'
import type { ColumnRule } from '../../rewrite/fields/column-rule.ts'
import { ruleLabel } from '../../rewriting/column-occurrences.ts'
import type { DatabaseFacts } from './database-facts.ts'
import type { RenameInput } from './plan.ts'

/** What must not have moved between a plan and its run; steps and their parameters are compared too. */
export function bindingOf({ facts, names, database, request }: RenameInput): BindingFact[] {
  const services = [
    ['web server', facts.servedBy],
    ['process manager', facts.processManager.kind],
    ['nginx', facts.nginx?.master ? 'running' : 'not running'],
    ...facts.redis.map((redis) => [`Redis ${redis.purpose}`, redis.reachable ? 'answers' : 'does not answer']),
  ].map(([item, value]) => ({ item: `service: ${item}`, value: value ?? '' }))
  return [
    { item: 'bench', value: facts.path },
    { item: 'frappe version', value: facts.frappeVersion ?? 'unknown' },
    { item: `${names.site.config.path}: database`, value: names.site.databaseName ?? '' },
    {
      item: 'names of the site',
      value: names.site.names
        .map((name) => name.host)
        .sort()
        .join(', '),
    },
    { item: 'names that are rewritten', value: JSON.stringify(names.hosts) },
    { item: 'switches', value: [...request.include, ...request.exclude.map((name) => `-${name}`)].join(' ') },
    ...services,
    ...tablesOf(database),
    ...rulesOf(database.rules),
  ]
}

const tablesOf = ({ tables }: DatabaseFacts): BindingFact[] =>
  tables.map(({ name, primaryKey, columns }) => ({
    item: `table ${name}`,
    value: {
      'primary key': primaryKey.join(', ') || 'none',
      ...Object.fromEntries(
        columns.map((column) => [
          `column ${column.name}`,
          [column.dataType, column.maximumCharacters, column.generated ? 'generated' : null]
            .filter((word) => word !== null)
            .join(' '),
        ]),
      ),
    },
  }))

/** By table, so that a plan of a thousand columns stays short. */
function rulesOf(rules: ColumnRule[]): BindingFact[] {
  const tables = Map.groupBy(
    rules.filter((rule) => rule.action !== 'never'),
    (rule) => rule.table,
  )
  return [...tables].map(([table, ofTable]) => ({
    item: `rules of ${table}`,
    value: Object.fromEntries(
      [...Map.groupBy(ofTable, (rule) => (rule.single ? ruleLabel(rule) : rule.column))].map(([label, ofLabel]) => [
        label,
        ofLabel.map(ruleText).join('; '),
      ]),
    ),
  }))
}

const ruleText = ({ action, form, json, code, where }: ColumnRule): string =>
  [
    `${action} as ${form}`,
    ...(json ? ['JSON'] : []),
    ...(code ? ['code'] : []),
    ...where.map(({ column, test, values }) => `where ${column} ${test} ${values.join(', ')}`),
  ].join(' ')

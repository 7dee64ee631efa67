import type { BindingFact } from '../../execution/plan.ts'
import { digestOf } from '../../host/value-digest.ts'
import type { SideFacts, TransferInput } from './input.ts'

/** What must not have moved between a plan and its run; steps and their parameters are compared too. */
export function transferBinding(input: TransferInput): BindingFact[] {
  const { source, target, name, newDatabase } = input
  return [
    ...sideBinding('source', source),
    ...sideBinding('target', target),
    { item: 'source: database server', value: source.database.server.version },
    { item: 'target: database server', value: target.database.server?.version ?? 'not reached' },
    { item: 'site', value: `${source.site.name} → ${name}` },
    { item: 'new database', value: newDatabase },
    { item: `${source.site.config.path}: database`, value: source.site.databaseName ?? '' },
    { item: 'tables of the source', value: digestOf(source.database.tables.map(schemaOf)) },
  ]
}

/** Sizes and rows move with every document: they are estimates, and no part of the plan. */
const schemaOf = ({ name, columns, primaryKey }: TransferInput['source']['database']['tables'][number]) => [
  name,
  primaryKey,
  columns.map((column) => [column.name, column.declaredType]),
]

const sideBinding = (side: string, { server, facts, checkouts }: SideFacts): BindingFact[] => [
  { item: `${side}: bench`, value: `${server} ${facts.path}` },
  {
    item: `${side}: apps`,
    value: Object.fromEntries(
      facts.apps.map(({ name, version, commit }) => [
        name,
        `${version ?? 'version unknown'} ${commit ?? ''} ${checkouts.find(({ app }) => app === name)?.changedFiles ?? 0} changed files`,
      ]),
    ),
  },
]

import type { BindingFact } from '../../execution/plan.ts'
import { digestOf } from '../../host/value-digest.ts'
import type { RestoreInput } from './input.ts'

/** What must not have moved between a plan and its run; steps and their parameters are compared too. */
export function restoreBinding({ facts, target, backup, server }: RestoreInput): BindingFact[] {
  const { dump } = backup.database
  return [
    { item: 'bench', value: facts.path },
    { item: 'frappe version', value: facts.frappeVersion ?? 'unknown' },
    {
      item: 'apps',
      value: facts.apps
        .map(({ name }) => name)
        .sort()
        .join(', '),
    },
    { item: 'database server', value: server.facts?.version ?? 'not reached' },
    { item: 'target', value: `${target.kind} ${target.name}` },
    ...(target.kind === 'existing'
      ? [{ item: `${target.site.config.path}: database`, value: target.site.databaseName ?? '' }]
      : []),
    {
      item: 'backup',
      value: Object.fromEntries(
        [backup.database.content, backup.publicFiles?.content, backup.privateFiles?.content, backup.siteConfig?.content]
          .filter((content) => content !== undefined)
          .map(({ part, storedBytes }) => [part.role, `${part.path}, ${storedBytes} bytes`]),
      ),
    },
    {
      item: 'tables of the backup',
      value: digestOf((dump?.tables ?? []).map(({ name, rows, dataBytes }) => [name, rows, dataBytes])),
    },
  ]
}

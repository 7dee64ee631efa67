import { availableParallelism } from 'node:os'
import type { SiteDatabase } from '../database/site-database.ts'
import type { ColumnRule } from '../rewrite/fields/column-rule.ts'
import { targetsOf } from './rule-targets.ts'

/** A site that was hosted had such a name, and its content may still link to it. */
const HOSTED = '.frappe.cloud'
const HOSTED_NAME = /(?<=\/\/|%2F%2F|\\\/\\\/)[a-z0-9-]{1,63}\.frappe\.cloud(?![\w.-])/gi

/** Names under frappe.cloud that links in rewritable columns point to, most frequent first, with how many values hold each. */
export async function findHostedNames(
  database: SiteDatabase,
  rules: ColumnRule[],
  signal: AbortSignal | undefined,
): Promise<{ host: string; values: number }[]> {
  const { targets } = targetsOf(
    rules.filter((rule) => rule.action === 'rewrite'),
    await database.tables(),
  )
  const counts = new Map<string, number>()
  const hits = database.scan({
    targets: targets.map((target) => ({
      table: target.table,
      columns: target.singles.length ? ['value'] : [...new Set(target.columns.map((column) => column.column))],
      alsoReturn: [],
    })),
    needles: [HOSTED],
    ignoreCase: false,
    parallel: availableParallelism(),
    ...(signal ? { signal } : {}),
  })
  for await (const { row } of hits) {
    for (const value of Object.values(row)) {
      if (typeof value !== 'string') continue
      const hosts = new Set([...value.matchAll(HOSTED_NAME)].map(([host]) => host.toLowerCase()))
      for (const host of hosts) counts.set(host, (counts.get(host) ?? 0) + 1)
    }
  }
  return [...counts].map(([host, values]) => ({ host, values })).sort((one, other) => other.values - one.values)
}

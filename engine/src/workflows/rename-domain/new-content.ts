import { availableParallelism } from 'node:os'
import { z } from 'zod'
import { changeKinds } from '../../changes/registry.ts'
import type { RunEnvironment } from '../../execution/environment.ts'
import { emptyPreview, type Plan } from '../../execution/plan.ts'
import { collectCells } from '../../rewriting/collect-cells.ts'
import { RewriteHost, RewriteTarget } from '../../rewriting/targets.ts'

export interface NewContent {
  values: number
  columns: string[]
  hosts: z.infer<typeof RewriteHost>[]
  targets: RewriteTarget[]
}

const Captured = z.object({ hosts: z.array(RewriteHost), targets: z.array(RewriteTarget) })

/** After a rollback: what still names the new host in the columns the run rewrote. null when the run rewrote none. */
export async function surveyNewContent(environment: RunEnvironment, plan: Plan): Promise<NewContent | null> {
  const step = plan.steps.find((one) => one.kind === 'capture-rows')
  const params = Captured.safeParse(step?.params)
  if (!params.success) return null
  const [first] = params.data.hosts
  if (!first) return null
  const hosts = [{ from: first.to, to: first.from }]
  const database = await environment.place().openDatabase()
  try {
    let values = 0
    const columns = new Set<string>()
    const cells = collectCells(database, params.data.targets, hosts, {
      parallel: availableParallelism(),
      signal: environment.stop,
    })
    for await (const cell of cells) {
      if (cell.rewritten.changed.length === 0) continue
      values += 1
      columns.add(`${cell.table}.${cell.column}`)
    }
    return { values, columns: [...columns], hosts, targets: params.data.targets }
  } finally {
    await database.close()
  }
}

/** A plan of its own, so that it can be taken back like any run. */
export function newContentPlan(plan: Plan, content: NewContent): Plan {
  const kind = 'rewrite-database'
  const params = JSON.parse(
    JSON.stringify({ mode: 'rescan', rounds: 3, hosts: content.hosts, targets: content.targets }),
  )
  const describe = changeKinds.get(kind)?.describe(params) ?? ''
  const { oldDirectory } = plan.site
  return {
    ...plan,
    createdAt: new Date().toISOString(),
    site: { oldName: plan.site.newName, newName: plan.site.oldName, oldDirectory, newDirectory: oldDirectory },
    steps: [{ id: 'rewrite-remainder', phase: 'domain_changes', kind, params, describe, undo: 'exact' }],
    checks: [{ id: 'no-occurrence-left', phase: 'verify_migration', params: { step: 'rewrite-remainder' } }],
    preview: { ...emptyPreview(), diskBytesFree: plan.preview.diskBytesFree },
    findings: [],
  }
}

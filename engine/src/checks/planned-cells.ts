import { join } from 'node:path'
import { z } from 'zod'
import { readChunks } from '../rewriting/row-file.ts'
import type { Check } from './check.ts'

const Params = z.object({ steps: z.array(z.string()) })
const Rows = z.object({
  changed: z.number(),
  moved: z.number(),
  files: z.array(z.object({ file: z.string(), cells: z.number() })),
})

/** Every row the run rewrote holds its planned value, unless somebody changed it since. */
export const plannedCells: Check = {
  id: 'planned-cells',
  title: 'Rewritten rows hold their planned values',
  run: async (context, params) => {
    const { vault } = context
    if (vault === null) return { status: 'not-applicable', critical: false, evidence: 'no run to compare with' }
    let planned = 0
    let equal = 0
    let old = 0
    const others: string[] = []
    const database = await context.database()
    const writer = await database.openWriter(60_000)
    try {
      for (const step of Params.parse(params).steps) {
        const rows = Rows.safeParse(context.afterOf(step))
        if (!rows.success) continue
        for (const { file, cells: count } of rows.data.files) {
          for await (const { cells } of readChunks(join(vault, file), count)) {
            planned += cells.length
            const now = await writer.readCells(cells.map(({ where: _, ...cell }) => cell))
            const differing = cells.filter((cell, index) => now[index]?.value !== cell.after)
            equal += cells.length - differing.length
            // A document submitted or sent meanwhile rightly keeps its old value: those are read by their conditions.
            const inRule = await writer.readCells(differing)
            for (const [index, cell] of differing.entries()) {
              if (inRule[index]?.value === cell.before) old += 1
              else others.push(`${cell.table}.${cell.column}`)
            }
          }
        }
      }
    } finally {
      await writer.close()
    }
    const changed = others.length
      ? `; ${others.length} changed by the running site since (${[...new Set(others)].slice(0, 3).join(', ')})`
      : ''
    const evidence = `${equal} of ${planned} values as planned${changed}`
    if (old > 0) return { status: 'failed', critical: true, evidence: `${evidence}; ${old} still hold the old name` }
    return { status: 'passed', critical: true, evidence }
  },
}

import { z } from 'zod'
import type { Check } from './check.ts'

const Params = z.object({ before: z.string(), after: z.string(), planned: z.array(z.string()) })
const Digest = z.object({
  schemaSha256: z.string(),
  tables: z.array(z.object({ table: z.string(), rows: z.number(), sha256: z.string() })),
})

/** `--deep`: tables outside the plan are the same to the byte, and no table lost or gained a row. */
export const deepDigest: Check = {
  id: 'deep-digest',
  title: 'Tables outside the plan are unchanged (deep)',
  run: async (context, params) => {
    const { before, after, planned } = Params.parse(params)
    const [old, now] = [Digest.safeParse(context.afterOf(before)), Digest.safeParse(context.afterOf(after))]
    if (!old.success || !now.success)
      return { status: 'not-applicable', critical: false, evidence: 'run without --deep' }
    const tables = new Map(now.data.tables.map((table) => [table.table, table]))
    const stray = old.data.tables.filter((table) => {
      const other = tables.get(table.table)
      return !other || other.rows !== table.rows || (other.sha256 !== table.sha256 && !planned.includes(table.table))
    })
    const evidence = `${old.data.tables.length} tables compared, ${planned.length} in the plan`
    if (stray.length === 0 && old.data.schemaSha256 === now.data.schemaSha256)
      return { status: 'passed', critical: false, evidence }
    return {
      status: 'warning',
      critical: false,
      evidence: `${evidence}; changed outside it: ${
        stray
          .map((table) => table.table)
          .slice(0, 5)
          .join(', ') || 'the schema'
      }`,
      remedy: 'Something else wrote into the database during maintenance (an integration with its own connection?).',
    }
  },
}

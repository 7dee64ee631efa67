import { availableParallelism } from 'node:os'
import { z } from 'zod'
import type { Change } from './change.ts'

const Params = z.object({ when: z.enum(['before', 'after']) })

export type RecordedDigest = {
  schemaSha256: string
  sha256: string
  tables: { table: string; rows: number; sha256: string }[]
}

/** Records the canonical digest of every table (`--deep`), so that verification can say what changed and what did not. */
export const recordDigest: Change<z.infer<typeof Params>, null, RecordedDigest> = {
  kind: 'record-digest',
  undo: 'exact',
  params: Params,
  describe: ({ when }) => `Read every table and record its digest ${when} the change (site is in maintenance)`,
  inspect: async () => ({ state: 'pending' }),
  prepare: async () => null,
  apply: async (context) => {
    const database = await context.database()
    const digest = await database.digest({ parallel: availableParallelism() })
    return {
      schemaSha256: digest.schemaSha256,
      sha256: digest.sha256,
      tables: digest.tables.map((table) => ({ ...table })),
    }
  },
  revert: async () => [],
}

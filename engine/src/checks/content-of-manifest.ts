import { availableParallelism } from 'node:os'
import { z } from 'zod'
import type { Check } from './check.ts'
import { passingTables } from './passing-tables.ts'
import { firstOf } from './shown-names.ts'

const Params = z.object({
  source: z.string(),
  tables: z.array(z.object({ name: z.string(), checksum: z.string().nullable() })),
})

/** Whether the tables hold, to the byte, what the manifest says: reads all of them (asked with --deep alone). */
export const contentOfManifest: Check = {
  id: 'content-of-manifest',
  title: 'Tables hold what the manifest says',
  run: async (context, params) => {
    const { source, tables } = Params.parse(params)
    const wanted = tables.filter(({ checksum, name }) => checksum !== null && !passingTables.has(name))
    if (wanted.length === 0)
      return { status: 'not-applicable', critical: false, evidence: `${source} counts rows only: it has no checksums` }
    const database = await context.database()
    const digest = await database.digest({ parallel: availableParallelism() })
    const now = new Map(digest.tables.map((table) => [table.table, table.sha256]))
    const different = wanted.filter(({ name, checksum }) => now.get(name) !== checksum).map(({ name }) => name)
    const evidence = `${wanted.length} tables read`
    if (different.length === 0)
      return { status: 'passed', critical: true, evidence: `${evidence}, all as in ${source}` }
    return {
      status: 'warning',
      critical: false,
      evidence: `${evidence}; different from ${source}: ${firstOf(different, 8)}`,
      remedy: 'A live site writes documents and settings all the time; look at tables where you expect no work.',
    }
  },
}

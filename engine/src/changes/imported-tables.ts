import { availableParallelism } from 'node:os'
import { z } from 'zod'
import type { MariadbKept } from '../database/kept-address.ts'
import { openSiteDatabase } from '../database/open.ts'
import type { DatabaseDigest } from '../database/site-database.ts'
import type { ChangeContext } from './change.ts'

/** What an import records of the database as it left it. */
export const ImportedTables = z.object({
  schemaSha256: z.string(),
  tables: z.array(z.object({ table: z.string(), rows: z.number(), sha256: z.string() })),
})
export type ImportedTables = z.infer<typeof ImportedTables>

export async function digestOf(address: MariadbKept): Promise<DatabaseDigest> {
  const database = await openSiteDatabase(address)
  try {
    return await database.digest({ parallel: availableParallelism() })
  } finally {
    await database.close()
  }
}

/** Tables that differ from what the import left, each with how; nothing when it did not come to its end. */
export async function writtenSince(context: ChangeContext, step: string, address: MariadbKept): Promise<string[]> {
  const recorded = ImportedTables.safeParse(context.afterOf(step)).data
  return recorded ? differences(recorded, await digestOf(address)) : []
}

/** Pure. */
export function differences(left: ImportedTables, now: ImportedTables): string[] {
  const present = new Map(now.tables.map((one) => [one.table, one]))
  const known = new Set(left.tables.map(({ table }) => table))
  return [
    ...left.tables.flatMap(({ table, rows, sha256 }) => {
      const other = present.get(table)
      if (!other) return [`${table}: gone`]
      if (other.sha256 === sha256) return []
      const more = other.rows - rows
      return [`${table}: ${more === 0 ? 'values' : `${more > 0 ? '+' : ''}${more} rows`}`]
    }),
    ...now.tables.flatMap(({ table }) => (known.has(table) ? [] : [`${table}: new`])),
    ...(left.schemaSha256 === now.schemaSha256 || known.size === 0 ? [] : schemaAlone(left, now)),
  ]
}

/** A new or lost table has been told already. */
const schemaAlone = (left: ImportedTables, now: ImportedTables): string[] =>
  left.tables.length === now.tables.length ? ['the schema'] : []

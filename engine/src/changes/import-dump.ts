import { availableParallelism } from 'node:os'
import { z } from 'zod'
import { keptPath, readKeptAddress } from '../database/kept-address.ts'
import { clearDatabase } from '../database/mariadb/clear-database.ts'
import { type LoadStatement, loadDump } from '../database/mariadb/load-dump.ts'
import { BackupFile, readBackupFile } from './backup-file.ts'
import type { Change, ChangeContext } from './change.ts'
import { digestOf, type ImportedTables } from './imported-tables.ts'
import { LoadStatements } from './load-statements.ts'

const Params = z.object({
  dump: BackupFile,
  /** Bytes of its statements, for progress. */
  bytes: z.number(),
  madeBy: z.string(),
  /** Collations and character sets this server does not know, and what they become. */
  collations: z.record(z.string(), z.string()),
  tables: z.number(),
  rows: z.number(),
})
type Params = z.infer<typeof Params>

/** One connection makes tables and two or more fill them; more than the server has processors for gain nothing. */
const CONNECTIONS = 4

const TableDone = z.object({ event: z.literal('table'), table: z.string(), rows: z.number() })

/**
 * Loads the dump into the new database, table by table: a load that was broken off goes on with the tables that are not whole. What it
 * left is recorded by digests.
 */
export const importDump: Change<Params, null, ImportedTables> = {
  kind: 'import-dump',
  undo: 'exact',
  params: Params,
  describe: ({ tables, rows }) => `Load the backup: ${tables} tables, ${rows} rows (the site is not touched)`,
  inspect: async () => ({ state: 'pending' }),
  prepare: async () => null,
  apply: async (context, params) => {
    const made = z.object({ address: z.string() }).parse(context.afterOf(params.madeBy))
    const address = await readKeptAddress(keptPath(context.vault, made.address))
    const done = doneBefore(context)
    await clearDatabase(address, done)
    let bytes = 0
    const statements = new LoadStatements(params.collations)
    const read = async (take: (statement: LoadStatement) => Promise<void>) => {
      await readBackupFile(params.dump, context, async (chunk) => {
        for (const statement of statements.push(chunk)) await take(statement)
      })
      for (const statement of statements.end()) await take(statement)
    }
    await loadDump(address, read, {
      connections: Math.min(CONNECTIONS, availableParallelism()),
      done,
      signal: context.signal,
      onTable: (table, rows) => context.journal({ event: 'table', table, rows }),
      onAlterations: () => context.journal({ event: 'alterations' }),
      onBytes: (count) => {
        bytes += count
        context.report({ done: bytes, total: params.bytes, unit: 'bytes', what: 'loading' })
      },
    })
    const { schemaSha256, tables } = await digestOf(address)
    return { schemaSha256, tables: tables.map((table) => ({ ...table })) }
  },
  // The database goes with the step that made it.
  revert: async () => [],
}

/** Tables that are whole; none once they were being altered. */
function doneBefore(context: ChangeContext): Set<string> {
  const done = new Set<string>()
  for (const record of context.progress()) {
    const { data } = TableDone.safeParse(record)
    if (data) done.add(data.table)
    if (record['event'] === 'alterations') done.clear()
  }
  return done
}

import { availableParallelism } from 'node:os'
import { z } from 'zod'
import { definitionFor } from '../backup/definition-for.ts'
import { keptPath, type MariadbKept, readKeptAddress } from '../database/kept-address.ts'
import { connect } from '../database/mariadb/connection.ts'
import { copyDatabase as copy } from '../database/mariadb/copy/copy-database.ts'
import { CopyJournal, CopyRecord } from '../database/mariadb/copy/copy-journal.ts'
import { readServerFacts } from '../database/mariadb/server-facts.ts'
import { reachedAddress } from '../database/reached-address.ts'
import type { Host } from '../host/host.ts'
import type { Change, ChangeContext } from './change.ts'

const Params = z.object({
  /** The step that made the database it goes into. */
  madeBy: z.string(),
  /** The step that made the account which reads the source. */
  account: z.string(),
  /** As they were when the plan was made; for people and progress. */
  tables: z.number(),
  rows: z.number(),
  bytes: z.number(),
})
type Params = z.infer<typeof Params>

/** What was copied. No digests: the site goes on writing, and what is captured meanwhile changes the copy. */
export type CopiedDatabase = {
  tables: number
  rows: number
  bytes: number
  /** Made, and switched off: two sites must not both run them. */
  events: string[]
  /** Unknown to the target, and what stands in for them. */
  collations: Record<string, string>
}

/** Pairs of connections: more than the servers have processors for gain nothing (measured with 2 to 4 on two). */
const FEWEST = 2
const MOST = 4

/** Copies the source's database while its site is in use. One that was broken off goes on with what is not whole. */
export const copyDatabase: Change<Params, null, CopiedDatabase> = {
  kind: 'copy-database',
  undo: 'exact',
  params: Params,
  describe: ({ tables, rows }) => `Copy the database: ${tables} tables, about ${rows} rows (the site stays in use)`,
  inspect: async () => ({ state: 'pending' }),
  prepare: async () => null,
  apply: async (context, { madeBy, account, bytes }) => {
    const source = context.place('source')
    const definer = await source.address()
    if (definer.kind !== 'mariadb') throw new Error('only a MariaDB database is copied between servers')
    const target = await keptOf(context, madeBy, context.host)
    const known = await collationsOf(target)
    const collations = new Map<string, string>()
    const copied = await copy({
      source: await keptOf(context, account, source.host),
      target,
      definer,
      define: (statement) => {
        const redefined = definitionFor(statement, known)
        for (const [name, standIn] of redefined.collations) collations.set(name, standIn)
        return redefined.statement
      },
      pipelines: Math.max(FEWEST, Math.min(MOST, availableParallelism())),
      journal: journalOf(context),
      onBytes: (done, total) =>
        context.report({ done, total: Math.max(done, total, bytes === 0 ? 0 : 1), unit: 'bytes', what: 'copying' }),
      signal: context.signal,
    })
    return {
      tables: copied.tables.length,
      rows: copied.tables.reduce((sum, { rows }) => sum + rows, 0),
      bytes: copied.bytes,
      events: copied.events,
      collations: Object.fromEntries(collations),
    }
  },
  // The database goes with the step that made it.
  revert: async () => [],
}

/** The address another step has kept, as it is reached from here. */
async function keptOf(context: ChangeContext, step: string, host: Host): Promise<MariadbKept> {
  const { address } = z.object({ address: z.string() }).parse(context.afterOf(step))
  return reachedAddress(host, await readKeptAddress(keptPath(context.vault, address)))
}

async function collationsOf(address: MariadbKept): Promise<ReadonlySet<string>> {
  const connection = await connect(address, 'read')
  try {
    return new Set((await readServerFacts(connection)).collations)
  } finally {
    await connection.end()
  }
}

function journalOf(context: ChangeContext): CopyJournal {
  const earlier = context.progress().flatMap((record) => {
    const { data } = CopyRecord.safeParse(record)
    return data ? [data] : []
  })
  return new CopyJournal((record) => context.journal(record), earlier)
}

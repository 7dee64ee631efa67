import type { MariadbAddress } from './connection.ts'
import { driverError } from './connection-errors.ts'
import { asLoadError } from './load-errors.ts'
import { LoadSession } from './load-session.ts'
import { TableLoader } from './table-loader.ts'

/**
 * A statement of a dump by what loading does with it. `setting`: holds for the session from here on · `definition`: a table or a
 * sequence, in the dump's order · `rows`: of a table · `around-rows`: of a table, before or after its rows (keys off and on) ·
 * `alteration`: of a table, when its rows are there · `late`: a view, a trigger, a routine: when all rows are there.
 */
export interface LoadStatement {
  kind: 'setting' | 'definition' | 'rows' | 'around-rows' | 'alteration' | 'late' | 'passed-over'
  /** The table; null where it is of none. */
  table: string | null
  /** Its bytes, one character each (latin1), without the delimiter. */
  text: string
}

export interface LoadOptions {
  /** Connections that load rows at once, beside the one that makes tables. */
  connections: number
  /** Tables an earlier process has loaded to their end. */
  done: ReadonlySet<string>
  /** A table's rows are all in and committed: durable before the next is told. */
  onTable(table: string, rows: number): Promise<void>
  /** Tables are about to be altered once more, which cannot be done twice: a load that is broken off from here on begins anew. */
  onAlterations(): Promise<void>
  onBytes?(bytes: number): void
  signal?: AbortSignal
}

/**
 * Loads a dump into a database of its own: tables as they come, the rows of several tables at once, views and triggers at last.
 * @throws MigratorError `load-failed` and others, telling the statement's table and never its values
 * @param read hands on the dump's statements, each when the one before it has been taken
 */
export async function loadDump(
  address: MariadbAddress,
  read: (take: (statement: LoadStatement) => Promise<void>) => Promise<void>,
  options: LoadOptions,
): Promise<void> {
  const settings: string[] = []
  const script: LoadStatement[] = []
  const definitions = await LoadSession.open(address)
  const loaders = await Promise.all(
    Array.from({ length: options.connections }, () => TableLoader.open(address, settings, options.onTable)),
  )
  let place: string | null = null
  try {
    await read(async (statement) => {
      const { kind, table, text } = statement
      options.signal?.throwIfAborted()
      options.onBytes?.(text.length)
      place = table
      const isDone = table !== null && options.done.has(table)
      if (kind === 'setting') {
        settings.push(text)
        script.push(statement)
        await definitions.run(text)
      } else if (kind === 'late' || kind === 'alteration') script.push(statement)
      else if (kind === 'definition' && !isDone) await definitions.run(text)
      else if ((kind === 'rows' || kind === 'around-rows') && table !== null && !isDone)
        await loaderOf(loaders, table).take(table, kind, text)
    })
    place = null
    await Promise.all(loaders.map((loader) => loader.finish()))
    if (script.some(({ kind }) => kind === 'alteration')) await options.onAlterations()
    await runScript(address, script)
  } catch (error) {
    for (const loader of loaders) loader.destroy()
    throw asLoadError(error, address, loaders.find((loader) => loader.failedAt !== null)?.failedAt ?? place)
  } finally {
    await Promise.all([definitions.close(), ...loaders.map((loader) => loader.close())])
  }
}

/** The one that has the table already, else the one with the least to do: the dump has gone on to another table. */
function loaderOf(loaders: TableLoader[], table: string): TableLoader {
  const own = loaders.find((loader) => loader.table === table)
  const [idlest] = loaders.toSorted((one, other) => one.waitingBytes - other.waitingBytes)
  const chosen = own ?? idlest
  if (!chosen) throw new Error('no connection to load rows')
  return chosen
}

/** A view of a view that comes later. */
const NO_SUCH_TABLE = 1146

/**
 * Runs what waits for the rows, in a session of its own with the settings where they stood: those at the dump's end put back what was
 * before it. What needs something that comes later is tried again when that is there.
 */
async function runScript(address: MariadbAddress, script: LoadStatement[]): Promise<void> {
  let waiting = script.filter(({ kind }) => kind !== 'setting')
  while (waiting.length > 0) {
    const { failed, error } = await runOnce(address, script, new Set(waiting))
    if (failed.length === waiting.length) throw error
    waiting = failed
  }
}

async function runOnce(
  address: MariadbAddress,
  script: LoadStatement[],
  wanted: ReadonlySet<LoadStatement>,
): Promise<{ failed: LoadStatement[]; error: unknown }> {
  const session = await LoadSession.open(address)
  const failed: LoadStatement[] = []
  let first: unknown
  try {
    for (const statement of script) {
      if (statement.kind !== 'setting' && !wanted.has(statement)) continue
      try {
        await session.run(statement.text)
      } catch (error) {
        if (driverError(error)?.errno !== NO_SUCH_TABLE || statement.kind !== 'late') throw error
        first ??= error
        failed.push(statement)
      }
    }
  } finally {
    await session.close()
  }
  return { failed, error: first }
}

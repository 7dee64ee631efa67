import type { Connection } from 'mariadb'
import type { Row } from '../../site-database.ts'
import { clearDatabase } from '../clear-database.ts'
import { connectWith, type MariadbAddress } from '../connection.ts'
import type { CopiedTable } from './copied-table.ts'
import { asCopyError } from './copy-errors.ts'
import type { CopyJournal } from './copy-journal.ts'
import { copyTables } from './copy-tables.ts'
import { makeLateObjects } from './late-objects.ts'
import { setSequence } from './schema-objects.ts'
import { readSequencesOf, readSource, type SchemaOptions } from './source-schema.ts'

export interface CopyOptions extends Omit<SchemaOptions, 'cutOf'> {
  source: MariadbAddress
  /** The new database, as an account that nobody else uses. */
  target: MariadbAddress
  /** Pairs of connections at work. */
  pipelines: number
  journal: CopyJournal
  onBytes?(done: number, total: number): void
  signal?: AbortSignal
}

export interface DatabaseCopied {
  tables: { table: string; rows: number }[]
  /** Bytes of rows as they were sent, by this process. */
  bytes: number
  /** Made, and switched off. */
  events: string[]
}

const DEFINING = [
  "SET SESSION time_zone = '+00:00', sql_mode = 'ALLOW_INVALID_DATES,NO_ENGINE_SUBSTITUTION', foreign_key_checks = 0",
  'SET SESSION innodb_strict_mode = 0, lock_wait_timeout = 60, wait_timeout = 604800',
]

/**
 * Copies a database that goes on being used into an empty one: several tables at once, large ones in parts, each as it is when it is read.
 * What is written meanwhile has to be captured from before. One that was broken off goes on with what is not whole.
 * @throws MigratorError `copy-failed` and others of copy-errors.ts, naming the table and never its values
 */
export async function copyDatabase(options: CopyOptions): Promise<DatabaseCopied> {
  const { source, target, journal } = options
  const schema = await readSource(source, { ...options, cutOf: (table) => journal.cutOf(table) })
  await clearDatabase(target, journal.kept)
  const definitions = await connectWith(target, { charset: 'utf8mb4', initSql: DEFINING })
  try {
    for (const { create } of schema.sequences) await definitions.query(options.define(create))
    const largestStatement = await largestStatementOf(definitions)
    const made = makeTables(
      definitions,
      target,
      schema.tables.filter(({ name }) => !journal.isWhole(name)),
    )
    const bytes = await copyTables({ ...options, largestStatement }, schema.tables, (table) => made(table.name))
    for (const sequence of await readSequencesOf(source)) await setSequence(definitions, sequence)
    await makeLateObjects(definitions, schema.late, options.define)
    const events = schema.late.filter(({ kind }) => kind === 'EVENT').map(({ name }) => name)
    return { tables: journal.tables(), bytes, events }
  } catch (error) {
    throw asCopyError(error, target, null)
  } finally {
    await definitions.end().catch(() => definitions.destroy())
  }
}

async function largestStatementOf(connection: Connection): Promise<number> {
  const [row] = await connection.query<Row[]>('SELECT @@global.max_allowed_packet AS bytes')
  return Number(row?.['bytes'] ?? 0)
}

/** Makes them one after the other, ahead of those who fill them: the server does no two at once. */
function makeTables(
  connection: Connection,
  target: MariadbAddress,
  tables: CopiedTable[],
): (name: string) => Promise<void> {
  const made = new Map<string, Promise<void>>()
  let last: Promise<unknown> = Promise.resolve()
  for (const { name, definition } of tables) {
    const statement = definition.create.replace(/^CREATE TABLE /, 'CREATE TABLE IF NOT EXISTS ')
    const making = last.then(async () => {
      await connection.query(statement).catch((error: unknown) => {
        throw asCopyError(error, target, name)
      })
    })
    // Met by whoever waits for the table.
    making.catch(() => undefined)
    made.set(name, making)
    last = making
  }
  return (name) => made.get(name) ?? Promise.resolve()
}

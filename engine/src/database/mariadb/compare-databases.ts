import type { Connection } from 'mariadb'
import type { Row } from '../site-database.ts'
import { compareTable, type TableDifference } from './compare-tables.ts'
import { connect, type MariadbAddress } from './connection.ts'
import { asMigratorError } from './connection-errors.ts'
import { isCaptureObject, readSequences } from './copy/schema-objects.ts'
import { quoteName } from './identifiers.ts'
import { type MariadbTable, readTables } from './tables.ts'

export interface CompareOptions {
  /** Tables compared at once, each on both servers. */
  parallel: number
  signal?: AbortSignal
  onBytes?(done: number, total: number): void
}

export interface Comparison {
  tables: number
  rows: number
  /** As the target stands to the source. */
  differences: TableDifference[]
}

/**
 * Compares two databases on two servers: tables with their columns, rows and values, views, triggers and sequences. Quick, and not proof
 * against chance: see compareTable. What the capture of changes adds to a live site is left out.
 * @throws MigratorError as connect does
 */
export async function compareDatabases(
  source: MariadbAddress,
  target: MariadbAddress,
  options: CompareOptions,
): Promise<Comparison> {
  const [here, there] = await Promise.all([readContent(source), readContent(target)])
  const comparison: Comparison = { tables: 0, rows: 0, differences: [...othersOf(here, there)] }
  const pairs = [...here.tables.values()]
    .filter(({ name }) => there.tables.has(name))
    .sort((one, other) => other.dataBytes - one.dataBytes)
  const total = pairs.reduce((sum, { dataBytes }) => sum + dataBytes, 0)
  let done = 0
  const sameServer = seriesOf(here.version) === seriesOf(there.version)
  const work = () =>
    withBoth(source, target, async (ofSource, ofTarget) => {
      for (let table = pairs.shift(); table !== undefined; table = pairs.shift()) {
        options.signal?.throwIfAborted()
        const other = there.tables.get(table.name) ?? table
        const sameStorage = sameServer && (await createOf(ofSource, table)) === (await createOf(ofTarget, other))
        const { rows, difference } = await compareTable({
          source: { table, connection: ofSource },
          target: { table: other, connection: ofTarget },
          sameStorage,
        })
        comparison.tables++
        comparison.rows += rows
        if (difference !== null) comparison.differences.push({ table: table.name, ...difference })
        done += table.dataBytes
        options.onBytes?.(done, total)
      }
    })
  await Promise.all(Array.from({ length: options.parallel }, work))
  comparison.differences.sort((one, other) => (one.table < other.table ? -1 : 1))
  return comparison
}

interface Content {
  version: string
  tables: Map<string, MariadbTable>
  /** Views, triggers, routines and events by kind and name; sequences with where they stand. */
  others: Map<string, string>
}

async function readContent(address: MariadbAddress): Promise<Content> {
  return withOne(address, async (connection) => {
    const [server] = await connection.query<Row[]>('SELECT VERSION() AS version')
    const tables = (await readTables(connection)).filter(({ name }) => !isCaptureObject(name))
    const named = await connection.query<Row[]>(OTHERS)
    const others = named
      .map((row) => String(row['name']))
      .filter((name) => !name.startsWith('trigger __migrator_'))
      .map((name): [string, string] => [name, ''])
    const sequences = (await readSequences(connection)).map(({ name, next, cycle }): [string, string] => [
      `sequence ${name}`,
      cycle === '0' ? `at ${next}` : `at ${next} in round ${cycle}`,
    ])
    return {
      version: String(server?.['version'] ?? ''),
      tables: new Map(tables.map((table) => [table.name, table])),
      others: new Map([...others, ...sequences]),
    }
  })
}

const OTHERS = `
SELECT CONCAT('view ', table_name) AS name FROM information_schema.views WHERE table_schema = DATABASE()
UNION ALL SELECT CONCAT('trigger ', trigger_name) FROM information_schema.triggers WHERE trigger_schema = DATABASE()
UNION ALL SELECT CONCAT(LOWER(routine_type), ' ', routine_name) FROM information_schema.routines WHERE routine_schema = DATABASE()
UNION ALL SELECT CONCAT('event ', event_name) FROM information_schema.events WHERE event_schema = DATABASE()`

/** What one has and the other has not, and sequences that stand elsewhere. */
function othersOf(source: Content, target: Content): TableDifference[] {
  const missing = [...keys(source)].filter((name) => !keys(target).has(name))
  const added = [...keys(target)].filter((name) => !keys(source).has(name))
  const moved = [...source.others].flatMap(([name, state]) => {
    const now = target.others.get(name)
    return now === undefined || now === state
      ? []
      : [{ table: name, of: 'rows' as const, how: `${now}, the source ${state}` }]
  })
  return [
    ...missing.map((table) => ({ table, of: 'definition' as const, how: 'missing' })),
    ...added.map((table) => ({ table, of: 'definition' as const, how: 'new' })),
    ...moved,
  ]
}

const keys = ({ tables, others }: Content): Set<string> => new Set([...tables.keys(), ...others.keys()])

/** `10.11` of `5.5.5-10.11.6-MariaDB`. */
const seriesOf = (version: string): string => /(?:5\.5\.5-)?(\d+\.\d+)/.exec(version)?.[1] ?? version

async function createOf(connection: Connection, { name }: MariadbTable): Promise<string> {
  const [row] = await connection.query<Row[]>(`SHOW CREATE TABLE ${quoteName(name)}`)
  return String(row?.['Create Table'] ?? '').replace(/ AUTO_INCREMENT=\d+/, '')
}

async function withOne<Result>(
  address: MariadbAddress,
  use: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const connection = await connect(address, 'read')
  try {
    return await use(connection)
  } catch (error) {
    throw asMigratorError(error, address, 'comparing')
  } finally {
    await connection.end().catch(() => connection.destroy())
  }
}

const withBoth = <Result>(
  source: MariadbAddress,
  target: MariadbAddress,
  use: (ofSource: Connection, ofTarget: Connection) => Promise<Result>,
): Promise<Result> => withOne(source, (ofSource) => withOne(target, (ofTarget) => use(ofSource, ofTarget)))

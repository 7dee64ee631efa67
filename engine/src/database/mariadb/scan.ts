import type { Connection } from 'mariadb'
import { MigratorError } from '../../host/errors.ts'
import { BoundedQueue } from '../bounded-queue.ts'
import { needleTest } from '../needle.ts'
import type { Row, ScanHit, ScanRequest, ScanTarget } from '../site-database.ts'
import type { ReadConnections } from './connections.ts'
import { keyRanges } from './key-ranges.ts'
import { readLongRow } from './long-values.ts'
import { needlePattern } from './needle-pattern.ts'
import { LONG_FLAG, type ScanPiece, scanStatement } from './scan-statement.ts'
import { type MariadbTable, readTables } from './tables.ts'

const PIECE_BYTES = 32 << 20
const QUEUED_HITS = 32

/** Streams the rows that hold a needle, from `parallel` connections at once; see SiteDatabase.scan. */
export async function* scanMariadb(connections: ReadConnections, request: ScanRequest): AsyncGenerator<ScanHit> {
  refuseUnusable(request.needles)
  const pieces = await planPieces(connections, request)
  const bytesTotal = pieces.reduce((sum, { range }) => sum + range.bytes, 0)
  let bytesDone = 0
  const queue = new BoundedQueue<ScanHit>(QUEUED_HITS)
  const oneAtATime = new Turn()
  const stop = () => queue.cancel()
  request.signal?.addEventListener('abort', stop)
  const worker = () =>
    connections.withConnection('scanning', async (connection) => {
      for (let piece = pieces.shift(); piece !== undefined && !queue.cancelled; piece = pieces.shift()) {
        await scanPiece({ connections, connection, piece, request, queue, oneAtATime })
        bytesDone += piece.range.bytes
        request.onProgress?.({ bytesDone, bytesTotal, table: piece.table.name })
      }
      // A stream left in the middle still fills the connection: give it up instead of lending it again.
      if (queue.cancelled) throw new Abandoned()
    })
  const workers = Promise.all(Array.from({ length: Math.max(1, request.parallel) }, worker)).then(
    () => queue.end(),
    (error: unknown) => (queue.cancelled ? queue.end() : queue.fail(error)),
  )
  try {
    yield* queue
    request.signal?.throwIfAborted()
  } finally {
    queue.cancel()
    request.signal?.removeEventListener('abort', stop)
    await workers
  }
}

class Abandoned extends Error {}

interface PieceScan {
  connections: ReadConnections
  connection: Connection
  piece: ScanPiece
  request: ScanRequest
  queue: BoundedQueue<ScanHit>
  oneAtATime: Turn
}

async function scanPiece({ connections, connection, piece, request, queue, oneAtATime }: PieceScan): Promise<void> {
  const { table, searched, returned } = piece
  const statement = scanStatement(piece, needlePattern(request.needles))
  const holds = needleTest(request.needles)
  const searchedNames = searched.map(({ name }) => name)
  const stream = connection.queryStream(statement.sql, statement.values)
  for await (const row of stream as AsyncIterable<Row>) {
    const { [LONG_FLAG]: isLong, ...values } = row
    const key = table.primaryKey.map((name) => values[name] ?? null)
    if (Number(isLong) === 0) {
      if (!holds(values, searchedNames)) continue
      if (!(await queue.push({ table: table.name, key, row: values }))) break
      continue
    }
    const going = await oneAtATime.take(async () => {
      const whole = await connections.withConnection('reading a long value', (other) =>
        readLongRow(other, table, returned, key),
      )
      if (whole === null || !holds(whole, searchedNames)) return true
      return queue.push({ table: table.name, key, row: whole })
    })
    if (!going) break
  }
}

/** Lets one long value be in memory at a time, whatever the number of connections. */
class Turn {
  #last: Promise<unknown> = Promise.resolve()

  take<Result>(act: () => Promise<Result>): Promise<Result> {
    const mine = this.#last.then(act)
    this.#last = mine.catch(() => undefined)
    return mine
  }
}

async function planPieces(connections: ReadConnections, request: ScanRequest): Promise<ScanPiece[]> {
  return connections.withConnection('planning a scan', async (connection) => {
    const tables = new Map((await readTables(connection)).map((table) => [table.name, table]))
    const pieces: ScanPiece[] = []
    for (const target of request.targets) {
      const table = tables.get(target.table)
      if (table === undefined || target.columns.length === 0) continue
      const columns = chosenColumns(table, target)
      for (const range of await keyRanges(connection, table, PIECE_BYTES)) pieces.push({ table, ...columns, range })
    }
    return pieces.sort((one, other) => other.range.bytes - one.range.bytes)
  })
}

function chosenColumns(table: MariadbTable, target: ScanTarget): Pick<ScanPiece, 'searched' | 'returned'> {
  const wanted = new Set([...table.primaryKey, ...target.columns, ...target.alsoReturn])
  return {
    searched: table.columns.filter(({ name }) => target.columns.includes(name)),
    returned: table.columns.filter(({ name }) => wanted.has(name)),
  }
}

function refuseUnusable(needles: string[]): void {
  if (needles.length > 0 && needles.every((needle) => needle !== '' && !needle.includes('\u0001'))) return
  throw new MigratorError({
    code: 'bad-needle',
    kind: 'usage',
    message: 'A text to search for must not be empty and must not contain control character 1.',
  })
}

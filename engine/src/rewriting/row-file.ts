import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { CellCondition, CellUpdate } from '../database/site-database.ts'
import { MigratorError } from '../host/errors.ts'
import { syncDirectory } from '../host/local/files.ts'
import type { FoundCell } from './collect-cells.ts'
import { addLeftOut, type LeftOut, nothingLeftOut, obstacleOf } from './left-out.ts'
import { applySplices, type Splice, splicesOf } from './splices.ts'

/** One line: table, match, column, value before, places that change. Holds content of the site: lives in the vault only. */
interface StoredCell {
  t: string
  m: CellUpdate['match']
  c: string
  b: string
  s: Splice[]
  /** Conditions of the rule, where it has some: the row must still meet them when its value is set. */
  w?: CellCondition[]
}

export interface RowFile {
  path: string
  sha256: string
  cells: number
  places: number
  bytes: number
  /** Cells that name the old host and are not in the file, because they cannot be changed. */
  leftOut: LeftOut
}

const FLUSH_BYTES = 1024 * 1024

/** Streams the cells that change into a before-image file, durable when it returns. */
export async function writeRowFile(path: string, cells: AsyncIterable<FoundCell>): Promise<RowFile> {
  const part = `${path}.part`
  const handle = await open(part, 'w', 0o600)
  const hash = createHash('sha256')
  const leftOut = nothingLeftOut()
  let count = 0
  let places = 0
  let bytes = 0
  let waiting: string[] = []
  let waitingBytes = 0
  const flush = async () => {
    const block = Buffer.from(waiting.join(''))
    waiting = []
    waitingBytes = 0
    hash.update(block)
    bytes += block.length
    await handle.appendFile(block)
  }
  try {
    for await (const cell of cells) {
      const obstacle = obstacleOf(cell)
      if (obstacle !== null) addLeftOut(leftOut, cell, obstacle)
      if (obstacle !== null || cell.rewritten.changed.length === 0) continue
      const stored: StoredCell = {
        t: cell.table,
        m: cell.match,
        c: cell.column,
        b: cell.before,
        s: splicesOf(cell.rewritten.changed),
        ...(cell.where.length > 0 ? { w: cell.where } : {}),
      }
      const line = `${JSON.stringify(stored)}\n`
      waiting.push(line)
      waitingBytes += line.length
      count += 1
      places += cell.rewritten.changed.length
      if (waitingBytes > FLUSH_BYTES) await flush()
    }
    await flush()
    await handle.sync()
    await handle.close()
  } catch (error) {
    await handle.close()
    // Half of it is of no use, and on a full disk it would take the room for the way back.
    await rm(part, { force: true })
    throw error
  }
  await rename(part, path)
  await syncDirectory(dirname(path))
  return { path, sha256: hash.digest('hex'), cells: count, places, bytes, leftOut }
}

/** An update as it was found: the cell held text. */
export type StoredUpdate = CellUpdate & { before: string }

/** Streams the updates back, in the order they were written. */
export async function* readRowFile(path: string): AsyncGenerator<StoredUpdate> {
  for await (const line of lines(path)) {
    const stored = JSON.parse(line) as StoredCell
    yield {
      table: stored.t,
      column: stored.c,
      match: stored.m,
      before: stored.b,
      after: applySplices(stored.b, stored.s),
      ...(stored.w === undefined ? {} : { where: stored.w }),
    }
  }
}

/** Lines by their byte 0x0a alone: node:readline also splits at U+2028, which JSON leaves as it is. */
async function* lines(path: string): AsyncGenerator<string> {
  let rest: Buffer[] = []
  for await (const block of createReadStream(path, { highWaterMark: FLUSH_BYTES }) as AsyncIterable<Buffer>) {
    let start = 0
    for (let end = block.indexOf(0x0a); end !== -1; end = block.indexOf(0x0a, start)) {
      yield Buffer.concat([...rest, block.subarray(start, end)]).toString()
      rest = []
      start = end + 1
    }
    if (start < block.length) rest.push(block.subarray(start))
  }
  if (rest.length) throw damaged(path, 'its last line is cut off')
}

const damaged = (path: string, evidence: string): MigratorError =>
  new MigratorError({
    code: 'vault-damaged',
    kind: 'attention',
    message: `A file of before-images is no longer as it was written: ${path}.`,
    evidence,
    hint: 'Put the vault back from a backup of the machine, then try again.',
  })

const CHUNK_CELLS = 1000
const CHUNK_CHARACTERS = 4 * 1024 * 1024

/**
 * The same in chunks of one transaction each; a chunk's number is stable, so journals can name it.
 * @throws MigratorError `vault-damaged` when there are more or fewer updates than were written
 */
export async function* readChunks(
  path: string,
  total: number,
): AsyncGenerator<{ chunk: number; cells: StoredUpdate[] }> {
  let chunk = 0
  let cells: StoredUpdate[] = []
  let characters = 0
  let passed = 0
  for await (const cell of readRowFile(path)) {
    cells.push(cell)
    passed += 1
    characters += cell.before.length
    if (cells.length >= CHUNK_CELLS || characters >= CHUNK_CHARACTERS) {
      yield { chunk, cells }
      chunk += 1
      cells = []
      characters = 0
    }
  }
  if (passed !== total) throw damaged(path, `${passed} values instead of ${total}`)
  if (cells.length) yield { chunk, cells }
}

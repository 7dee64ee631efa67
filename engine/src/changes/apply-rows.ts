import { z } from 'zod'
import type { CellNow, CellOutcome, CellUpdate, DatabaseWriter } from '../database/site-database.ts'
import { rowLabel } from '../rewriting/collect-cells.ts'
import { readChunks, type StoredUpdate } from '../rewriting/row-file.ts'
import type { ChangeContext, Kept } from './change.ts'

/** Milliseconds to wait for what a killed run may have left running in the server, and for other sessions' locks. */
export const WRITER_WAIT = 60_000

export type AppliedRows = {
  changed: number
  moved: number
  milliseconds: number
  /** Values changed by `table.column`, a field of a Single by `DocType.field`: what the report shows. */
  columns: Record<string, number>
}

interface ChunkRecord {
  file: string
  chunk: number
  event: 'begin' | 'done'
  /** Indexes in the chunk of cells that are not ours: others had changed them. */
  notOurs: number[]
  /** What a revert left to others, so that a rollback that goes on after a kill still lists it. */
  kept: Kept[]
}

const KeptRows = z.array(z.object({ what: z.string(), left: z.string(), now: z.string() })).catch([])

function chunkRecords(context: ChangeContext, direction: 'apply' | 'revert', file: string): Map<number, ChunkRecord> {
  const found = new Map<number, ChunkRecord>()
  for (const record of context.progress()) {
    if (record['direction'] !== direction || record['file'] !== file || typeof record['chunk'] !== 'number') continue
    const notOurs = Array.isArray(record['notOurs'])
      ? record['notOurs'].filter((index) => typeof index === 'number')
      : []
    found.set(record['chunk'], {
      file,
      chunk: record['chunk'],
      event: record['event'] === 'done' ? 'done' : 'begin',
      notOurs,
      kept: KeptRows.parse(record['kept']),
    })
  }
  return found
}

/**
 * Applies a before-image file chunk by chunk, each in one transaction between two journal lines. Chunks done by an earlier process
 * are passed over. A cell that already holds its new value counts as ours only if the chunk had been begun before.
 */
export async function applyRows(
  context: ChangeContext,
  writer: DatabaseWriter,
  path: string,
  file: string,
  total: number,
): Promise<AppliedRows> {
  const started = performance.now()
  const earlier = chunkRecords(context, 'apply', file)
  let changed = 0
  let moved = 0
  let passed = 0
  const columns: Record<string, number> = {}
  for await (const { chunk, cells } of readChunks(path, total)) {
    passed += cells.length
    const known = earlier.get(chunk)
    if (known?.event === 'done') {
      moved += known.notOurs.length
      changed += cells.length - known.notOurs.length
      count(columns, cells, known.notOurs)
      continue
    }
    context.signal.throwIfAborted()
    if (!known) await context.journal({ file, chunk, event: 'begin' })
    const outcomes = await writer.updateCells(cells)
    const notOurs = indexesNotOurs(outcomes, known !== undefined)
    await context.journal({ file, chunk, event: 'done', notOurs })
    moved += notOurs.length
    changed += cells.length - notOurs.length
    count(columns, cells, notOurs)
    context.report({ done: passed, total, unit: 'rows', what: 'rewriting' })
  }
  return { changed, moved, milliseconds: Math.round(performance.now() - started), columns }
}

function count(columns: Record<string, number>, cells: CellUpdate[], notOurs: number[]): void {
  const others = new Set(notOurs)
  for (const [index, { table, column, match }] of cells.entries()) {
    if (others.has(index)) continue
    const name = table === 'tabSingles' ? `${match['doctype']}.${match['field']}` : `${table}.${column}`
    columns[name] = (columns[name] ?? 0) + 1
  }
}

function indexesNotOurs(outcomes: CellOutcome[], begunBefore: boolean): number[] {
  return outcomes.flatMap(({ outcome }, index) =>
    outcome === 'changed' || (outcome === 'already' && begunBefore) ? [] : [index],
  )
}

/** Back whatever became of the row: a document submitted since holds what this run wrote into it. */
const turnedRound = ({ table, column, match, before, after }: StoredUpdate): StoredUpdate => ({
  ...{ table, column, match },
  before: after,
  after: before,
})

/** Puts back every cell that is still as this run left it; lists (or, with `restore`, puts back) what others changed since. */
export async function revertRows(
  context: ChangeContext,
  writer: DatabaseWriter,
  path: string,
  file: string,
  total: number,
): Promise<Kept[]> {
  const applied = chunkRecords(context, 'apply', file)
  const reverted = chunkRecords(context, 'revert', file)
  const kept: Kept[] = []
  let passed = 0
  for await (const { chunk, cells } of readChunks(path, total)) {
    passed += cells.length
    const record = applied.get(chunk)
    if (!record) continue
    const earlier = reverted.get(chunk)
    // Gone through once more to restore what was kept: only that, and nothing that moved since.
    const again = context.onConflict === 'restore' && earlier?.kept.length
    if (earlier?.event === 'done' && !again) kept.push(...earlier.kept)
    else {
      const ours = cells
        .filter((_, index) => !record.notOurs.includes(index))
        .map(turnedRound)
        .filter((cell) => !again || earlier.kept.some(({ what }) => what === nameOf(cell)))
      const outcomes = await writer.updateCells(ours)
      const others = ours.filter((_, index) => outcomes[index]?.outcome === 'moved')
      const left = await settleOthers(context, writer, others)
      kept.push(...left)
      await context.journal({ file, chunk, event: 'done', kept: left.map((item) => ({ ...item })) })
    }
    context.report({ done: passed, total, unit: 'rows', what: 'putting rows back' })
  }
  return kept
}

const nameOf = (cell: CellUpdate): string => `${cell.table}.${cell.column} of "${rowLabel(cell.match)}"`

async function settleOthers(context: ChangeContext, writer: DatabaseWriter, cells: StoredUpdate[]): Promise<Kept[]> {
  if (cells.length === 0) return []
  const seen = (await writer.readCells(cells)).map((now, index) => ({ cell: cells[index], now }))
  const others = seen.flatMap(({ cell, now }) => (cell === undefined ? [] : [{ cell, now }]))
  if (context.onConflict !== 'restore') return others.map(({ cell, now }) => keptCell(cell, now))
  const present = others.flatMap(({ cell, now }) => (now === null ? [] : [{ cell, now }]))
  const outcomes = await writer.updateCells(present.map(({ cell, now }) => ({ ...cell, before: now.value })))
  // What is gone cannot be put back, and what moved under our hands a second time was not.
  const gone = others.filter(({ now }) => now === null)
  const moved = present.filter((_, index) => outcomes[index]?.outcome === 'moved')
  return [...gone, ...moved].map(({ cell, now }) => keptCell(cell, now))
}

function keptCell(cell: StoredUpdate, now: CellNow): Kept {
  return {
    what: nameOf(cell),
    left: `${cell.before.length} characters, as the run left it`,
    now: nowText(now),
  }
}

function nowText(now: CellNow): string {
  if (now === null) return 'the row is gone'
  return now.value === null ? 'empty (NULL)' : `${now.value.length} characters, changed by somebody since`
}

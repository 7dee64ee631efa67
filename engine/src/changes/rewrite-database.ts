import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { Json } from '../host/json.ts'
import { collectCells } from '../rewriting/collect-cells.ts'
import { type LeftOut, nothingLeftOut } from '../rewriting/left-out.ts'
import { writeRowFile } from '../rewriting/row-file.ts'
import { markTaken } from '../rewriting/taken-values.ts'
import { RewriteHost, RewriteTarget } from '../rewriting/targets.ts'
import { type AppliedRows, applyRows, revertRows, WRITER_WAIT } from './apply-rows.ts'
import type { Change, ChangeContext, Kept } from './change.ts'
import { jsonObstacles } from './json-text.ts'

const Params = z.discriminatedUnion('mode', [
  /** The rows that capture-rows found, by key, inside the maintenance window. */
  z.object({ mode: z.literal('captured'), captureStep: z.string() }),
  /** What a running site wrote with the old name since, found by searching again. */
  z.object({
    mode: z.literal('rescan'),
    rounds: z.number(),
    hosts: z.array(RewriteHost),
    targets: z.array(RewriteTarget),
  }),
])
type Params = z.infer<typeof Params>
type RescanParams = Extract<Params, { mode: 'rescan' }>

export type RewrittenRows = AppliedRows & {
  /** Before-image files with their number of cells, in the order they were applied. */
  files: { file: string; cells: number }[]
  /** rescan: whether the last scan found nothing more to change. */
  clean: boolean
  /** rescan: what the last search found and could not change. */
  leftOut: LeftOut
}

/** Rewrites rows compare-and-set, from before-images that are durable first. */
export const rewriteDatabase: Change<Params, { files: { file: string; cells: number }[] }, RewrittenRows> = {
  kind: 'rewrite-database',
  undo: 'exact',
  params: Params,
  describe: (params) =>
    params.mode === 'captured'
      ? 'Rewrite the rows found, by key, each only if it still holds its old value'
      : `Search again and rewrite what was written meanwhile, at most ${params.rounds} times (site is live)`,
  inspect: async () => ({ state: 'pending' }),
  prepare: async (context, params) => ({
    files: params.mode === 'captured' ? [capturedFile(context, params.captureStep)] : [],
  }),
  apply: (context, params, before) =>
    params.mode === 'captured' ? applyCaptured(context, before.files) : applyRescans(context, params),
  revert: async (context, _params, before, after) => {
    const files = after?.files ?? [...before.files, ...rescanFiles(context)]
    if (files.length === 0) return []
    const database = await context.database()
    const writer = await database.openWriter(WRITER_WAIT)
    try {
      const kept: Kept[] = []
      for (const { file, cells } of [...files].reverse()) {
        kept.push(...(await revertRows(context, writer, join(context.vault, file), file, cells)))
      }
      return kept
    } finally {
      await writer.close()
    }
  },
  needs: (context, params, before) =>
    [
      ...(params.mode === 'captured' && before.files.length ? [capturedFile(context, params.captureStep)] : []),
      ...rescanFiles(context),
    ].map(({ file, sha256 }) => ({ path: join(context.vault, file), sha256 })),
  /** Where the database is stands in the bench's configuration too. */
  lookBeforeRevert: async (context) => {
    const path = join(context.benchPath, 'sites', 'common_site_config.json')
    return (await context.host.status(path)) === null ? [] : jsonObstacles(context, path)
  },
}

interface RowsFile {
  file: string
  cells: number
  sha256: string
}

function capturedFile(context: ChangeContext, step: string): RowsFile {
  const after = context.afterOf(step)
  const parsed = z.object({ file: z.string(), cells: z.number(), sha256: z.string() }).safeParse(after)
  if (!parsed.success) throw new Error(`The step ${step} has not recorded its rows.`)
  return parsed.data
}

/** Files of rounds whose scan was finished, from the journal. */
function rescanFiles(context: ChangeContext): RowsFile[] {
  return context.progress().flatMap((record) => {
    const { file, cells, sha256, event } = record as { file?: Json; cells?: Json; sha256?: Json; event?: Json }
    if (event !== 'found' || typeof file !== 'string') return []
    return typeof cells === 'number' && typeof sha256 === 'string' ? [{ file, cells, sha256 }] : []
  })
}

const nothing = (): AppliedRows => ({ changed: 0, moved: 0, milliseconds: 0, columns: {} })

function add(total: AppliedRows, applied: AppliedRows): void {
  total.changed += applied.changed
  total.moved += applied.moved
  total.milliseconds += applied.milliseconds
  for (const [column, values] of Object.entries(applied.columns))
    total.columns[column] = (total.columns[column] ?? 0) + values
}

async function applyCaptured(context: ChangeContext, files: { file: string; cells: number }[]): Promise<RewrittenRows> {
  const total = nothing()
  const database = await context.database()
  const writer = await database.openWriter(WRITER_WAIT)
  try {
    for (const { file, cells } of files) {
      const applied = await applyRows(context, writer, join(context.vault, file), file, cells)
      add(total, applied)
    }
  } finally {
    await writer.close()
  }
  return { ...total, files, clean: total.moved === 0, leftOut: nothingLeftOut() }
}

async function applyRescans(context: ChangeContext, params: RescanParams): Promise<RewrittenRows> {
  const database = await context.database()
  const total = nothing()
  let settled = false
  let leftOut = nothingLeftOut()
  const writer = await database.openWriter(WRITER_WAIT)
  try {
    // Rounds an earlier process had begun are finished first: their before-images are what an undo needs.
    for (const { file, cells } of rescanFiles(context)) {
      const applied = await applyRows(context, writer, join(context.vault, file), file, cells)
      add(total, applied)
    }
    while (!settled && rescanFiles(context).length < params.rounds) {
      const found = await findRemainder(context, params, rescanFiles(context).length + 1)
      leftOut = found.leftOut
      // What cannot be changed is told; searching again would only find it again.
      settled = found.cells === 0
      if (settled) break
      const applied = await applyRows(context, writer, join(context.vault, found.file), found.file, found.cells)
      add(total, applied)
    }
  } finally {
    await writer.close()
  }
  return { ...total, files: rescanFiles(context), clean: settled && leftOut.cells === 0, leftOut }
}

async function findRemainder(
  context: ChangeContext,
  params: RescanParams,
  round: number,
): Promise<{ file: string; cells: number; leftOut: LeftOut }> {
  const database = await context.database()
  const file = `rows-${context.stepId}-${round}.jsonl`
  const found = collectCells(database, params.targets, params.hosts, {
    parallel: availableParallelism(),
    signal: context.signal,
    onProgress: ({ bytesDone, bytesTotal, table }) =>
      context.report({ done: bytesDone, total: bytesTotal, unit: 'bytes', what: `searching ${table} again` }),
  })
  const written = await writeRowFile(join(context.vault, file), markTaken(database, found))
  // A scan that was stopped half way must not count as a clean one.
  context.signal.throwIfAborted()
  if (written.cells > 0) await context.journal({ event: 'found', file, cells: written.cells, sha256: written.sha256 })
  return { file, cells: written.cells, leftOut: written.leftOut }
}

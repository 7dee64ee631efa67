import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { MigratorError } from '../host/errors.ts'
import { collectCells, type FoundCell, rowLabel } from '../rewriting/collect-cells.ts'
import { writeRowFile } from '../rewriting/row-file.ts'
import { markTaken } from '../rewriting/taken-values.ts'
import { RewriteHost, RewriteTarget } from '../rewriting/targets.ts'
import type { Change, ChangeContext } from './change.ts'

const Params = z.object({ hosts: z.array(RewriteHost), targets: z.array(RewriteTarget) })
type Params = z.infer<typeof Params>

export type CapturedRows = { file: string; sha256: string; cells: number; places: number; bytes: number }

/**
 * Finds every row that will change while the site is still live, and keeps its value from before in the vault, so that the
 * maintenance window holds only updates by key.
 */
export const captureRows: Change<Params, null, CapturedRows> = {
  kind: 'capture-rows',
  undo: 'exact',
  params: Params,
  describe: ({ hosts, targets }) =>
    `Find and keep the rows that name ${hosts.map((host) => host.from).join(', ')} in ${targets.length} tables (site stays live)`,
  inspect: async () => ({ state: 'pending' }),
  prepare: async () => null,
  apply: async (context, params) => {
    const database = await context.database()
    const cells = collectCells(database, params.targets, params.hosts, {
      parallel: availableParallelism(),
      signal: context.signal,
      onProgress: ({ bytesDone, bytesTotal, table }) =>
        context.report({ done: bytesDone, total: bytesTotal, unit: 'bytes', what: `searching ${table}` }),
    })
    const file = `rows-${context.stepId}.jsonl`
    const written = await writeRowFile(join(context.vault, file), refuseObstacles(markTaken(database, cells), context))
    return { file, sha256: written.sha256, cells: written.cells, places: written.places, bytes: written.bytes }
  },
  // The before-images are what a rollback works from; they go with the vault.
  revert: async () => [],
}

async function* refuseObstacles(cells: AsyncIterable<FoundCell>, context: ChangeContext): AsyncGenerator<FoundCell> {
  for await (const cell of cells) {
    context.signal.throwIfAborted()
    if (cell.overflows) {
      throw new MigratorError({
        code: 'value-too-long',
        kind: 'refused',
        message: `The new name does not fit into ${cell.table}.${cell.column} of row "${rowLabel(cell.match)}".`,
        evidence: `${[...cell.before].length} characters now, ${[...cell.rewritten.value].length} after, more than the column holds`,
        untouched: 'No row of the database was changed.',
        hint: 'Shorten the value, or leave the column out with --exclude TABLE.COLUMN.',
        failureClass: 'configuration',
      })
    }
    if (cell.taken) {
      throw new MigratorError({
        code: 'value-taken',
        kind: 'refused',
        message: `The new value of ${cell.table}.${cell.column} in row "${rowLabel(cell.match)}" is already taken by another row.`,
        evidence: 'the column has a unique key',
        untouched: 'No row of the database was changed.',
        hint: 'Change or remove one of the two rows, or leave the column out with --exclude TABLE.COLUMN.',
        failureClass: 'configuration',
      })
    }
    yield cell
  }
  // A search that was stopped half way must not count as a whole one.
  context.signal.throwIfAborted()
}

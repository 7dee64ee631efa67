import { z } from 'zod'
import { type FoundCell, rowLabel } from './collect-cells.ts'

const LABELS = 5

/** Cells that name an old host but cannot be rewritten: how many, and the first few with their reason. */
export const LeftOut = z.object({ cells: z.number(), labels: z.array(z.string()) })
export type LeftOut = z.infer<typeof LeftOut>

export const nothingLeftOut = (): LeftOut => ({ cells: 0, labels: [] })

/** Why this cell cannot be rewritten, for people; null where it can, or where nothing in it is to change. */
export function obstacleOf({ rewritten, overflows, taken }: FoundCell): string | null {
  if (rewritten.refused !== undefined) return rewritten.refused
  if (overflows) return 'the new value does not fit'
  return taken ? 'another row already holds the new value' : null
}

export function addLeftOut(leftOut: LeftOut, cell: FoundCell, obstacle: string): void {
  leftOut.cells += 1
  if (leftOut.labels.length < LABELS)
    leftOut.labels.push(`${cell.table}.${cell.column} of "${rowLabel(cell.match)}": ${obstacle}`)
}

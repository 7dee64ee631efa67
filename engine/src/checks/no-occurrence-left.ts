import { availableParallelism } from 'node:os'
import { z } from 'zod'
import { collectCells } from '../rewriting/collect-cells.ts'
import { addLeftOut, LeftOut, nothingLeftOut, obstacleOf } from '../rewriting/left-out.ts'
import { RewriteHost, RewriteTarget } from '../rewriting/targets.ts'
import type { Check, CheckContext } from './check.ts'

const Params = z.union([
  /** At the end of a run: what its last search found. */
  z.object({ step: z.string() }),
  /** On its own: search now. */
  z.object({ hosts: z.array(RewriteHost), targets: z.array(RewriteTarget) }),
])
const Rows = z.object({
  changed: z.number(),
  clean: z.boolean(),
  files: z.array(z.object({ cells: z.number() })),
  leftOut: LeftOut,
})

/** A search finds nothing more of what the plan rewrites. */
export const noOccurrenceLeft: Check = {
  id: 'no-occurrence-left',
  title: 'No planned occurrence of the old name is left',
  run: async (context, params) => {
    const wanted = Params.parse(params)
    return 'step' in wanted ? ofRun(context, wanted.step) : searchNow(context, wanted)
  },
}

function ofRun(context: CheckContext, step: string): Answer {
  const rows = Rows.safeParse(context.afterOf(step))
  if (!rows.success) return { status: 'not-applicable', critical: false, evidence: 'this run searched nothing' }
  const { clean, files, changed, leftOut } = rows.data
  const late = changed ? `, after ${changed} values written meanwhile were rewritten in ${files.length} round(s)` : ''
  if (clean) return { status: 'passed', critical: false, evidence: `the last search found none${late}` }
  if (leftOut.cells > 0) {
    return { status: 'warning', critical: false, evidence: leftOutText(leftOut) + late, remedy: LEFT_OUT_REMEDY }
  }
  const evidence = `the running site goes on writing the old name (${files.length} rounds, ${changed} values rewritten)`
  return { status: 'warning', critical: false, evidence, remedy: REMEDY }
}

type Answer = Awaited<ReturnType<Check['run']>>
const REMEDY =
  'Find what writes it (an open form, an integration), then run the same rename again: it does only what is left.'

const LEFT_OUT_REMEDY =
  'Correct these values by hand (shorten them, remove the other row, store them as UTF-8), then run verify-migration.'

function leftOutText({ cells, labels }: LeftOut): string {
  const more = cells > labels.length ? ` and ${cells - labels.length} more` : ''
  return `${cells} value(s) still name it and cannot be changed: ${labels.join('; ')}${more}`
}

async function searchNow(
  context: CheckContext,
  wanted: { hosts: z.infer<typeof RewriteHost>[]; targets: RewriteTarget[] },
): Promise<Answer> {
  const database = await context.database()
  const options = { parallel: availableParallelism(), signal: context.signal }
  const left: string[] = []
  const leftOut = nothingLeftOut()
  for await (const cell of collectCells(database, wanted.targets, wanted.hosts, options)) {
    const obstacle = obstacleOf(cell)
    if (obstacle !== null) addLeftOut(leftOut, cell, obstacle)
    else if (cell.rewritten.changed.length) left.push(`${cell.table}.${cell.column}`)
  }
  if (left.length === 0 && leftOut.cells > 0)
    return { status: 'failed', critical: false, evidence: leftOutText(leftOut), remedy: LEFT_OUT_REMEDY }
  if (left.length === 0)
    return { status: 'passed', critical: false, evidence: `${wanted.targets.length} tables searched now, none found` }
  const evidence = `${left.length} values name it: ${[...new Set(left)].slice(0, 5).join(', ')}`
  return { status: 'failed', critical: false, evidence, remedy: REMEDY }
}

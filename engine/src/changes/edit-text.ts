import { z } from 'zod'
import { MigratorError } from '../host/errors.ts'
import { sha256Of } from '../host/value-digest.ts'
import type { Change, ChangeContext, State } from './change.ts'
import { applyLineEdits, LineEdit, revertLineEdits } from './line-edits.ts'
import { readStored, storedFile, storeFile } from './stored-file.ts'
import { writeObstacles } from './write-obstacle.ts'

const Params = z.object({ path: z.string(), edits: z.array(LineEdit), privileged: z.boolean(), purpose: z.string() })
type Params = z.infer<typeof Params>

/** Changes single lines of a text file (hosts, currentsite.txt, a system crontab); every other line stays. */
export const editText: Change<Params, { sha256: string }, { sha256: string }> = {
  kind: 'edit-text',
  undo: 'exact',
  params: Params,
  describe: ({ path, purpose }) => `${purpose} (${path})`,
  inspect: async (context, params) => {
    const text = await read(context, params)
    const { text: wanted, missing } = applyLineEdits(text, params.edits)
    const [first] = missing
    if (first) return lineConflict(params.path, first)
    return { state: wanted === text ? 'applied' : 'pending' }
  },
  prepare: async (context, params) => ({ sha256: await storeFile(context, Buffer.from(await read(context, params))) }),
  apply: async (context, params) => {
    const text = await read(context, params)
    const { text: wanted, missing } = applyLineEdits(text, params.edits)
    const [first] = missing
    if (first) throw lineMissing(params.path, first)
    if (wanted !== text) await write(context, params, wanted)
    return { sha256: sha256Of(wanted) }
  },
  revert: async (context, params, before, after) => {
    const original = (await readStored(context, before.sha256)).toString()
    const now = await read(context, params)
    if (now === original) return []
    const left = after?.sha256 ?? sha256Of(applyLineEdits(original, params.edits).text)
    if (sha256Of(now) === left) {
      await write(context, params, original)
      return []
    }
    const { text, kept } = revertLineEdits(params.path, now, params.edits)
    const restores = kept.length > 0 && context.onConflict === 'restore'
    if (restores || text !== now) await write(context, params, restores ? original : text)
    return restores ? [] : kept
  },
  needs: (context, _params, before) => [storedFile(context, before.sha256)],
  lookBeforeRevert: async (context, params, before) => {
    const { path, privileged } = params
    if ((await context.host.status(path)) === null)
      return [{ what: `${path} is gone`, remedy: `Put ${path} back, from a backup or from where it was moved.` }]
    const isAsBefore = sha256Of(await read(context, params)) === before.sha256
    return privileged || isAsBefore ? [] : writeObstacles(context, path)
  },
}

const wordsOf = (edit: LineEdit): string => edit.words.map(({ from, to }) => `${from} → ${to}`).join(', ')

export const lineConflict = (path: string, edit: LineEdit): State => ({
  state: 'conflict',
  before: `${path}, line ${edit.line}, as before`,
  after: wordsOf(edit),
  now: 'neither line is there',
})

export const lineMissing = (path: string, edit: LineEdit): MigratorError =>
  new MigratorError({
    code: 'changed-meanwhile',
    kind: 'failed',
    message: `${path} changed since the plan was made: line ${edit.line} is no longer there.`,
    evidence: `expected there: ${wordsOf(edit)}`,
    untouched: `${path} was not changed.`,
    hint: 'Make a new plan.',
    failureClass: 'configuration',
  })

const read = async (context: ChangeContext, params: Params): Promise<string> =>
  (await context.host.readFile(params.path)).toString()

const write = (context: ChangeContext, params: Params, text: string): Promise<void> =>
  context.host.writeFile(params.path, text, { privileged: params.privileged })

import { z } from 'zod'
import { sha256Of } from '../host/value-digest.ts'
import type { Change, ChangeContext, Kept } from './change.ts'
import { applyKeyEdits, KeyEdit, setKey, stateAt, stateWanted, valueAt } from './json-keys.ts'
import { jsonObstacles, readText } from './json-text.ts'
import { foundFlags, keepFlags, recordFlags } from './own-flags.ts'
import { readStored, storedFile, storeFile } from './stored-file.ts'
import { writeObstacles } from './write-obstacle.ts'

const Params = z.object({
  path: z.string(),
  edits: z.array(KeyEdit),
  purpose: z.string(),
  /** Gives the site's flags back after maintenance. A flag that is set anew by the time of a rollback is somebody's own. */
  endsMaintenance: z.literal(true).exactOptional(),
  /** Begins the maintenance that this step ends: what that one found set before the way back stays. */
  endedBy: z.string().exactOptional(),
})
type Params = z.infer<typeof Params>

/** Digest of the file before; its bytes, which may hold passwords, are in the vault. */
type Before = { sha256: string }
type After = { sha256: string }

/** Sets and removes keys of a JSON configuration file; every other byte stays, and so do owner and mode. */
export const editJson: Change<Params, Before, After> = {
  kind: 'edit-json',
  undo: 'exact',
  params: Params,
  describe: ({ path, purpose }) => `${purpose} (${path})`,
  inspect: async (context, params, { before }) => {
    const text = await readText(context, params.path)
    if (params.edits.every((edit) => stateAt(text, edit.keys) === stateWanted(edit))) return { state: 'applied' }
    if (!before) return { state: 'pending' }
    const original = (await readStored(context, before.sha256)).toString()
    const stray = params.edits.find(
      (edit) => ![stateWanted(edit), stateAt(original, edit.keys)].includes(stateAt(text, edit.keys)),
    )
    if (!stray) return { state: 'partial' }
    const name = `${params.path}: ${stray.keys.join('.')}`
    return {
      state: 'conflict',
      before: `${name} as before`,
      after: `${name} = ${JSON.stringify(stray.value) ?? 'removed'}`,
      now: 'something else',
    }
  },
  prepare: async (context, params) => ({
    sha256: await storeFile(context, Buffer.from(await readText(context, params.path))),
  }),
  apply: async (context, params) => {
    const text = await readText(context, params.path)
    const wanted = applyKeyEdits(text, params.edits)
    if (wanted !== text) await context.host.writeFile(params.path, wanted)
    return { sha256: sha256Of(wanted) }
  },
  revert: async (context, params, before, after) => {
    const original = (await readStored(context, before.sha256)).toString()
    const path = await context.whereNow(params.path)
    const now = await readText(context, path)
    const set = await foundFlags(context, params.endedBy)
    const left = after?.sha256 ?? sha256Of(applyKeyEdits(original, params.edits))
    const untouched = sha256Of(now) === left && Object.keys(set).length === 0
    const { text, kept } =
      now === original
        ? { text: now, kept: [] }
        : untouched
          ? { text: original, kept: [] }
          : takeBack(context, params, original, now)
    const withFlags = context.onConflict === 'restore' ? { text, kept: [] } : keepFlags(params, set, text)
    if (withFlags.text !== now) await context.host.writeFile(path, withFlags.text)
    return [...kept, ...withFlags.kept]
  },
  needs: (context, _params, before) => [storedFile(context, before.sha256)],
  lookBeforeRevert: async (context, params, before, after) => {
    const path = await context.whereNow(params.path)
    const obstacles = await jsonObstacles(context, path)
    if (obstacles.length > 0) return [...obstacles, ...(await writeObstacles(context, path))]
    const text = await readText(context, path)
    if (params.endsMaintenance && after) await recordFlags(context, params, text)
    // What stands as it stood is not written: a file that may not be written may be why all the rest is taken back.
    return sha256Of(text) === before.sha256 ? [] : writeObstacles(context, path)
  },
}

/**
 * The file was edited by others since: only keys that still hold what the run wrote go back; with `restore` those that others
 * set anew too. Keys the run never touched, a new password perhaps, stay in any case.
 */
function takeBack(
  context: ChangeContext,
  params: Params,
  original: string,
  now: string,
): { text: string; kept: Kept[] } {
  let text = now
  const kept: Kept[] = []
  for (const edit of params.edits) {
    const present = stateAt(text, edit.keys)
    if (present === stateAt(original, edit.keys)) continue
    if (present === stateWanted(edit) || context.onConflict === 'restore') {
      text = setKey(text, edit.keys, valueAt(original, edit.keys))
    } else {
      kept.push({
        what: `${params.path}: ${edit.keys.join('.')}`,
        left: edit.value === undefined ? 'removed' : JSON.stringify(edit.value),
        now: 'changed by somebody since',
      })
    }
  }
  return { text, kept }
}

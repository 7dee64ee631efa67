import { basename, dirname, join } from 'node:path'
import { sha256Of } from '../host/value-digest.ts'
import type { ChangeContext, Kept } from './change.ts'
import { lineEditsBetween, revertLineEdits } from './line-edits.ts'
import { readStored, storeFile } from './stored-file.ts'

/** A whole file before and after an edit, by the digests under which the vault holds its texts; `before` null: it was made. */
export type EditedFile = { path: string; before: string | null; after: string }

export async function digestOf(context: ChangeContext, path: string): Promise<string | null> {
  return (await context.host.status(path)) === null ? null : sha256Of(await context.host.readFile(path))
}

/** Gives a file the text stored under a digest; null removes it. */
export async function putStored(
  context: ChangeContext,
  path: string,
  sha256: string | null,
  privileged: boolean,
): Promise<void> {
  if (sha256 === null) await context.host.remove(path, { privileged })
  else if ((await digestOf(context, path)) !== sha256) {
    await context.host.writeFile(path, await readStored(context, sha256), { privileged })
  }
}

/** Puts a file back; of one that others edited since, the lines that are still as the run wrote them. */
export async function revertFile(context: ChangeContext, file: EditedFile, privileged: boolean): Promise<Kept[]> {
  const now = await digestOf(context, file.path)
  const restores = context.onConflict === 'restore'
  if (now === file.before) return file.before === null && !restores ? asideOf(context, file.path) : []
  const restore = async (): Promise<Kept[]> => {
    await putStored(context, file.path, file.before, privileged)
    return []
  }
  if (now === file.after || (now === null && restores)) return restore()
  if (now === null) return [{ what: file.path, left: 'edited', now: 'removed by somebody since' }]
  if (file.before === null) return takeAway(context, file.path, privileged)
  const before = (await readStored(context, file.before)).toString()
  const edits = lineEditsBetween(before, (await readStored(context, file.after)).toString())
  if (edits === null) {
    if (restores) return restore()
    return [{ what: file.path, left: 'as the run wrote it', now: 'changed by somebody since' }]
  }
  const { text, kept } = revertLineEdits(file.path, (await context.host.readFile(file.path)).toString(), edits)
  if (kept.length && restores) return restore()
  await context.host.writeFile(file.path, text, { privileged })
  return kept
}

const asidePath = (context: ChangeContext, path: string): string =>
  join(context.benchPath, 'archived', 'migrator', `${context.runId}-${basename(path)}`)

/**
 * A file that the run made cannot stay beside what comes back, whatever others wrote into it since: both would claim the same names.
 * Their text is kept, in the vault and where they find it.
 */
async function takeAway(context: ChangeContext, path: string, privileged: boolean): Promise<Kept[]> {
  const text = await context.host.readFile(path)
  await storeFile(context, text)
  if (context.onConflict === 'keep') {
    await context.host.makeDirectory(dirname(asidePath(context, path)))
    await context.host.writeFile(asidePath(context, path), text, { mode: 0o600 })
  }
  await context.host.remove(path, { privileged })
  return context.onConflict === 'keep' ? asideOf(context, path) : []
}

/** Read from the archive itself, so that a rollback that goes on after a kill still lists it. */
async function asideOf(context: ChangeContext, path: string): Promise<Kept[]> {
  const aside = asidePath(context, path)
  if ((await context.host.status(aside)) === null) return []
  return [{ what: path, left: 'as the run wrote it', now: `changed by somebody since; it was moved to ${aside}` }]
}

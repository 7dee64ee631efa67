import { z } from 'zod'
import type { ChangeContext, Kept } from './change.ts'
import { type KeyEdit, setKey, stateAt, stateWanted, valueAt } from './json-keys.ts'

/**
 * Flags (maintenance, scheduler) that an administrator set after the run. The way back sets the same flags itself, so they are
 * looked at before it begins, and given back when it is over.
 */
type Flags = Record<string, string | number | boolean | null>

const Found = z.object({
  event: z.literal('flags-found'),
  flags: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
})

/** Keeps, once for a run, what others set: on the way back itself it could no longer be told from what we set. */
export async function recordFlags(context: ChangeContext, params: { edits: KeyEdit[] }, text: string): Promise<void> {
  if (context.progress().some((record) => record['event'] === 'flags-found')) return
  const flags: Flags = {}
  for (const edit of params.edits) {
    const value = valueAt(text, edit.keys)
    if (stateAt(text, edit.keys) !== stateWanted(edit) && !(value instanceof Object))
      flags[edit.keys.join('.')] = (value ?? null) as Flags[string]
  }
  await context.journal({ event: 'flags-found', flags })
}

/** What the step that ended the maintenance found set by others. */
export async function foundFlags(context: ChangeContext, endedBy: string | undefined): Promise<Flags> {
  if (endedBy === undefined) return {}
  const found = context.progressOf(endedBy).findLast((record) => record['event'] === 'flags-found')
  return Found.safeParse(found).data?.flags ?? {}
}

/** Sets the flags again that were somebody's own, and lists them. */
export function keepFlags(
  { path, edits }: { path: string; edits: KeyEdit[] },
  flags: Flags,
  text: string,
): { text: string; kept: Kept[] } {
  const kept: Kept[] = []
  let result = text
  for (const { keys } of edits) {
    const key = keys.join('.')
    const value = flags[key]
    if (value === undefined) continue
    result = setKey(result, keys, value ?? undefined)
    kept.push({
      what: `${path}: ${key}`,
      left: 'as it was before the run',
      now: `set to ${JSON.stringify(value)} by somebody since`,
    })
  }
  return { text: result, kept }
}

import type { z } from 'zod'
import type { Place, PlaceName } from '../bench/place.ts'
import type { AdministratorAccount } from '../database/server-place.ts'
import type { SiteDatabase } from '../database/site-database.ts'
import type { Host, ProcessIdentity } from '../host/host.ts'
import type { Json } from '../host/json.ts'

/** exact: the state from before comes back · regenerate: derived state is made anew · none: cannot be undone (cleanup only). */
export type UndoClass = 'exact' | 'regenerate' | 'none'

/** Something a rollback left alone because it is no longer as the run left it. Texts are masked: no secrets. */
export interface Kept {
  what: string
  left: string
  now: string
}

/** A file of the vault that a revert works from, with the digest it was stored under. */
export interface VaultFile {
  path: string
  sha256: string
}

/** Why a revert could not succeed now: what was seen, and what somebody does about it. */
export interface Obstacle {
  what: string
  remedy: string
  /** It yields when the person says so: the target was written to, and `--abandon-target-writes` is given. */
  yieldsTo?: 'abandon-target-writes'
}

export type State =
  | { state: 'pending' | 'partial' | 'applied' | 'undone' }
  | { state: 'conflict'; before: string; after: string; now: string }

/** What a change may use. Built by the execution room for each step; host, bench and database are those of the step's own place. */
export interface ChangeContext {
  host: Host
  benchPath: string
  runId: string
  stepId: string
  /** 0700; the only place where secrets and before-images may be written. */
  vault: string
  /** The site's database, opened by the configuration as it stands now; owned by the run, do not close. */
  database(): Promise<SiteDatabase>
  /** Appends a durable progress line of this step. */
  journal(record: { [key: string]: Json | undefined }): Promise<void>
  /** Progress lines of this step written so far, oldest first, from earlier processes too. */
  progress(): { [key: string]: Json | undefined }[]
  /** What an earlier step of the run recorded when it was done; undefined when it is not done. */
  afterOf(stepId: string): Json | undefined
  /** Progress lines of another step, oldest first. */
  progressOf(stepId: string): { [key: string]: Json | undefined }[]
  /** Who may make and drop databases and users: asked for when it is first needed; null when nobody was named. Never journalled. */
  administrator(): Promise<AdministratorAccount | null>
  /** What opens an encrypted backup; the same. */
  backupKey(): Promise<string | null>
  /** One of the two benches of a transfer. @throws where the plan has one bench alone */
  place(name: PlaceName): Place
  /** Where a path is now that may lie in the site's directory, whichever of its two names that has; any other stays. */
  whereNow(path: string): Promise<string>
  /** Journals a child before it may change anything. */
  child(identity: ProcessIdentity, program: string): Promise<void>
  /** Asks whoever is at the terminal whether to go on; false when nobody is there. */
  mayGoOn(question: string): Promise<boolean>
  /** Aborted when the run shall stop at the next safe point. */
  signal: AbortSignal
  /** What a revert does with things others changed since. What does not stand in its way stays in any case. */
  onConflict: 'keep' | 'restore'
  /** Shown to the person watching; rate and end come from done and total. */
  report(progress: { done: number; total: number; unit: 'bytes' | 'rows' | 'jobs' | 'tables'; what: string }): void
}

/** One reversible mutation of one thing. A new kind is one file with one of these and one line in registry.ts. */
export interface Change<Params, Before extends Json, After extends Json> {
  /** Stable: stored in plans and journals. */
  readonly kind: string
  readonly undo: UndoClass
  readonly params: z.ZodType<Params>
  /** One line of the plan. */
  describe(params: Params): string
  /** How the world stands towards this change. `record` holds what the journal has of it. */
  inspect(context: ChangeContext, params: Params, record: { before?: Before; after?: After }): Promise<State>
  /** Reads what undo needs, into the vault if it may hold secrets; journalled before apply. */
  prepare(context: ChangeContext, params: Params): Promise<Before>
  /** Idempotent. The result are fingerprints of what it left, journalled with `done`. */
  apply(context: ChangeContext, params: Params, before: Before): Promise<After>
  /** Idempotent. Touches only what is still as apply left it; returns what it kept. `after` is missing when apply did not finish. */
  revert(context: ChangeContext, params: Params, before: Before, after: After | undefined): Promise<Kept[]>
  /** Files of the vault a revert cannot do without; a rollback reads them all before it touches anything. */
  needs?(context: ChangeContext, params: Params, before: Before): VaultFile[]
  /** Looks, before a rollback touches anything, whether the revert could succeed, and may journal what it will need to know. */
  lookBeforeRevert?(
    context: ChangeContext,
    params: Params,
    before: Before,
    after: After | undefined,
  ): Promise<Obstacle[]>
  /** Its undoing matters only to the steps undone after it: never gone through once more when the rollback is over. */
  readonly passing?: true
}

/** A change with its types forgotten: what the registry holds and the execution room drives. */
export interface AnyChange {
  readonly kind: string
  readonly undo: UndoClass
  describe(params: Json): string
  inspect(context: ChangeContext, params: Json, record: { before?: Json; after?: Json }): Promise<State>
  prepare(context: ChangeContext, params: Json): Promise<Json>
  apply(context: ChangeContext, params: Json, before: Json): Promise<Json>
  revert(context: ChangeContext, params: Json, before: Json, after: Json | undefined): Promise<Kept[]>
  needs(context: ChangeContext, params: Json, before: Json): VaultFile[]
  lookBeforeRevert(context: ChangeContext, params: Json, before: Json, after: Json | undefined): Promise<Obstacle[]>
  readonly passing: boolean
}

/** Forgets a change's types; what comes back from a journal is parsed by the change's own schema first. */
export function forgetTypes<Params, Before extends Json, After extends Json>(
  change: Change<Params, Before, After>,
): AnyChange {
  const parse = (params: Json): Params => change.params.parse(params)
  return {
    kind: change.kind,
    undo: change.undo,
    describe: (params) => change.describe(parse(params)),
    inspect: (context, params, record) =>
      change.inspect(context, parse(params), record as { before?: Before; after?: After }),
    prepare: (context, params) => change.prepare(context, parse(params)),
    apply: (context, params, before) => change.apply(context, parse(params), before as Before),
    revert: (context, params, before, after) =>
      change.revert(context, parse(params), before as Before, after as After | undefined),
    needs: (context, params, before) => change.needs?.(context, parse(params), before as Before) ?? [],
    lookBeforeRevert: async (context, params, before, after) =>
      (await change.lookBeforeRevert?.(context, parse(params), before as Before, after as After | undefined)) ?? [],
    passing: change.passing === true,
  }
}

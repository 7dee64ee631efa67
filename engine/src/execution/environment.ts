import type { Place, PlaceName } from '../bench/place.ts'
import type { AnyChange } from '../changes/change.ts'
import type { Check } from '../checks/check.ts'
import type { AdministratorAccount } from '../database/server-place.ts'
import type { SiteDatabase } from '../database/site-database.ts'
import type { Host } from '../host/host.ts'
import type { StillHeld } from './lock.ts'
import type { Phase } from './plan.ts'
import type { RecoveryDecision } from './recovery.ts'
import type { RunHome } from './run-home.ts'

/** What a person (or a log) is told while a run goes on. */
export type RunEvent =
  | { event: 'phase'; phase: Phase }
  | { event: 'step'; step: string; describe: string; direction: 'apply' | 'revert' }
  | { event: 'step-done'; step: string; milliseconds: number; direction: 'apply' | 'revert' }
  | { event: 'progress'; step: string; done: number; total: number; unit: string; what: string }
  | { event: 'check'; title: string; status: string; evidence: string }
  | { event: 'failure'; message: string; decision: RecoveryDecision }
  | { event: 'kept'; what: string; left: string; now: string }
  /** Something beside the run went wrong; its outcome stands. */
  | { event: 'warning'; message: string }

/** Asked for or read when one is first needed, kept in memory alone, and never journalled; null when nobody has it. */
export interface RunSecrets {
  /** Who may make and drop databases and users: at a place, or on the plan's own bench. */
  administrator(place?: PlaceName): Promise<AdministratorAccount | null>
  /** What opens an encrypted backup. */
  backupKey(): Promise<string | null>
}

/** A bench of a run, for as long as the run goes on. */
export interface RunPlace extends Omit<Place, 'database'> {
  /** Opens the site's database by the configuration as it stands now; the caller closes it. */
  openDatabase(): Promise<SiteDatabase>
  /** See ChangeContext. */
  whereNow(path: string): Promise<string>
}

/** Everything the execution room needs from outside. Passed in, so that tests and front doors decide. */
export interface RunEnvironment extends RunSecrets {
  /** Where the run is kept: plan, journal and vault. */
  home: RunHome
  changes: ReadonlyMap<string, AnyChange>
  checks: ReadonlyMap<string, Check>
  /** Where a step is done or a check is asked: the plan's own bench when it names none. @throws when the plan has no such place */
  place(name?: PlaceName): RunPlace
  /** Every machine that something of the run may go on on. */
  hosts: readonly Host[]
  interactive: boolean
  /** Asked about a failure or an interrupt; only when interactive. */
  ask(message: string, choices: readonly Answer[]): Promise<Answer>
  /** Asks before a cut-over that is held; only when interactive. */
  mayGoOn(question: string): Promise<boolean>
  /** Aborted by SIGINT or SIGTERM, with that name as reason. */
  stop: AbortSignal
  onEvent(event: RunEvent): void
  onConflict: 'keep' | 'restore'
  /** Take the run back though the target was written to since it was opened. */
  abandonTargetWrites: boolean
}

/** An environment whose benches' locks this process holds: nothing is changed without. */
export interface LockedEnvironment extends RunEnvironment {
  /** Asked before every change. */
  stillHeld: StillHeld
}

export type Answer = 'retry' | 'rollback' | 'keep'

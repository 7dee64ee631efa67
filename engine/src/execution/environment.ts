import type { AnyChange } from '../changes/change.ts'
import type { Check } from '../checks/check.ts'
import type { AdministratorAccount } from '../database/server-place.ts'
import type { SiteDatabase } from '../database/site-database.ts'
import type { Host } from '../host/host.ts'
import type { Phase } from './plan.ts'
import type { RecoveryDecision } from './recovery.ts'

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

/** Everything the execution room needs from outside. Passed in, so that tests and front doors decide. */
export interface RunEnvironment {
  host: Host
  benchPath: string
  changes: ReadonlyMap<string, AnyChange>
  checks: ReadonlyMap<string, Check>
  /** Opens the site's database by the configuration as it stands now. */
  openDatabase(): Promise<SiteDatabase>
  /** The site's directory as it is called now. */
  siteDirectory(): Promise<string>
  /** See ChangeContext.whereNow. */
  whereNow(path: string): Promise<string>
  /** See ChangeContext. */
  administrator(): Promise<AdministratorAccount | null>
  backupKey(): Promise<string | null>
  interactive: boolean
  /** Asked about a failure or an interrupt; only when interactive. */
  ask(message: string, choices: readonly Answer[]): Promise<Answer>
  /** Aborted by SIGINT or SIGTERM, with that name as reason. */
  stop: AbortSignal
  onEvent(event: RunEvent): void
  onConflict: 'keep' | 'restore'
}

export type Answer = 'retry' | 'rollback' | 'keep'

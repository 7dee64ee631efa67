import type { ChangeContext } from '../changes/change.ts'
import type { SiteDatabase } from '../database/site-database.ts'
import type { Json } from '../host/json.ts'
import type { RunEnvironment } from './environment.ts'
import type { Journal } from './journal.ts'
import type { RunDirectory } from './run-directory.ts'

/** What the journal holds of one step. */
export function recordOf(journal: Journal, step: string) {
  const own = journal.lines.filter((line) => 'step' in line && line.step === step)
  const intent = own.findLast((line) => line.type === 'intent')
  const done = own.findLast((line) => line.type === 'done')
  const reverted = own.findLast((line) => line.type === 'reverted')
  return { intent, done, reverted, reverting: own.some((line) => line.type === 'reverting') }
}

/**
 * Runs work with the context of one step. The database is opened when first asked for and closed afterwards:
 * a step that moves the directory must not hold an SQLite file open from the step before.
 */
export async function withStepContext<Result>(
  environment: RunEnvironment,
  run: RunDirectory,
  journal: Journal,
  step: string,
  direction: 'apply' | 'revert',
  signal: AbortSignal,
  work: (context: ChangeContext) => Promise<Result>,
): Promise<Result> {
  let opened: Promise<SiteDatabase> | undefined
  const progressOf = (wanted: string) =>
    journal.lines.flatMap((line) =>
      line.type === 'progress' && line.step === wanted ? [{ ...line.record, direction: line.direction }] : [],
    )
  const context: ChangeContext = {
    host: environment.host,
    benchPath: environment.benchPath,
    runId: run.id,
    stepId: step,
    vault: run.vault,
    database: () => {
      opened ??= environment.openDatabase()
      return opened
    },
    journal: async (record) => {
      await journal.append({ type: 'progress', step, direction, record: plain(record) })
    },
    progress: () => progressOf(step),
    progressOf,
    afterOf: (other) => recordOf(journal, other).done?.after,
    whereNow: environment.whereNow,
    administrator: environment.administrator,
    backupKey: environment.backupKey,
    child: async (identity, program) => {
      await journal.append({ type: 'child', step, program, ...identity })
    },
    signal,
    onConflict: environment.onConflict,
    report: (progress) => environment.onEvent({ event: 'progress', step, ...progress }),
  }
  try {
    return await work(context)
  } finally {
    // A database that could not be opened has been reported by the work itself.
    const database = await opened?.catch(() => undefined)
    await database?.close()
  }
}

/** Drops undefined members, as JSON would. */
export function plain(value: {
  [key: string]: Json | undefined
}): Record<string, Exclude<Json, undefined> & PlainJson> {
  return JSON.parse(JSON.stringify(value))
}
type PlainJson = string | number | boolean | null | PlainJson[] | { [key: string]: PlainJson }

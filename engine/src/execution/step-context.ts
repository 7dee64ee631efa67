import type { ChangeContext } from '../changes/change.ts'
import type { Json } from '../host/json.ts'
import type { RunEnvironment } from './environment.ts'
import type { Journal } from './journal.ts'
import { openPlaces } from './opened-places.ts'
import type { PlanStep } from './plan.ts'
import type { RunDirectory } from './run-directory.ts'

/** What the journal holds of one step. */
export function recordOf(journal: Journal, step: string) {
  const own = journal.lines.filter((line) => 'step' in line && line.step === step)
  const intent = own.findLast((line) => line.type === 'intent')
  const done = own.findLast((line) => line.type === 'done')
  const reverted = own.findLast((line) => line.type === 'reverted')
  return { intent, done, reverted, reverting: own.some((line) => line.type === 'reverting') }
}

/** Runs work with the context of one step, at the step's place. */
export async function withStepContext<Result>(
  environment: RunEnvironment,
  run: RunDirectory,
  journal: Journal,
  { id: step, place }: Pick<PlanStep, 'id' | 'place'>,
  direction: 'apply' | 'revert',
  signal: AbortSignal,
  work: (context: ChangeContext) => Promise<Result>,
): Promise<Result> {
  const places = openPlaces(environment)
  const own = places.place(place)
  const progressOf = (wanted: string) =>
    journal.lines.flatMap((line) =>
      line.type === 'progress' && line.step === wanted ? [{ ...line.record, direction: line.direction }] : [],
    )
  const context: ChangeContext = {
    ...{ host: own.host, benchPath: own.benchPath, database: own.database, administrator: own.administrator },
    whereNow: environment.place(place).whereNow,
    place: places.place,
    runId: run.id,
    stepId: step,
    vault: run.vault,
    journal: async (record) => {
      await journal.append({ type: 'progress', step, direction, record: plain(record) })
    },
    progress: () => progressOf(step),
    progressOf,
    afterOf: (other) => recordOf(journal, other).done?.after,
    backupKey: environment.backupKey,
    child: async (identity, program) => {
      await journal.append({ type: 'child', step, program, ...identity, ...(place === undefined ? {} : { place }) })
    },
    mayGoOn: async (question) => environment.interactive && environment.mayGoOn(question),
    signal,
    onConflict: environment.onConflict,
    report: (progress) => environment.onEvent({ event: 'progress', step, ...progress }),
  }
  try {
    return await work(context)
  } finally {
    await places.close()
  }
}

/** Drops undefined members, as JSON would. */
export function plain(value: {
  [key: string]: Json | undefined
}): Record<string, Exclude<Json, undefined> & PlainJson> {
  return JSON.parse(JSON.stringify(value))
}
type PlainJson = string | number | boolean | null | PlainJson[] | { [key: string]: PlainJson }

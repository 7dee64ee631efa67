import { type CheckContext, type CheckResult, runCheck } from '../checks/check.ts'
import type { Json } from '../host/json.ts'
import type { RunEnvironment } from './environment.ts'
import type { JournalLine } from './journal.ts'
import { openPlaces } from './opened-places.ts'
import type { Phase, Plan, PlanCheck } from './plan.ts'

function afterIn(lines: JournalLine[], step: string): Json | undefined {
  for (const line of lines.toReversed()) if (line.type === 'done' && line.step === step) return line.after
  return undefined
}

/** Asks the plan's checks of a phase one after the other, on one database connection a place. Results from before the change are their baseline. */
export async function answerChecks(
  environment: RunEnvironment,
  vault: string | null,
  plan: Plan,
  lines: JournalLine[],
  phase: Phase,
): Promise<CheckResult[]> {
  const baseline = lines.flatMap((line) =>
    line.type === 'checks' && line.phase === 'pre_migration_checks' ? line.results : [],
  )
  const places = openPlaces(environment)
  const contextOf = async (check: PlanCheck): Promise<CheckContext> => {
    const own = places.place(check.place)
    return {
      ...{ host: own.host, benchPath: own.benchPath, siteDirectory: await own.siteDirectory() },
      database: own.database,
      place: places.place,
      vault,
      afterOf: (step) => afterIn(lines, step),
      baseline: (id) => baseline.find((result) => result.id === id),
      signal: environment.stop,
    }
  }
  const results: CheckResult[] = []
  try {
    for (const wanted of plan.checks.filter((check) => check.phase === phase)) {
      const check = environment.checks.get(wanted.id)
      if (!check) throw new Error(`The plan names an unknown check: ${wanted.id}`)
      const result = await runCheck(check, await contextOf(wanted), wanted.params)
      environment.onEvent({ event: 'check', title: result.title, status: result.status, evidence: result.evidence })
      results.push(result)
    }
  } finally {
    await places.close()
  }
  return results
}

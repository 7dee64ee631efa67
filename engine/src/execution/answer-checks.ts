import { type CheckContext, type CheckResult, runCheck } from '../checks/check.ts'
import type { SiteDatabase } from '../database/site-database.ts'
import type { Json } from '../host/json.ts'
import type { RunEnvironment } from './environment.ts'
import type { JournalLine } from './journal.ts'
import type { Phase, Plan } from './plan.ts'

function afterIn(lines: JournalLine[], step: string): Json | undefined {
  for (const line of lines.toReversed()) if (line.type === 'done' && line.step === step) return line.after
  return undefined
}

/** Asks the plan's checks of a phase one after the other, on one database connection. Results from before the change are their baseline. */
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
  let opened: Promise<SiteDatabase> | undefined
  const context: CheckContext = {
    host: environment.host,
    benchPath: environment.benchPath,
    siteDirectory: await environment.siteDirectory(),
    database: () => {
      opened ??= environment.openDatabase()
      return opened
    },
    vault,
    afterOf: (step) => afterIn(lines, step),
    baseline: (id) => baseline.find((result) => result.id === id),
    signal: environment.stop,
  }
  const results: CheckResult[] = []
  try {
    for (const wanted of plan.checks.filter((check) => check.phase === phase)) {
      const check = environment.checks.get(wanted.id)
      if (!check) throw new Error(`The plan names an unknown check: ${wanted.id}`)
      const result = await runCheck(check, context, wanted.params)
      environment.onEvent({ event: 'check', title: result.title, status: result.status, evidence: result.evidence })
      results.push(result)
    }
  } finally {
    // A database that could not be opened has been reported by the check that asked for it.
    const database = await opened?.catch(() => undefined)
    await database?.close()
  }
  return results
}

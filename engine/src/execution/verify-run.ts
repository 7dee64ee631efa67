import type { CheckResult } from '../checks/check.ts'
import { answerChecks } from './answer-checks.ts'
import type { RunEnvironment } from './environment.ts'
import type { Plan, PlanCheck } from './plan.ts'
import type { RunSummary } from './run-directory.ts'

/** Compares two digests that the run itself recorded; asked later it would say nothing of today. */
const OF_THE_RUN_ALONE = 'deep-digest'

/** The proof of a finished run, asked again now; what the run's last search found is searched anew. Changes nothing and journals nothing. */
export function verifyRun(environment: RunEnvironment, { run, plan, lines }: RunSummary): Promise<CheckResult[]> {
  const capture = plan.steps.find((step) => step.kind === 'capture-rows')
  const checks = plan.checks
    .filter((check) => check.phase === 'verify_migration' && check.id !== OF_THE_RUN_ALONE)
    .map(
      (check): PlanCheck =>
        check.id === 'no-occurrence-left' && capture ? { ...check, params: capture.params } : check,
    )
  return answerChecks(environment, run.vault, { ...plan, checks }, lines, 'verify_migration')
}

/** What can be asked of any site, also of one that no run knows. */
export function verifySite(environment: RunEnvironment, plan: Plan): Promise<CheckResult[]> {
  return answerChecks(environment, null, plan, [], 'verify_migration')
}

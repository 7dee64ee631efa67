import type { CheckResult } from '../checks/check.ts'
import { systemCode } from '../host/local/files.ts'
import { answerChecks } from './answer-checks.ts'
import { auditPath, brokenAuditLine } from './audit.ts'
import type { RunEnvironment } from './environment.ts'
import type { Plan, PlanCheck } from './plan.ts'
import type { RunSummary } from './run-directory.ts'
import type { RunHome } from './run-home.ts'

/** Compares two digests that the run itself recorded; asked later it would say nothing of today. */
const OF_THE_RUN_ALONE = 'deep-digest'

/** The proof of a finished run, asked again now; what the run's last search found is searched anew. Changes nothing and journals nothing. */
export async function verifyRun(environment: RunEnvironment, { run, plan, lines }: RunSummary): Promise<CheckResult[]> {
  const capture = plan.steps.find((step) => step.kind === 'capture-rows')
  const checks = plan.checks
    .filter((check) => check.phase === 'verify_migration' && check.id !== OF_THE_RUN_ALONE)
    .map(
      (check): PlanCheck =>
        check.id === 'no-occurrence-left' && capture ? { ...check, params: capture.params } : check,
    )
  const results = await answerChecks(environment, run.vault, { ...plan, checks }, lines, 'verify_migration')
  return [...results, await auditUnbroken(run.home)]
}

/** Whether what the audit log says can be relied on. It says nothing about the site, so it is never critical. */
async function auditUnbroken(home: RunHome): Promise<CheckResult> {
  const common = { id: 'audit-log', title: 'Audit log is unbroken', critical: false }
  const path = auditPath(home)
  const broken = await brokenAuditLine(home).catch((error: unknown) => {
    if (systemCode(error) === undefined) throw error
    return 0
  })
  if (broken === null) return { ...common, status: 'passed', evidence: path }
  return {
    ...common,
    status: 'warning',
    evidence:
      broken === 0
        ? `${path} cannot be read`
        : `${path}, line ${broken}: it cannot be read, or somebody changed it or a line before it`,
    remedy: 'Compare it with a backup; what the runs did stands in the journal.jsonl of each run too.',
  }
}

/** What can be asked of any site, also of one that no run knows. */
export function verifySite(environment: RunEnvironment, plan: Plan): Promise<CheckResult[]> {
  return answerChecks(environment, null, plan, [], 'verify_migration')
}

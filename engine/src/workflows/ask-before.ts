import type { Finding } from '../bench/finding.ts'
import { type CheckContext, runCheck } from '../checks/check.ts'
import { checkKinds } from '../checks/registry.ts'
import type { Plan } from '../execution/plan.ts'

/** Checks that only read and are quick, and what their "no" is called. */
const ASKED: Readonly<Record<string, string>> = {
  rights: 'Rights are missing that this run needs.',
  'disk-space': 'The disk has too little room.',
  'database-reachable': 'The database does not answer.',
}

/** What would refuse the run right after it was confirmed is told while it is planned: the run's own checks, asked early. */
export async function askBefore(plan: Plan, context: CheckContext): Promise<Finding[]> {
  const found: Finding[] = []
  for (const { id, params } of plan.checks.filter((check) => check.phase === 'pre_migration_checks')) {
    const title = ASKED[id]
    const check = checkKinds.get(id)
    if (title === undefined || !check) continue
    const { status, critical, evidence, remedy } = await runCheck(check, context, params)
    if (status !== 'failed') continue
    const remedies = remedy === undefined ? [] : [remedy]
    found.push({
      id,
      severity: critical ? 'critical' : 'warning',
      title,
      evidence,
      remedies,
      subject: plan.site.oldName,
    })
  }
  return found
}

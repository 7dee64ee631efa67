import type { Plan } from '../execution/plan.ts'
import { counted } from './amounts.ts'
import type { JournalTimes } from './journal-times.ts'
import type { MigrationReport } from './migration-report.ts'
import { planCommand } from './plan-command.ts'
import type { RunVerdict } from './run-verdict.ts'

interface Input {
  plan: Plan
  runId: string
  verdict: RunVerdict
  times: JournalTimes
  checks: MigrationReport['checks']
  kept: MigrationReport['run']['kept']
  /** What the run could not do and somebody does by hand. */
  warnings: string[]
  /** Something failed: that is why it was taken back. */
  failed: boolean
}

/** What a person does now, most urgent first. */
export function nextSteps({ plan, runId, verdict, times, checks, kept, warnings, failed }: Input): string[] {
  const remediesOf = (status: 'failed' | 'warning') =>
    checks.flatMap((check) => (check.status === status && check.remedy ? [check.remedy] : []))
  const remedies = [...new Set([...remediesOf('failed'), ...remediesOf('warning')])]
  const again = `plan again: ${planCommand(plan)} --plan`
  if (verdict.refused) return ['Nothing was changed.', ...remedies, `Then ${again}`]
  if (verdict.rolledBack) {
    const [first] = kept
    return [
      first
        ? `Look at ${counted(kept.length, 'thing')} that others changed since and the rollback left alone: ${first.what}${kept.length > 1 ? ' …' : ''}`
        : verdict.rehearsed
          ? 'Rehearsed to its end and taken back: everything is as it was before.'
          : 'The site is as it was before.',
      ...(failed ? [`Mend what failed, then ${again}`] : []),
    ]
  }
  if (verdict.state !== 'done' && verdict.state !== 'retired') {
    return [
      ...(times.maintenanceSince ? [`The site is still in maintenance, since ${times.maintenanceSince}.`] : []),
      `Finish it: frappe-migrator resume --run ${runId}`,
      `Or take it back: frappe-migrator rollback --run ${runId}`,
      ...remedies,
    ]
  }
  return [
    ...remedies,
    ...warnings,
    ...plan.preview.manual,
    ...plan.preview.outside.map((item) => `${item.system}: ${item.action}`),
    ...(verdict.state === 'retired'
      ? []
      : [
          `To take it back, at any time until cleanup: frappe-migrator rollback --run ${runId}`,
          `When it has proven itself (days later): frappe-migrator cleanup --run ${runId}`,
        ]),
  ]
}

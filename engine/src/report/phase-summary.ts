import type { JournalLine } from '../execution/journal.ts'
import { type Phase, type Plan, phases } from '../execution/plan.ts'
import { clockText } from './amounts.ts'
import type { JournalTimes } from './journal-times.ts'
import type { MigrationReport } from './migration-report.ts'
import { lastChecks } from './run-verdict.ts'

type PhaseSummary = MigrationReport['steps_completed'][number]

/** Kinds whose result stays where it is when a run is taken back: nothing of the site. */
const KEPT_ON_ROLLBACK = new Set(['safety-backup', 'capture-rows', 'record-digest'])

/** The nine phases in their order, whether they were used or not. */
export function phaseSummaries(plan: Plan, lines: JournalLine[], times: JournalTimes): PhaseSummary[] {
  return phases.map((phase) => ({
    step: phase,
    status: statusOf(phase, plan, lines),
    duration: clockText(times.phases.get(phase) ?? 0),
    ...issuesOf(phase, plan, lines),
  }))
}

const ended = (phase: Phase, lines: JournalLine[]): boolean =>
  lines.some((line) => line.type === 'phase' && line.phase === phase && line.event === 'end')

function statusOf(phase: Phase, plan: Plan, lines: JournalLine[]): PhaseSummary['status'] {
  const begun = lines.some((line) => line.type === 'phase' && line.phase === phase)
  if (!begun) return 'skipped'
  const refused = lines.some((line) => line.type === 'checks' && line.phase === phase && line.results.some(isBlocking))
  if (!ended(phase, lines))
    return refused || lines.some((line) => line.type === 'failure' && line.phase === phase) ? 'failed' : 'interrupted'
  const own = new Set(
    plan.steps.filter((step) => step.phase === phase && !KEPT_ON_ROLLBACK.has(step.kind)).map((step) => step.id),
  )
  return lines.some((line) => line.type === 'reverted' && own.has(line.step)) ? 'rolled_back' : 'completed'
}

type CheckResult = Extract<JournalLine, { type: 'checks' }>['results'][number]
const isBlocking = ({ status, critical }: CheckResult): boolean => critical && status === 'failed'
const isIssue = ({ status }: CheckResult): boolean => status === 'failed' || status === 'warning'

/** Issues: checks that did not pass, and failures of steps. Resolved: the proof passed after all, or the phase went on to its end. */
function issuesOf(
  phase: Phase,
  plan: Plan,
  lines: JournalLine[],
): Pick<PhaseSummary, 'issues_found' | 'issues_resolved'> {
  const failures = lines.filter((line) => line.type === 'failure' && line.phase === phase)
  const before = phase === 'pre_migration_checks'
  const noticed = before || phase === 'verify_migration' ? lastChecks(lines, phase).filter(isIssue) : []
  const proof = lastChecks(lines, 'verify_migration')
  const passedSince = before
    ? noticed.filter(({ id }) => proof.some((check) => check.id === id && check.status === 'passed'))
    : []
  const steps = new Set(plan.steps.filter((step) => step.phase === phase).map((step) => step.id))
  const overcome = failures.filter(
    (line) =>
      ended(phase, lines) &&
      line.type === 'failure' &&
      line.step !== null &&
      steps.has(line.step) &&
      line.choice === 'retry',
  )
  return {
    issues_found: noticed.length + failures.filter((line) => line.type === 'failure' && line.step !== null).length,
    issues_resolved: passedSince.length + overcome.length,
  }
}

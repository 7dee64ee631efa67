import { z } from 'zod'
import type { JournalLine } from '../execution/journal.ts'
import { type Phase, type Plan, phases } from '../execution/plan.ts'
import { digestOf } from '../host/value-digest.ts'
import { clockText } from './amounts.ts'
import { maskText } from './mask.ts'
import type { MigrationReport } from './migration-report.ts'

interface ReportInput {
  plan: Plan
  lines: JournalLine[]
  runId: string
  now: Date
}

const Rows = z.object({ changed: z.number(), moved: z.number() })
const Backup = z.object({
  file: z.string(),
  bytes: z.number(),
  verified: z.array(z.string()),
  milliseconds: z.number(),
})

/** Journal and plan in, report out: pure. */
export function buildReport({ plan, lines, runId, now }: ReportInput): MigrationReport {
  const state = lines.findLast((line) => line.type === 'state')?.state ?? 'planned'
  const rolledBack = state === 'rolled-back' || state === 'rolling-back'
  const kept = lines.flatMap((line) => (line.type === 'reverted' ? line.kept : []))
  const checks = latestChecks(lines)
  const failedCheck = checks.some((check) => check.status === 'failed')
  const status = rolledBack ? 'failed' : state === 'done' && !failedCheck ? 'success' : 'partial'
  const remainder = rowsOf(lines, 'rewrite-remainder')
  const rewritten = rowsOf(lines, 'rewrite-rows')
  return mask({
    summary: {
      status,
      duration: clockText(activeMilliseconds(lines)),
      domain_changed: `${plan.site.oldName} → ${plan.site.newName}`,
    },
    steps_completed: phases.map((phase) => phaseSummary(phase, plan, lines, rolledBack)),
    configuration_changes: {
      files_modified: rolledBack ? [] : [...new Set(plan.preview.configuration.map((change) => change.file))],
      services_restarted: rolledBack ? [] : services(plan, lines),
      dns_updates_required: plan.preview.outside.filter((item) => item.system === 'DNS').map((item) => item.action),
    },
    verification_results: {
      site_accessible: result(checks, 'http-proxy') ?? result(checks, 'http-direct'),
      https_working: result(checks, 'https'),
      database_connected: result(checks, 'database-reachable'),
      redis_functional: result(checks, 'redis-reachable'),
    },
    next_steps: nextSteps(plan, runId, state, checks),
    run: {
      id: runId,
      state,
      bench: plan.benchPath,
      plan_digest: digestOf(plan),
      started: lines[0]?.time ?? null,
      finished: state === 'running' ? null : (lines.at(-1)?.time ?? now.toISOString()),
      rolled_back: rolledBack,
      kept,
    },
    database: {
      values_planned: plan.preview.rewrite.reduce((sum, column) => sum + column.values, 0),
      values_changed: rewritten.changed,
      values_moved: rewritten.moved,
      rewritten_afterwards: remainder.changed,
      backup: Backup.safeParse(afterOf(lines, 'safety-backup')).data ?? null,
    },
    downtime: { expected_seconds: plan.preview.downtimeSeconds, measured_seconds: downtime(lines) },
    recovery: lines.flatMap((line) =>
      line.type === 'failure'
        ? [
            {
              step: line.step,
              message: line.message,
              failure_class: line.failureClass,
              choice: line.choice,
              reason: line.reason,
            },
          ]
        : [],
    ),
    checks,
    outside: plan.preview.outside,
  })
}

/** Every text of a report goes out masked. */
function mask(report: MigrationReport): MigrationReport {
  const walk = (value: unknown): unknown => {
    if (typeof value === 'string') return maskText(value)
    if (Array.isArray(value)) return value.map(walk)
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, walk(inner)]))
  }
  return walk(report) as MigrationReport
}

function afterOf(lines: JournalLine[], step: string): unknown {
  for (const line of lines.toReversed()) if (line.type === 'done' && line.step === step) return line.after
  return undefined
}

function rowsOf(lines: JournalLine[], step: string): z.infer<typeof Rows> {
  return Rows.safeParse(afterOf(lines, step)).data ?? { changed: 0, moved: 0 }
}

/** The results of the last time each phase asked; the proof where there is one, else what preflight found. */
function latestChecks(lines: JournalLine[]): MigrationReport['checks'] {
  const asked = lines.flatMap((line) => (line.type === 'checks' ? [line] : []))
  const last = asked.findLast((line) => line.phase === 'verify_migration') ?? asked.at(-1)
  return (last?.results ?? []).map(({ id, title, status, evidence, remedy }) => ({
    id,
    title,
    status,
    evidence,
    ...(remedy === undefined ? {} : { remedy }),
  }))
}

function result(checks: MigrationReport['checks'], id: string): boolean | null {
  const check = checks.find((one) => one.id === id)
  if (!check || check.status === 'not-applicable') return null
  return (
    check.status === 'passed' ||
    (check.status === 'warning' && id !== 'redis-reachable' && id !== 'http-proxy' && id !== 'http-direct')
  )
}

/** A pause between two processes (a kill, a resume days later) does not count as work. */
function activeMilliseconds(lines: JournalLine[]): number {
  let total = 0
  for (const [index, line] of lines.entries()) {
    const before = lines[index - 1]
    const resumed =
      line.type === 'state' && (line.state === 'running' || line.state === 'rolling-back') && before?.type !== 'failure'
    if (before && !resumed) total += Date.parse(line.time) - Date.parse(before.time)
  }
  return total
}

function phaseSummary(
  phase: Phase,
  plan: Plan,
  lines: JournalLine[],
  rolledBack: boolean,
): MigrationReport['steps_completed'][number] {
  const begun = lines.find((line) => line.type === 'phase' && line.phase === phase && line.event === 'begin')
  const ended = lines.findLast((line) => line.type === 'phase' && line.phase === phase && line.event === 'end')
  const own = new Set(plan.steps.filter((step) => step.phase === phase).map((step) => step.id))
  const failures = lines.filter((line) => line.type === 'failure' && line.phase === phase)
  const results = lines.findLast((line) => line.type === 'checks' && line.phase === phase)
  const issues =
    results?.type === 'checks'
      ? results.results.filter((one) => one.status === 'failed' || one.status === 'warning').length
      : 0
  const touched = lines.some((line) => line.type === 'reverted' && own.has(line.step))
  const status = !begun ? 'skipped' : rolledBack && touched ? 'rolled_back' : ended ? 'completed' : 'failed'
  const worked = lines.reduce(
    (sum, line) => (line.type === 'done' && own.has(line.step) ? sum + line.milliseconds : sum),
    0,
  )
  const span = begun && ended ? Date.parse(ended.time) - Date.parse(begun.time) : worked
  return {
    step: phase,
    status,
    duration: clockText(Math.max(worked, span)),
    issues_found: issues + failures.length,
    issues_resolved: ended ? failures.length : 0,
  }
}

function services(plan: Plan, lines: JournalLine[]): string[] {
  const done = (kind: string) =>
    plan.steps.some((step) => step.kind === kind && lines.some((line) => line.type === 'done' && line.step === step.id))
  return done('proxy-config') ? ['nginx (reloaded)'] : []
}

/** Seconds from maintenance on to maintenance off, as the journal has them. */
function downtime(lines: JournalLine[]): number | null {
  const on = lines.find((line) => line.type === 'intent' && line.step === 'maintenance-on')
  const off = lines.find(
    (line) =>
      (line.type === 'done' && line.step === 'maintenance-off') ||
      (line.type === 'reverted' && line.step === 'maintenance-on'),
  )
  return on && off ? (Date.parse(off.time) - Date.parse(on.time)) / 1000 : null
}

function nextSteps(plan: Plan, runId: string, state: string, checks: MigrationReport['checks']): string[] {
  if (state === 'rolled-back') return ['The site is as it was before. Mend what failed, then plan again.']
  const open = checks.filter((check) => check.status === 'failed' && check.remedy).map((check) => check.remedy ?? '')
  if (state !== 'done') {
    return [
      `Finish it: frappe-migrator resume --run ${runId}`,
      `Or take it back: frappe-migrator rollback --run ${runId}`,
      ...open,
    ]
  }
  return [
    ...open,
    ...plan.preview.outside.map((item) => `${item.system}: ${item.action}`),
    ...plan.preview.manual,
    `To take it back, at any time until cleanup: frappe-migrator rollback --run ${runId}`,
    `When it has proven itself (days later): frappe-migrator cleanup --run ${runId}`,
  ]
}

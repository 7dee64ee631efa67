import type { JournalLine } from '../execution/journal.ts'
import { keptIn } from '../execution/kept.ts'
import type { Plan } from '../execution/plan.ts'
import { runDirectory } from '../execution/run-directory.ts'
import { homeOf } from '../execution/run-home.ts'
import { whatOf } from '../execution/run-words.ts'
import { digestOf } from '../host/value-digest.ts'
import { isDnsUpdate } from '../rewrite/fields/outside-systems.ts'
import { clockText } from './amounts.ts'
import { databaseResults, filesModified, jobResults, servicesRestarted, stepWarnings } from './journal-results.ts'
import { journalTimes } from './journal-times.ts'
import type { MigrationReport } from './migration-report.ts'
import { nextSteps } from './next-steps.ts'
import { phaseSummaries } from './phase-summary.ts'
import { lastChecks, verdictOf, verificationResults } from './run-verdict.ts'
import { shownAll } from './shown.ts'
import { transferResult } from './transfer-results.ts'

interface ReportInput {
  plan: Plan
  lines: JournalLine[]
  runId: string
  now: Date
}

/** Journal and plan in, report out: pure. Every text in it is fit to be shown. */
export function buildReport({ plan, lines, runId, now }: ReportInput): MigrationReport {
  const before = lastChecks(lines, 'pre_migration_checks')
  const proof = lastChecks(lines, 'verify_migration')
  const verdict = verdictOf(lines, proof)
  const times = journalTimes(lines)
  const { state, refused, rolledBack } = verdict
  const nothingLeft = refused || rolledBack
  const checks = (proof.length ? proof : before).map(checkEntry)
  const kept = keptIn(lines)
  const outside = nothingLeft ? [] : plan.preview.outside
  const transfer = transferResult(plan, lines)
  const reversible = !nothingLeft && state !== 'retired' && lines.length > 0
  return shownAll({
    summary: {
      status: verdict.status,
      duration: clockText(times.active),
      domain_changed: whatOf(plan),
    },
    steps_completed: phaseSummaries(plan, lines, times),
    configuration_changes: {
      files_modified: filesModified(plan, lines),
      services_restarted: servicesRestarted(plan, lines),
      dns_updates_required: outside.filter(({ system }) => isDnsUpdate(system)).map((item) => item.action),
    },
    // What was proven about the new name says nothing about the site once that is taken back.
    verification_results: verificationResults(nothingLeft ? [] : proof),
    next_steps: nextSteps({
      plan,
      runId,
      verdict,
      times,
      checks,
      kept,
      warnings: stepWarnings(plan, lines),
      failed: lines.some((line) => line.type === 'failure'),
    }),
    rollback_command: reversible ? `frappe-migrator rollback --run ${runId}` : null,
    run: {
      id: runId,
      state,
      refused,
      rolled_back: rolledBack,
      bench: plan.benchPath,
      directory: runDirectory(homeOf(plan), runId).path,
      plan_digest: digestOf(plan),
      started: lines[0]?.time ?? null,
      finished: state === 'running' || state === 'rolling-back' ? null : (lines.at(-1)?.time ?? now.toISOString()),
      active_seconds: times.active / 1000,
      phase_seconds: Object.fromEntries([...times.phases].map(([phase, spent]) => [phase, spent / 1000])),
      kept,
    },
    database: databaseResults(plan, lines, runId),
    ...(transfer === undefined ? {} : { transfer }),
    jobs: jobResults(plan, lines),
    downtime: {
      expected_seconds: plan.preview.downtimeSeconds,
      measured_seconds: seconds(times.downtime),
      rollback_seconds: seconds(times.rollbackDowntime),
      in_maintenance_since: times.maintenanceSince,
    },
    recovery: lines.flatMap((line) =>
      line.type === 'failure'
        ? [
            {
              time: line.time,
              phase: line.phase,
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
    checks_before: before.map(checkEntry),
    outside,
  })
}

const seconds = (milliseconds: number | null): number | null => (milliseconds === null ? null : milliseconds / 1000)

type CheckLine = Extract<JournalLine, { type: 'checks' }>['results'][number]

function checkEntry({ id, title, status, critical, evidence, remedy }: CheckLine): MigrationReport['checks'][number] {
  return { id, title, status, critical, evidence, ...(remedy === undefined ? {} : { remedy }) }
}

import { bytesText, counted, durationText } from './amounts.ts'
import type { MigrationReport } from './migration-report.ts'
import { marks } from './progress.ts'
import type { Style } from './style.ts'

const answer = (value: boolean | null): string => (value === null ? 'not applicable' : value ? 'yes' : 'NO')

/** The report on one screen. */
export function renderReport(report: MigrationReport, style: Style): string {
  const { summary, run, database, downtime, verification_results: verified } = report
  const color = { success: style.good, partial: style.warn, failed: style.bad }[summary.status]
  const title = run.rolled_back
    ? `rolled back: ${summary.domain_changed}`
    : `${summary.status}: ${summary.domain_changed}`
  const mark = marks(style)
  const open = report.checks.filter((check) => check.status === 'failed' || check.status === 'warning')
  return [
    color(style.bold(title)),
    `  run ${run.id} (${run.state}), ${summary.duration}`,
    ...(database.backup
      ? [
          `  safety backup: ${bytesText(database.backup.bytes)} in ${durationText(database.backup.milliseconds)}, verified`,
        ]
      : []),
    ...(run.rolled_back
      ? []
      : [
          `  database: ${counted(database.values_changed, 'value')} rewritten, ${database.rewritten_afterwards} more afterwards, ${database.values_moved} changed by others meanwhile`,
        ]),
    ...(downtime.measured_seconds === null
      ? []
      : [`  downtime: ${downtime.measured_seconds.toFixed(1)} s (expected ${downtime.expected_seconds} s)`]),
    `  site accessible: ${answer(verified.site_accessible)} · https: ${answer(verified.https_working)} · database: ${answer(verified.database_connected)} · redis: ${answer(verified.redis_functional)}`,
    `  checks: ${report.checks.filter((check) => check.status === 'passed').length} of ${report.checks.length} passed`,
    ...open.map((check) => `    ${mark[check.status]} ${check.title}: ${check.evidence}`),
    ...report.recovery.map(
      (entry) =>
        `  ${style.warn('failure')} ${entry.message} (${entry.failure_class}) → ${entry.choice}: ${entry.reason}`,
    ),
    ...run.kept.map((item) => `  ${style.warn('kept')} ${item.what}: left ${item.left}; now ${item.now}`),
    '',
    style.bold('Next'),
    ...report.next_steps.map((step) => `  - ${step}`),
  ].join('\n')
}

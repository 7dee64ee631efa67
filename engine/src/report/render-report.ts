import { bytesText, counted, durationText } from './amounts.ts'
import type { MigrationReport } from './migration-report.ts'
import { marks, type Style, section } from './style.ts'
import { transferText } from './transfer-results.ts'

const answer = (value: boolean | null): string => (value === null ? 'not applicable' : value ? 'yes' : 'NO')

/** How a run ended, in a word for people. */
export const endingOf = ({ run, summary }: MigrationReport): string =>
  run.refused ? 'refused' : run.rolled_back ? 'rolled back' : summary.status

/** The report on one screen. */
export function renderReport(report: MigrationReport, style: Style): string {
  const { summary, run } = report
  const paint = { success: style.good, partial: style.warn, failed: style.bad }[summary.status]
  const kept = run.kept.map((item) => `  ${item.what}: left ${item.left}; now ${item.now}`)
  const next = report.next_steps.map((step) => `  - ${step}`)
  const parts = [
    [paint(style.bold(`${endingOf(report)}: ${summary.domain_changed}`)), ...facts(report)].join('\n'),
    section('Failures, and what was chosen', recovery(report), style),
    section('Phases', phaseLines(report, style), style),
    section('To look at', doubts(report, style), style),
    section('Kept, because others changed it since', kept, style),
    section('Next', next, style),
  ]
  return parts.filter((part) => part !== '').join('\n\n')
}

function facts(report: MigrationReport): string[] {
  const { run, database, downtime, configuration_changes: configuration, jobs, checks } = report
  const standing = !run.rolled_back && !run.refused
  const lines: [string, string | null][] = [
    ['run', `${run.id}, ${durationText(run.active_seconds * 1000)} of work, started ${run.started ?? 'never'}`],
    ['downtime', downtimeText(downtime)],
    ['database', standing && database.rescan_clean !== null ? databaseText(database) : null],
    ['moved', transferText(report.transfer)],
    ['restored', standing ? restoredText(database.restored) : null],
    ['files', configuration.files_modified.length ? `${configuration.files_modified.length} changed` : null],
    ['services', configuration.services_restarted.join(', ') || null],
    [
      'jobs',
      jobs && `${counted(jobs.moved, 'background job')} moved${jobs.left.length ? `, ${jobs.left.length} left` : ''}`,
    ],
    [
      'backup',
      database.backup &&
        `${bytesText(database.backup.bytes)} in ${durationText(database.backup.milliseconds)}, verified`,
    ],
    ['checks', checksText(checks)],
    ['now', answersText(report.verification_results)],
  ]
  return lines.flatMap(([name, text]) => (text === null ? [] : [`  ${name.padEnd(9)} ${text}`]))
}

function downtimeText(downtime: MigrationReport['downtime']): string | null {
  const { measured_seconds: there, rollback_seconds: back, expected_seconds: expected } = downtime
  const parts = [
    ...(there === null ? [] : [`${there.toFixed(1)} s (expected about ${expected} s)`]),
    ...(back === null ? [] : [`${back.toFixed(1)} s on the way back`]),
  ]
  return parts.length ? parts.join(', ') : null
}

const restoredText = (restored: MigrationReport['database']['restored']): string | null =>
  restored &&
  `${counted(restored.tables, 'table')}, ${counted(restored.rows, 'row')} in ${restored.database}${restored.kept === null ? '' : `; ${restored.kept} is kept until cleanup`}`

function databaseText(database: MigrationReport['database']): string {
  const columns = database.columns.filter((column) => column.changed > 0).length
  return [
    `${counted(database.values_changed, 'value')} rewritten${columns ? ` in ${counted(columns, 'column')}` : ''}`,
    ...(database.rewritten_afterwards ? [`${database.rewritten_afterwards} more when searched again`] : []),
    ...(database.values_moved ? [`${database.values_moved} changed by others meanwhile`] : []),
    ...(database.rescan_clean === false ? ['the last search still found the old name'] : []),
  ].join('; ')
}

function checksText(checks: MigrationReport['checks']): string | null {
  const asked = checks.filter((check) => check.status !== 'not-applicable')
  return asked.length ? `${asked.filter((check) => check.status === 'passed').length} of ${asked.length} passed` : null
}

function answersText(results: MigrationReport['verification_results']): string | null {
  const { site_accessible: site, https_working: https, database_connected: database, redis_functional: redis } = results
  if ([site, https, database, redis].every((result) => result === null)) return null
  return `site ${answer(site)} · https ${answer(https)} · database ${answer(database)} · redis ${answer(redis)}`
}

const recovery = (report: MigrationReport): string[] =>
  report.recovery.flatMap((entry) => [
    `  ${entry.message}`,
    `      ${entry.failure_class} failure in ${entry.step ?? entry.phase.replaceAll('_', ' ')} → ${entry.choice}: ${entry.reason}`,
  ])

/** Only where not every phase simply went through. */
function phaseLines(report: MigrationReport, style: Style): string[] {
  const through = report.steps_completed.every(({ status }) => status === 'completed' || status === 'skipped')
  if (through && ['done', 'retired'].includes(report.run.state)) return []
  const { good, bad, warn, dim } = style
  const paint = { completed: good, failed: bad, interrupted: warn, rolled_back: warn, skipped: dim }
  return report.steps_completed.map(({ step, status }) => {
    const name = `  ${step.replaceAll('_', ' ').padEnd(22)}`
    const spent = durationText((report.run.phase_seconds[step] ?? 0) * 1000)
    if (status === 'skipped') return `${name} ${paint.skipped('skipped')}`
    return `${name} ${paint[status](status.replaceAll('_', ' ').padEnd(11))} ${spent}`
  })
}

function doubts(report: MigrationReport, style: Style): string[] {
  const mark = marks(style)
  return report.checks
    .filter((check) => check.status === 'failed' || check.status === 'warning')
    .flatMap((check) => [
      `  ${mark[check.status]} ${check.title}: ${check.evidence}`,
      ...(check.remedy === undefined ? [] : [`       → ${check.remedy}`]),
    ])
}

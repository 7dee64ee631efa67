import type { Plan } from '../execution/plan.ts'
import { maskText } from './mask.ts'
import type { MigrationReport } from './migration-report.ts'
import { pageStyle } from './page-style.ts'

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const text = (value: unknown): string =>
  maskText(String(value)).replace(/[&<>"']/g, (letter) => escapes[letter] ?? letter)
const answer = (value: boolean | null): string => (value === null ? 'n/a' : value ? 'yes' : 'no')

/** One file, nothing loaded from elsewhere, no script: may be mailed, printed, read on a phone. */
export function renderPage(report: MigrationReport, plan: Plan): string {
  const { summary, run } = report
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(summary.domain_changed)} – ${text(summary.status)}</title><style>${pageStyle}</style></head><body><main>
<header class="${text(summary.status)}"><p>${run.rolled_back ? 'rolled back' : text(summary.status)}</p><h1>${text(summary.domain_changed)}</h1>
<p class="dim">run ${text(run.id)} · ${text(run.started ?? '')} · ${text(summary.duration)}${report.downtime.measured_seconds === null ? '' : ` · downtime ${report.downtime.measured_seconds.toFixed(1)} s`}</p></header>
${facts(report)}
${section(
  'Phases',
  table(
    ['phase', 'status', 'time', 'issues'],
    report.steps_completed.map((step) => [
      step.step.replaceAll('_', ' '),
      step.status,
      step.duration,
      step.issues_found ? `${step.issues_found} found, ${step.issues_resolved} resolved` : '',
    ]),
  ),
)}
${section(
  'Evidence',
  table(
    ['check', 'result', 'seen'],
    report.checks.map((check) => [check.title, check.status, check.evidence]),
  ),
)}
${
  run.kept.length
    ? section(
        'Kept, because others changed it since',
        table(
          ['what', 'left by the run', 'now'],
          run.kept.map((item) => [item.what, item.left, item.now]),
        ),
      )
    : ''
}
${
  report.recovery.length
    ? section(
        'Failures and what was chosen',
        table(
          ['what', 'class', 'choice', 'reason'],
          report.recovery.map((entry) => [entry.message, entry.failure_class, entry.choice, entry.reason]),
        ),
      )
    : ''
}
${section('Still to tell', checklist(report.outside.map((item) => `${item.system}: ${item.action}`)))}
${details(
  'Files and keys',
  table(
    ['file', 'what', 'before', 'after'],
    plan.preview.configuration.map((change) => [change.file, change.what, change.before ?? '', change.after ?? '']),
  ),
)}
${details(
  'Database',
  table(
    ['column', 'values', 'sample before', 'sample after'],
    plan.preview.rewrite.map((column) => [
      column.field ?? `${column.table}.${column.column}`,
      column.values,
      column.samples[0]?.before ?? '',
      column.samples[0]?.after ?? '',
    ]),
  ),
)}
${section('Next', `<ul>${report.next_steps.map((step) => `<li>${text(step)}</li>`).join('')}</ul>`)}
</main></body></html>
`
}

function facts(report: MigrationReport): string {
  const { verification_results: verified, database } = report
  const entries: [string, string][] = [
    ['site accessible', answer(verified.site_accessible)],
    ['https', answer(verified.https_working)],
    ['database', answer(verified.database_connected)],
    ['redis', answer(verified.redis_functional)],
    ['values rewritten', String(database.values_changed + database.rewritten_afterwards)],
    ['safety backup', database.backup ? 'verified' : 'none'],
  ]
  return `<dl>${entries.map(([name, value]) => `<div class="${value}"><dt>${text(name)}</dt><dd>${text(value)}</dd></div>`).join('')}</dl>`
}

const section = (title: string, body: string): string =>
  body === '' ? '' : `<section><h2>${text(title)}</h2>${body}</section>`
const details = (title: string, body: string): string =>
  body === '' ? '' : `<details><summary>${text(title)}</summary>${body}</details>`
const checklist = (items: string[]): string =>
  items.length ? `<ul class="checklist">${items.map((item) => `<li>${text(item)}</li>`).join('')}</ul>` : ''

function table(head: string[], rows: (string | number)[][]): string {
  if (rows.length === 0) return ''
  const cells = (row: (string | number)[]) =>
    row
      .map((cell, index) => `<td data-name="${text(head[index] ?? '')}" class="${text(cell)}">${text(cell)}</td>`)
      .join('')
  return `<table><thead><tr>${head.map((name) => `<th>${text(name)}</th>`).join('')}</tr></thead><tbody>${rows.map((row) => `<tr>${cells(row)}</tr>`).join('')}</tbody></table>`
}

import type { Plan } from '../execution/plan.ts'
import { bytesText, counted, durationText } from './amounts.ts'
import { html, Markup } from './markup.ts'
import type { MigrationReport } from './migration-report.ts'
import { badge, checklist, folded, list, part, table, toneOf, withCommands, withHost } from './page-parts.ts'
import { pageStyle } from './page-style.ts'
import { endingOf } from './render-report.ts'
import { inBench } from './shown.ts'

/** One file, nothing loaded from elsewhere, no script: may be mailed, printed, read on a phone. */
export function renderPage(report: MigrationReport, plan: Plan): string {
  const { summary, run } = report
  const done = !run.refused && !run.rolled_back
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${summary.domain_changed} – ${endingOf(report)}</title>
<style>${new Markup(pageStyle)}</style></head><body><main>
${head(report, plan)}
${part('Next', next(report))}
${part('Kept, because others changed it since', kept(report))}
${part('Failures, and what was chosen', failures(report))}
${part('What happened', timeline(report))}
${part(done ? 'Evidence' : 'Evidence, from before it was taken back', evidence(report))}
${part('Still to tell', checklist(report.outside.map(({ system, action, because }) => ({ name: `${system}.`, text: action, note: because }))))}
${folded(done ? 'Files and keys changed' : 'Files and keys as planned', counted(plan.preview.configuration.length, 'item'), configuration(plan))}
${folded(done ? 'Values changed in the database' : 'Database as planned', databaseNote(report), database(report, plan))}
${folded('Left alone', counted(plan.preview.skipped.length, 'place'), leftAlone(plan))}
${part('How to take it back', wayBack(report))}
<footer>Run ${run.id} on ${run.bench}. Journal, log and vault: ${run.directory}. Plan ${run.plan_digest.slice(0, 16)}.</footer>
</main></body></html>
`.text
}

function head(report: MigrationReport, plan: Plan): Markup {
  const { summary, run, downtime } = report
  const { oldName, newName } = plan.site
  const title = oldName === newName ? html`${summary.domain_changed}` : html`${oldName} <span>→</span> ${newName}`
  return html`<header class="${toneOf(summary.status)}">${badge(summary.status)}${run.refused || run.rolled_back ? html` ${endingOf(report)}` : null}
<h1>${title}</h1>
<p class="dim">${period(run)}</p>
<dl class="facts">${facts(report).map(([name, value, note]) => html`<div><dt>${name}</dt><dd class="${toneOf(value)}">${value}${note === '' ? null : html` <small>${note}</small>`}</dd></div>`)}</dl>
${downtime.in_maintenance_since === null ? null : html`<p class="bad">The site is still in maintenance, since ${moment(downtime.in_maintenance_since)}.</p>`}</header>`
}

/** `2026-11-23 02:14:15 UTC` */
const moment = (time: string): string => `${time.slice(0, 19).replace('T', ' ')} UTC`

function period({ started, finished }: MigrationReport['run']): string {
  if (started === null) return 'not started'
  if (finished === null) return `${moment(started)}, not finished`
  const sameDay = started.slice(0, 10) === finished.slice(0, 10)
  return `${moment(started).replace(' UTC', '')} – ${sameDay ? moment(finished).slice(11) : moment(finished)}`
}

const answer = (value: boolean | null): string => (value === null ? 'n/a' : value ? 'yes' : 'no')
const secondsText = (seconds: number | null): string => (seconds === null ? 'none' : durationText(seconds * 1000))

function facts(report: MigrationReport): [name: string, value: string, note: string][] {
  const { verification_results: verified, database, downtime, run } = report
  const done = !run.refused && !run.rolled_back
  const answers: [string, string, string][] = [
    ['Site accessible', answer(verified.site_accessible), ''],
    ['HTTPS works', answer(verified.https_working), ''],
    ['Database connected', answer(verified.database_connected), ''],
    ['Redis works', answer(verified.redis_functional), ''],
    database.restored === null
      ? [
          'Values rewritten',
          String(database.values_changed + database.rewritten_afterwards),
          `of ${database.values_planned} planned`,
        ]
      : ['Rows restored', String(database.restored.rows), counted(database.restored.tables, 'table')],
  ]
  const { backup, restored } = database
  const services = report.configuration_changes.services_restarted
  return [
    ...(done ? answers : []),
    [
      'Downtime',
      secondsText(downtime.measured_seconds),
      downtime.measured_seconds === null ? '' : `expected ${downtime.expected_seconds} s`,
    ],
    ...(services.length ? [['Services', services.join(', '), ''] as [string, string, string]] : []),
    ['Time of work', durationText(run.active_seconds * 1000), ''],
    restored === null
      ? ['Safety backup', backup ? 'verified' : 'none', backup ? bytesText(backup.bytes) : '']
      : ['Database of before', restored.kept ?? 'none', restored.kept === null ? '' : 'kept until cleanup'],
  ]
}

/** What is neither the checklist of outside systems nor the way back: those have their own place. */
function next(report: MigrationReport): Markup | null {
  const elsewhere = new Set(report.outside.map(({ system, action }) => `${system}: ${action}`))
  return list(report.next_steps.filter((step) => !elsewhere.has(step)).map(withCommands))
}

const kept = ({ run }: MigrationReport): Markup | null =>
  table(
    ['What', 'Left by the run', 'Now'],
    run.kept.map((item) => [item.what, item.left, item.now]),
  )

const failures = ({ recovery }: MigrationReport): Markup | null =>
  table(
    ['What', 'Where', 'Class', 'Choice', 'Reason'],
    recovery.map((entry) => [
      entry.message,
      entry.step ?? entry.phase.replaceAll('_', ' '),
      entry.failure_class,
      entry.choice,
      entry.reason,
    ]),
  )

function timeline(report: MigrationReport): Markup {
  const { run, steps_completed: steps } = report
  const last = steps.findLastIndex(({ status }) => status !== 'skipped')
  const ended = run.state === 'done' || run.state === 'retired'
  const items = steps.map(({ step, status, issues_found: found, issues_resolved: resolved }, index) => {
    const name = html`<b>${step.replaceAll('_', ' ')}</b>`
    if (status === 'skipped') {
      return html`<li class="unused">${name} <span class="dim">${ended || index < last ? 'not needed' : 'not reached'}</span></li>`
    }
    const time = html`<span class="time">${durationText((run.phase_seconds[step] ?? 0) * 1000)}</span>`
    const issues = found ? html` <span class="dim">${counted(found, 'issue')}, ${resolved} resolved</span>` : null
    return html`<li class="${toneOf(status)}">${name} ${badge(status)} ${time}${issues}</li>`
  })
  return html`<ol class="timeline">${items}</ol>`
}

const evidence = ({ checks }: MigrationReport): Markup | null =>
  table(
    ['Question', 'Answer', 'Seen'],
    checks.map(({ title, status, evidence: seen, remedy }) => [
      title,
      badge(status === 'not-applicable' ? 'n/a' : status),
      remedy === undefined || status === 'passed' ? seen : html`${seen}<br><span class="dim">→ ${remedy}</span>`,
    ]),
  )

const configuration = ({ preview, site, benchPath }: Plan): Markup | null =>
  table(
    ['File', 'What', 'Before', 'After'],
    preview.configuration.map(({ file, what, before, after }) => [
      html`<span class="value">${inBench(file, benchPath)}</span>`,
      what,
      before === null ? 'not set' : withHost(before, site.oldName, 'del'),
      after === null ? 'removed' : withHost(after, site.newName, 'ins'),
    ]),
  )

function databaseNote({ database }: MigrationReport): string {
  const changed = database.columns.filter((column) => column.changed > 0).length
  return changed ? `in ${counted(changed, 'column')}` : ''
}

function database(report: MigrationReport, { preview, site }: Plan): Markup | null {
  const previews = new Map(
    preview.rewrite.map((column) => [column.field ?? `${column.table}.${column.column}`, column]),
  )
  return table(
    ['Column', 'Values', 'Sample before', 'Sample after'],
    report.database.columns.map(({ column, planned, changed }) => {
      const found = previews.get(column)
      const [sample] = found?.samples ?? []
      return [
        html`<span class="value">${column}</span>${found?.code ? html` ${badge('code')}` : null}`,
        changed === planned ? changed : `${changed} of ${planned} planned`,
        sample ? withHost(sample.before, site.oldName, 'del') : '',
        sample ? withHost(sample.after, site.newName, 'ins') : '',
      ]
    }),
  )
}

const leftAlone = ({ preview }: Plan): Markup | null =>
  table(
    ['Where', 'Values', 'Why'],
    preview.skipped.map(({ what, values, reason }) => [what, values ?? '', reason]),
  )

function wayBack(report: MigrationReport): Markup | null {
  const { rollback_command: command, database } = report
  if (command === null) return null
  const backup = database.backup
    ? html`<p class="dim">Last resort, never needed by a rollback: the safety backup ${database.backup.file} (${database.backup.verified.join('; ')}).</p>`
    : null
  return html`<p>At any time until <code>cleanup</code> retires this run. What others change until then is kept and listed.</p><pre><code>${command}</code></pre>${backup}`
}

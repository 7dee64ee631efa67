import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildReport } from '../../../src/report/build-report.ts'
import type { MigrationReport } from '../../../src/report/migration-report.ts'
import { renderPage } from '../../../src/report/page.ts'
import { renderReport } from '../../../src/report/render-report.ts'
import { plainStyle } from '../../../src/report/style.ts'
import { check, plan, proof, Story } from './run-story.ts'

const success = () => new Story().started().changed().restarted().proven(proof).end('verify_migration').state('done')
const statusOf = (report: MigrationReport) =>
  Object.fromEntries(report.steps_completed.map(({ step, status }) => [step, status]))

test('the keys other programs rely on come first, in their order and with nothing between', () => {
  const report = success().report()
  assert.deepEqual(Object.keys(report).slice(0, 5), [
    ...['summary', 'steps_completed', 'configuration_changes', 'verification_results', 'next_steps'],
  ])
  assert.deepEqual(Object.keys(report.summary), ['status', 'duration', 'domain_changed'])
  assert.deepEqual(
    report.steps_completed.map(({ step }) => step),
    [
      ...['pre_migration_checks', 'backup_current_state', 'stop_services', 'update_configurations', 'domain_changes'],
      ...['resolve_dependencies', 'start_services', 'verify_migration', 'cleanup'],
    ],
  )
  for (const step of report.steps_completed)
    assert.deepEqual(Object.keys(step), ['step', 'status', 'duration', 'issues_found', 'issues_resolved'])
})

test('a success: what changed, by the paths of now, in measured times', () => {
  const report = success().report()
  assert.deepEqual(report.summary, {
    status: 'success',
    duration: '00:00:21',
    domain_changed: 'old.cloud → new.domain',
  })
  assert.equal(statusOf(report)['cleanup'], 'skipped')
  assert.equal(statusOf(report)['verify_migration'], 'completed')
  assert.deepEqual(report.steps_completed[1]?.duration, '00:00:10')
  assert.deepEqual(report.configuration_changes, {
    files_modified: [
      '/home/frappe/bench/sites/new.domain/site_config.json',
      '/home/frappe/bench/sites/new.domain',
      '/etc/nginx/conf.d/bench.conf',
    ],
    services_restarted: ['nginx (reloaded)'],
    dns_updates_required: ['Point new.domain here.'],
  })
  // on at 12 s, off at 19 s
  assert.deepEqual(report.downtime, {
    ...{ expected_seconds: 3, measured_seconds: 7, rollback_seconds: null, in_maintenance_since: null },
  })
  assert.equal(report.rollback_command, 'frappe-migrator rollback --run r1')
  assert.equal(report.run.finished, '2026-01-01T00:00:21.000Z')
  assert.ok(report.next_steps.includes('DNS: Point new.domain here.'))
})

test('nginx that does not run is not told as reloaded', () => {
  const edited = new Story().started().changed().done('nginx').proven(proof).state('done').report()
  assert.deepEqual(edited.configuration_changes.services_restarted, [])
  assert.ok(edited.configuration_changes.files_modified.includes('/etc/nginx/conf.d/bench.conf'))
})

test('mail records are DNS updates too', () => {
  const action = 'publish its records first'
  const mail = { system: 'Mail records (SPF, DKIM, DMARC)', action, because: '' }
  const other = { ...plan, preview: { ...plan.preview, outside: [...plan.preview.outside, mail] } }
  const { lines } = success()
  const report = buildReport({ plan: other, lines, runId: 'r1', now: new Date() })
  assert.deepEqual(report.configuration_changes.dns_updates_required, ['Point new.domain here.', action])
})

test('what a warning advises is a next step as well, after what failed', () => {
  const results = [check('a', 'warning', { remedy: 'start it' }), check('b', 'failed', { remedy: 'mend it' })]
  const report = new Story().started().changed().restarted().proven(results).state('done').report()
  assert.deepEqual(report.next_steps.slice(0, 2), ['mend it', 'start it'])
  for (const text of [renderReport(report, plainStyle), renderPage(report, plan)])
    for (const advice of ['start it', 'mend it']) assert.ok(text.includes(advice))
})

test('flags set and put back leave no modified file', () => {
  const report = new Story().started().restarted().proven(proof).state('done').report()
  assert.deepEqual(report.configuration_changes.files_modified, ['/etc/nginx/conf.d/bench.conf'])
})

test('rewritten values are counted by column, also those found afterwards', () => {
  const { database, jobs } = success().report()
  assert.deepEqual(database.columns, [
    { column: 'tabWeb Page.main_section', planned: 3, changed: 4 },
    { column: 'Website Settings.subdomain', planned: 1, changed: 1 },
  ])
  assert.deepEqual(
    [database.values_planned, database.values_changed, database.values_moved, database.rewritten_afterwards],
    [4, 3, 1, 2],
  )
  // One round that found something, one that found nothing more.
  assert.deepEqual([database.rescan_rounds, database.rescan_clean], [2, true])
  assert.equal(database.backup?.file, '/home/frappe/bench/.migrator/runs/r1/vault/b.sql.zst')
  assert.deepEqual(jobs, { moved: 4, left: [{ id: 'j', why: 'unreadable' }] })
})

test('false and null are different answers', () => {
  const answers = (results: Parameters<Story['proven']>[0]) =>
    new Story().started().changed().restarted().proven(results).state('done').report().verification_results
  assert.deepEqual(answers(proof), {
    ...{ site_accessible: true, https_working: null, database_connected: true, redis_functional: true },
  })
  assert.deepEqual(
    answers([
      check('http-proxy', 'not-applicable'),
      check('http-direct', 'failed'),
      check('https', 'warning'),
      check('redis-reachable', 'warning'),
    ]),
    { site_accessible: false, https_working: true, database_connected: null, redis_functional: false },
  )
  // The proxy is what visitors meet: a direct answer does not make up for it.
  assert.equal(answers([check('http-proxy', 'failed'), check('http-direct', 'passed')]).site_accessible, false)
})

test('a failed check, or a critical warning, makes a finished run partial; a plain warning does not', () => {
  const status = (...results: Parameters<Story['proven']>[0]) =>
    new Story().started().changed().restarted().proven(results).state('done').report().summary.status
  assert.equal(status(check('redirect', 'failed')), 'partial')
  assert.equal(status(check('http-proxy', 'warning', { critical: true })), 'partial')
  assert.equal(status(check('redis-reachable', 'warning')), 'success')
})

test('issues of preflight count as resolved when the proof passes; retried failures when the phase ends', () => {
  const report = new Story()
    .started()
    .changed()
    .begin('resolve_dependencies')
    .failure('resolve_dependencies', 'nginx', 'not yet', 'retry')
    .done('nginx')
    .end('resolve_dependencies')
    .proven(proof)
    .end('verify_migration')
    .state('done')
    .report()
  const issues = (step: string) => {
    const found = report.steps_completed.find((one) => one.step === step)
    return [found?.issues_found, found?.issues_resolved]
  }
  assert.deepEqual(issues('pre_migration_checks'), [1, 1])
  assert.deepEqual(issues('resolve_dependencies'), [1, 1])
  assert.equal(report.recovery[0]?.choice, 'retry')
})

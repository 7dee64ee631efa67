import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MigrationReport } from '../../../src/report/migration-report.ts'
import { check, proof, Story } from './run-story.ts'

const success = () => new Story().started().changed().restarted().proven(proof).end('verify_migration').state('done')
const statusOf = (report: MigrationReport) =>
  Object.fromEntries(report.steps_completed.map(({ step, status }) => [step, status]))

test('refused by preflight: failed, nothing rolled back, nothing to tell anybody', () => {
  const blocked = check('disk-space', 'failed', { critical: true, remedy: 'Free some room.' })
  const report = new Story()
    .state('running')
    .begin('pre_migration_checks')
    .checks('pre_migration_checks', [blocked, check('http-proxy', 'passed')])
    .state('rolled-back')
    .report()
  assert.equal(report.summary.status, 'failed')
  assert.deepEqual([report.run.refused, report.run.rolled_back], [true, false])
  assert.equal(statusOf(report)['pre_migration_checks'], 'failed')
  assert.equal(report.rollback_command, null)
  assert.deepEqual(report.outside, [])
  assert.deepEqual(report.configuration_changes.dns_updates_required, [])
  assert.equal(report.verification_results.site_accessible, null)
  assert.deepEqual(report.next_steps.slice(0, 2), ['Nothing was changed.', 'Free some room.'])
  assert.equal(report.checks[0]?.id, 'disk-space')
})

test('rolled back after a failure: the phase that failed is named, the others are taken back, the backup is not', () => {
  const report = new Story()
    .started()
    .changed()
    .begin('resolve_dependencies')
    .failure('resolve_dependencies', 'nginx', 'nginx -t failed', 'rollback', 1)
    .state('rolling-back')
    .reverted('rewrite-rows')
    .reverted('move-site-directory')
    .reverted('site-config')
    .reverted('maintenance-on')
    .reverted('safety-backup')
    .state('rolled-back')
    .report()
  assert.equal(report.summary.status, 'failed')
  assert.equal(report.run.rolled_back, true)
  // The same process went on: 18 s there and 5 s back, the backup's own included.
  assert.equal(report.summary.duration, '00:00:23')
  assert.equal(report.steps_completed[5]?.duration, '00:00:01', 'the way back is no time of the phase that failed')
  const { backup_current_state, domain_changes, resolve_dependencies, start_services } = statusOf(report)
  assert.deepEqual(
    [backup_current_state, domain_changes, resolve_dependencies, start_services],
    ['completed', 'rolled_back', 'failed', 'skipped'],
  )
  assert.deepEqual(report.configuration_changes.files_modified, [])
  assert.equal(report.downtime.measured_seconds, 10)
  assert.equal(report.jobs?.moved, 4, 'what was not taken back is still told')
  assert.match(report.next_steps.at(-1) ?? '', /Mend what failed, then plan again/)
})

test('taken back days later: the days are no work, the way back has its own downtime, the old proof is void', () => {
  const report = success()
    .newProcess()
    .state('rolling-back', 200_000)
    .reverted('maintenance-off')
    .reverted('rewrite-rows', 2)
    .reverted('maintenance-on')
    .state('rolled-back')
    .report()
  assert.equal(report.summary.duration, '00:00:25')
  assert.deepEqual([report.downtime.measured_seconds, report.downtime.rollback_seconds], [7, 3])
  assert.equal(report.verification_results.site_accessible, null)
  assert.deepEqual(report.next_steps, ['The site is as it was before.'])
})

test('killed and resumed: the pause counts neither as work nor as time of its phase, but as downtime it does', () => {
  const report = new Story()
    .started()
    .begin('update_configurations')
    .intent('site-config')
    .newProcess()
    .state('running', 3600)
    .changed()
    .restarted()
    .proven(proof)
    .end('verify_migration')
    .state('done')
    .report()
  assert.equal(report.summary.status, 'success')
  assert.equal(report.summary.duration, '00:00:21')
  assert.equal(report.steps_completed[3]?.duration, '00:00:01')
  assert.equal(report.downtime.measured_seconds, 3607)
})

test('kept conflicts are listed, and what to look at comes first', () => {
  const kept = [{ what: 'tabWeb Page.main_section of "home"', left: 'x', now: 'changed by somebody since' }]
  const report = success()
    .newProcess()
    .state('rolling-back', 60)
    .reverted('rewrite-rows', 1, kept)
    .state('rolled-back')
    .report()
  assert.deepEqual(report.run.kept, kept)
  assert.match(report.next_steps[0] ?? '', /1 thing .* tabWeb Page\.main_section/)
})

test('needing attention in the middle: partial, the site is said to be in maintenance, with both ways out', () => {
  const report = new Story().started().changed().begin('resolve_dependencies').state('attention').report()
  assert.equal(report.summary.status, 'partial')
  assert.equal(statusOf(report)['resolve_dependencies'], 'interrupted')
  assert.equal(report.downtime.measured_seconds, null)
  assert.equal(report.downtime.in_maintenance_since, '2026-01-01T00:00:12.000Z')
  assert.match(report.next_steps[0] ?? '', /still in maintenance/)
  assert.match(report.next_steps[1] ?? '', /resume --run r1/)
  assert.match(report.next_steps[2] ?? '', /rollback --run r1/)
  assert.deepEqual(report.configuration_changes.files_modified.length, 2)
})

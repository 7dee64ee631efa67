import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { z } from 'zod'
import type { JournalLine } from '../../../src/execution/journal.ts'
import type { Plan } from '../../../src/execution/plan.ts'
import { MigratorError } from '../../../src/host/errors.ts'
import { buildReport } from '../../../src/report/build-report.ts'
import { errorJson, exitCodeOf, renderError } from '../../../src/report/error.ts'
import { maskText } from '../../../src/report/mask.ts'
import { MigrationReport } from '../../../src/report/migration-report.ts'
import { renderPage } from '../../../src/report/page.ts'
import { renderReport } from '../../../src/report/render-report.ts'
import { plainStyle } from '../../../src/report/style.ts'
import { MigrationProfile } from '../../../src/workflows/migration-profile.ts'

const plan: Plan = {
  format: 1,
  command: 'rename-domain',
  createdAt: '2026-01-01T00:00:00.000Z',
  benchPath: '/home/frappe/bench',
  site: { oldName: 'old.cloud', newName: 'new.domain', oldDirectory: 'old.cloud', newDirectory: 'new.domain' },
  request: {},
  binding: [],
  steps: [
    { id: 'maintenance-on', phase: 'stop_services', kind: 'edit-json', params: {}, describe: 'x', undo: 'exact' },
  ],
  checks: [],
  preview: {
    configuration: [{ file: 'site_config.json', what: 'host_name', before: 'a', after: '<script>' }],
    services: [],
    rewrite: [],
    offered: [],
    skipped: [],
    outside: [{ system: 'DNS', action: 'Point new.domain here.', because: 'x' }],
    manual: [],
    downtimeSeconds: 3,
    downtimeBasis: '',
    diskBytesNeeded: 1,
    diskBytesFree: 2,
    diskFormula: '',
  },
  findings: [],
}

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString()
const state = (
  sequence: number,
  second: number,
  value: 'running' | 'done' | 'rolled-back' | 'rolling-back',
): JournalLine => ({
  sequence,
  time: at(second),
  type: 'state',
  state: value,
  reason: '',
  pid: 1,
})
const check = (status: 'passed' | 'failed' | 'warning', evidence: string): JournalLine => ({
  sequence: 5,
  time: at(6),
  type: 'checks',
  phase: 'verify_migration',
  results: [{ id: 'http-proxy', title: 'Site answers', status, critical: true, evidence }],
})
const build = (lines: JournalLine[]) =>
  MigrationReport.parse(buildReport({ plan, lines, runId: 'r', now: new Date(0) }))

test('a finished run is a success, with nine phases and null for what does not apply', () => {
  const report = build([state(1, 0, 'running'), check('passed', 'ok'), state(6, 7, 'done')])
  assert.equal(report.summary.status, 'success')
  assert.equal(report.summary.duration, '00:00:07')
  assert.equal(report.summary.domain_changed, 'old.cloud → new.domain')
  assert.equal(report.steps_completed.length, 9)
  assert.deepEqual(report.verification_results, {
    site_accessible: true,
    https_working: null,
    database_connected: null,
    redis_functional: null,
  })
  assert.deepEqual(report.configuration_changes.dns_updates_required, ['Point new.domain here.'])
})

test('days between a kill and its resume do not count as work', () => {
  const report = build([state(1, 0, 'running'), state(2, 3600, 'running'), state(3, 3602, 'done')])
  assert.equal(report.summary.duration, '00:00:02')
})

test('a failed check makes it partial, a rollback failed', () => {
  assert.equal(build([state(1, 0, 'running'), check('failed', 'x'), state(6, 7, 'done')]).summary.status, 'partial')
  const back = build([state(1, 0, 'running'), state(2, 1, 'rolling-back'), state(3, 2, 'rolled-back')])
  assert.equal(back.summary.status, 'failed')
  assert.equal(back.run.rolled_back, true)
})

test('secrets in free text are masked in every output', () => {
  const report = build([
    state(1, 0, 'running'),
    check('failed', 'GET https://user:hunter2@host/?token=hunter2 password=hunter2'),
    state(6, 7, 'done'),
  ])
  for (const text of [JSON.stringify(report), renderReport(report, plainStyle), renderPage(report, plan)])
    assert.ok(!text.includes('hunter2'), text)
  assert.ok(!maskText('"db_password": "hunter2"').includes('hunter2'))
  const error = new MigratorError({ code: 'x', kind: 'refused', message: 'm', evidence: 'redis://:hunter2@127.0.0.1' })
  assert.ok(!`${renderError(error, plainStyle)}${JSON.stringify(errorJson(error))}`.includes('hunter2'))
})

test('the page escapes what it shows and loads nothing', () => {
  const page = renderPage(build([state(1, 0, 'running'), state(6, 7, 'done')]), plan)
  assert.ok(page.includes('&lt;script&gt;') && !page.includes('<script'))
  assert.doesNotMatch(page, /(src|href)=/)
})

test('exit codes follow the kind of error', () => {
  const codes = (['usage', 'refused', 'failed', 'attention'] as const).map((kind) =>
    exitCodeOf(new MigratorError({ code: 'x', kind, message: 'm' })),
  )
  assert.deepEqual(codes, [3, 4, 1, 5])
})

test('the published schemas are those of the code', () => {
  for (const [name, schema] of Object.entries({
    'migration-profile': MigrationProfile,
    'migration-report': MigrationReport,
  })) {
    const published = JSON.parse(readFileSync(new URL(`../../../../docs/${name}.schema.json`, import.meta.url), 'utf8'))
    assert.deepEqual(
      published,
      JSON.parse(JSON.stringify(z.toJSONSchema(schema))),
      'run: node engine/scripts/write-schemas.ts',
    )
  }
})

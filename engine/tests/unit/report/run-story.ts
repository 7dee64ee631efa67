import type { JournalLine, NewJournalLine } from '../../../src/execution/journal.ts'
import type { Phase, Plan, PlanStep } from '../../../src/execution/plan.ts'
import { buildReport } from '../../../src/report/build-report.ts'
import { MigrationReport } from '../../../src/report/migration-report.ts'

const BENCH = '/home/frappe/bench'

const step = (id: string, phase: Phase, kind: string, params: PlanStep['params'] = {}): PlanStep => ({
  ...{ id, phase, kind, params, describe: `${id} in ${BENCH}/sites`, undo: 'exact' as const },
})

/** A rename written by hand, small enough to be followed by eye. */
export const plan: Plan = {
  format: 1,
  command: 'rename-domain',
  createdAt: '2026-01-01T00:00:00.000Z',
  benchPath: BENCH,
  site: { oldName: 'old.cloud', newName: 'new.domain', oldDirectory: 'old.cloud', newDirectory: 'new.domain' },
  request: {},
  binding: [],
  steps: [
    step('safety-backup', 'backup_current_state', 'safety-backup', { configFiles: [] }),
    step('maintenance-on', 'stop_services', 'edit-json', { path: `${BENCH}/sites/old.cloud/site_config.json` }),
    step('move-jobs', 'stop_services', 'move-jobs'),
    step('site-config', 'update_configurations', 'edit-json', {
      path: `${BENCH}/sites/old.cloud/site_config.json`,
    }),
    step('move-site-directory', 'domain_changes', 'move-directory', {
      from: `${BENCH}/sites/old.cloud`,
      to: `${BENCH}/sites/new.domain`,
    }),
    step('rewrite-rows', 'domain_changes', 'rewrite-database', { mode: 'captured', captureStep: 'capture-rows' }),
    step('nginx', 'resolve_dependencies', 'proxy-config', { files: [{ path: '/etc/nginx/conf.d/bench.conf' }] }),
    step('maintenance-off', 'start_services', 'edit-json', { path: `${BENCH}/sites/new.domain/site_config.json` }),
    step('rewrite-remainder', 'verify_migration', 'rewrite-database', { mode: 'rescan', rounds: 3 }),
  ],
  checks: [
    { id: 'database-reachable', phase: 'pre_migration_checks', params: {} },
    { id: 'http-proxy', phase: 'verify_migration', params: {} },
  ],
  preview: {
    configuration: [
      {
        file: `${BENCH}/sites/old.cloud/site_config.json`,
        what: 'host_name',
        before: null,
        after: 'https://new.domain',
      },
    ],
    services: ['nginx: configuration checked, then reloaded'],
    rewrite: [
      {
        ...{ table: 'tabWeb Page', column: 'main_section', field: null, values: 3, places: 4, code: false, reason: '' },
        samples: [{ row: 'home', before: 'https://old.cloud/a', after: 'https://new.domain/a' }],
      },
      {
        ...{ table: 'tabSingles', column: 'value', field: 'Website Settings.subdomain', values: 1, places: 1 },
        ...{ code: true, reason: '', samples: [] },
      },
    ],
    offered: [{ what: 'www.old.cloud: another name', values: 2, switch: '--also-rewrite www.old.cloud', samples: [] }],
    skipped: [
      { what: 'tabVersion.data', values: 7, reason: 'history is never changed' },
      { what: 'tabError Log.error', values: null, reason: 'history is never changed' },
    ],
    outside: [
      { system: 'DNS', action: 'Point new.domain here.', because: 'visitors find the site by it' },
      { system: 'Monitoring', action: 'Change it.', because: '' },
    ],
    manual: ['Restart bench start.'],
    downtimeSeconds: 3,
    downtimeBasis: '4 values by key',
    diskBytesNeeded: 1_000_000,
    diskBytesFree: 2_000_000_000,
    diskFormula: 'database × 0.6',
  },
  findings: [],
}

type Check = Extract<JournalLine, { type: 'checks' }>['results'][number]

export const check = (id: string, status: Check['status'], more: Partial<Check> = {}): Check => ({
  ...{ id, title: `Title of ${id}`, status, critical: false, evidence: `${id} seen` },
  ...more,
})

/** Writes a journal by telling what happened, each entry with the seconds that passed before it. */
export class Story {
  readonly lines: JournalLine[] = []
  #seconds = 0
  #pid = 100

  #add(line: NewJournalLine, after: number): this {
    this.#seconds += after
    const time = new Date(Date.UTC(2026, 0, 1) + this.#seconds * 1000).toISOString()
    this.lines.push({ sequence: this.lines.length + 1, time, ...line })
    return this
  }
  /** Another process goes on, `after` seconds later. */
  newProcess(): this {
    this.#pid += 1
    return this
  }
  state(state: Extract<JournalLine, { type: 'state' }>['state'], after = 0): this {
    return this.#add({ type: 'state', state, reason: '', pid: this.#pid }, after)
  }
  begin(phase: Phase, after = 0): this {
    return this.#add({ type: 'phase', phase, event: 'begin' }, after)
  }
  end(phase: Phase, after = 0): this {
    return this.#add({ type: 'phase', phase, event: 'end' }, after)
  }
  intent(id: string, after = 0): this {
    return this.#add({ type: 'intent', step: id, kind: '', before: null }, after)
  }
  done(id: string, after = 1, result: PlanStep['params'] = null): this {
    return this.intent(id).#add({ type: 'done', step: id, after: result, milliseconds: after * 1000 }, after)
  }
  reloads(id: string): this {
    return this.#add({ type: 'progress', step: id, direction: 'apply', record: { event: 'reload' } }, 0)
  }
  reverted(id: string, after = 1, kept: { what: string; left: string; now: string }[] = []): this {
    return this.#add({ type: 'reverted', step: id, milliseconds: after * 1000, kept }, after)
  }
  failure(phase: Phase, id: string, message: string, choice: 'retry' | 'rollback' | 'keep', after = 0): this {
    const failureClass = 'service' as const
    return this.#add({ type: 'failure', step: id, phase, code: 'x', message, failureClass, choice, reason: 'r' }, after)
  }
  checks(phase: Phase, results: Check[], after = 0): this {
    return this.#add({ type: 'checks', phase, results }, after)
  }
  /** Everything up to and with the step that puts the site into maintenance. */
  started(): this {
    return this.state('running')
      .begin('pre_migration_checks')
      .checks('pre_migration_checks', [check('database-reachable', 'passed'), check('redis-reachable', 'warning')], 1)
      .end('pre_migration_checks')
      .begin('backup_current_state')
      .done('safety-backup', 10, { file: 'b.sql.zst', bytes: 5000, verified: ['read back'], milliseconds: 9000 })
      .end('backup_current_state')
      .begin('stop_services')
      .done('maintenance-on')
      .done('move-jobs', 1, { moved: 4, left: [{ id: 'j', why: 'unreadable' }] })
      .end('stop_services')
  }
  changed(): this {
    return this.begin('update_configurations')
      .done('site-config')
      .end('update_configurations')
      .begin('domain_changes')
      .done('move-site-directory')
      .done('rewrite-rows', 2, {
        ...{ changed: 3, moved: 1, columns: { 'tabWeb Page.main_section': 2, 'Website Settings.subdomain': 1 } },
      })
      .end('domain_changes')
  }
  restarted(): this {
    return this.begin('resolve_dependencies')
      .reloads('nginx')
      .done('nginx')
      .end('resolve_dependencies')
      .begin('start_services')
      .done('maintenance-off')
      .end('start_services')
  }
  proven(results: Check[]): this {
    return this.begin('verify_migration')
      .done('rewrite-remainder', 1, {
        ...{ changed: 2, moved: 0, columns: { 'tabWeb Page.main_section': 2 }, files: [{}], clean: true },
      })
      .checks('verify_migration', results, 1)
  }
  report(): MigrationReport {
    return MigrationReport.parse(
      buildReport({ plan, lines: this.lines, runId: 'r1', now: new Date(Date.UTC(2026, 0, 2)) }),
    )
  }
}

export const proof: Check[] = [
  check('http-proxy', 'passed', { critical: true }),
  check('https', 'not-applicable'),
  check('database-reachable', 'passed'),
  check('redis-reachable', 'passed'),
]

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { movedFacts } from '../../../src/execution/moved-facts.ts'
import { Plan } from '../../../src/execution/plan.ts'
import { renderTransferPlan } from '../../../src/report/render-transfer-plan.ts'
import { plainStyle } from '../../../src/report/style.ts'
import { planTransfer } from '../../../src/workflows/transfer-server/plan.ts'
import { decideKeys } from '../../../src/workflows/transfer-server/site-keys.ts'
import { appAt, inputOf, kinds, serverOf, type Told } from './transfer-input.ts'

const planOf = (told: Told = {}): Plan => Plan.parse(planTransfer(inputOf(told), kinds))
const stepsOf = (told: Told = {}): string[] => planOf(told).steps.map(({ id }) => id)
const blocking = (told: Told = {}): string[] =>
  planOf(told)
    .findings.filter(({ severity }) => severity === 'critical')
    .map(({ id }) => id)
const found = (id: string, told: Told = {}) => planOf(told).findings.find((finding) => finding.id === id)

test('a move copies while the source is live, stops it, takes the rest, and opens the target last', () => {
  const plan = planOf()
  assert.deepEqual(
    plan.steps.map(({ id, place }) => `${place} ${id}`),
    [
      'target make-site-directory',
      'source keep-configuration',
      'target create-database',
      'source run-account',
      'source capture-changes',
      'target copy-database',
      'target copy-files-public',
      'target copy-changes',
      'source maintenance-on',
      'source write-fence',
      'target copy-changes-last',
      'source remove-capture',
      'target copy-files-public-last',
      'target name-site-directory',
      'target write-site-config',
      'target open-target',
    ],
  )
  assert.deepEqual(blocking(), [])
  assert.equal(plan.places?.source.server, 'old')
  assert.equal(plan.places?.target.server, 'local')
})

test('the source is never stopped by a copy or a rehearsal, and a rehearsal opens nothing', () => {
  const stopping = ['maintenance-on', 'write-fence', 'hold', 'wait-for-jobs']
  for (const request of [{ clone: true }, { rehearse: true, hold: true }]) {
    const steps = stepsOf({ request })
    assert.deepEqual(
      steps.filter((id) => stopping.includes(id)),
      [],
    )
  }
  assert.equal(stepsOf({ request: { rehearse: true } }).includes('open-target'), false)
  assert.equal(planOf({ request: { rehearse: true } }).rehearsal, true)
})

test('the site at the target begins switched off and is opened as the source had it', () => {
  const plan = planOf({ keys: { pause_scheduler: 1, mute_emails: 0 } })
  const config = plan.steps.find(({ id }) => id === 'write-site-config')?.params as { place: Record<string, unknown> }
  assert.deepEqual(config.place, { maintenance_mode: 1, pause_scheduler: 1, mute_emails: 1 })
  const opened = plan.steps.find(({ id }) => id === 'open-target')?.params as { edits: unknown }
  assert.deepEqual(opened.edits, [
    { keys: ['maintenance_mode'] },
    { keys: ['pause_scheduler'], value: 1 },
    { keys: ['mute_emails'], value: 0 },
  ])
})

test('a copy stays quiet: no mail, no scheduled jobs, no webhooks', () => {
  const plan = planOf({ request: { clone: true, targetDomain: 'copy.example.com' }, name: 'copy.example.com' })
  const opened = plan.steps.find(({ id }) => id === 'open-target')?.params as { edits: unknown }
  assert.deepEqual(opened.edits, [
    { keys: ['maintenance_mode'] },
    { keys: ['pause_scheduler'], value: 1 },
    { keys: ['mute_emails'], value: 1 },
  ])
  assert.ok(plan.steps.some(({ id }) => id === 'quarantine'))
  assert.equal(plan.command, 'clone-site')
})

test('keys that name the machine, the database or the certificates of the source do not go with the site', () => {
  const keys = {
    ...{ db_name: '_erp', db_password: 'hunter2', redis_queue: 'redis://10.0.0.1:1', ssl_certificate: '/etc/x.pem' },
    ...{ host_name: 'https://erp.example.com', time_zone: 'Europe/Berlin', root_password: 'hunter2', plan_limit: {} },
    domains: ['www.example.com', { domain: 'shop.example.com', ssl_certificate: '/etc/y.pem' }],
  }
  const what = (told: Told) => Object.fromEntries(decideKeys(inputOf(told)).map((one) => [one.key, one.what]))
  assert.deepEqual(what({ keys }), {
    ...{ db_name: 'dropped', db_password: 'dropped', redis_queue: 'dropped', ssl_certificate: 'dropped' },
    ...{ host_name: 'carried', time_zone: 'carried', root_password: 'dropped', plan_limit: 'dropped' },
    ...{ domains: 'adapted', encryption_key: 'carried' },
  })
  assert.equal(what({ keys, name: 'copy.example.com' })['host_name'], 'dropped')
  const config = planOf({ keys }).steps.find(({ id }) => id === 'write-site-config')?.params as {
    place: Record<string, unknown>
  }
  assert.deepEqual(config.place['domains'], ['www.example.com', 'shop.example.com'])
  assert.equal(/hunter2|Europe/.test(JSON.stringify(planOf({ keys }))), false)
})

test('an app the target lacks blocks the move and is told with its commands, or is got as a planned step', () => {
  const told: Told = { targetApps: [appAt('frappe', '15.55.1')] }
  assert.deepEqual(blocking(told), ['apps-missing'])
  assert.match(
    found('apps-missing', told)?.remedies[0] ?? '',
    /bench get-app https:\/\/github\.com\/frappe\/erpnext --branch version-15 && git -C apps\/erpnext fetch --depth 1 upstream 1{40} && git -C apps\/erpnext checkout 1{40}/,
  )
  const got = planOf({ ...told, request: { installMissingApps: true } })
  assert.deepEqual(blocking({ ...told, request: { installMissingApps: true } }), [])
  assert.equal(got.steps[0]?.kind, 'get-app')
})

test('older code or an older major version of MariaDB at the target is refused; newer code means bench migrate on the copy', () => {
  const older = [appAt('frappe', '15.54.0'), appAt('erpnext', '15.53.0')]
  assert.deepEqual(blocking({ targetApps: older }), ['frappe-newer'])
  const database = { ...inputOf().target.database, server: serverOf('9.4.1-MariaDB') }
  assert.ok(blocking({ target: { database } }).includes('database-older'))
  assert.deepEqual(stepsOf().includes('bench-migrate'), false)
  const newer = planOf({ targetApps: [appAt('frappe', '15.60.0'), appAt('erpnext', '15.53.0')] })
  const ids = newer.steps.map(({ id }) => id)
  assert.ok(ids.indexOf('bench-migrate') > ids.indexOf('write-site-config'))
  assert.ok(ids.indexOf('bench-migrate') < ids.indexOf('open-target'))
  assert.ok(newer.preview.downtimeSeconds > planOf().preview.downtimeSeconds)
})

test('of two commits of one version git decides which is newer; where it cannot, that is told and the copy is migrated', () => {
  const targetApps = [appAt('frappe', '15.55.1'), appAt('erpnext', '15.53.0', { commit: '2'.repeat(40) })]
  assert.deepEqual(blocking({ targetApps, target: { commits: { erpnext: 'older' } } }), ['app-newer'])
  const unknown: Told = { targetApps, target: { commits: { erpnext: 'unknown' } } }
  assert.equal(found('app-commits-differ', unknown)?.severity, 'warning')
  assert.ok(stepsOf(unknown).includes('bench-migrate'))
  assert.equal(stepsOf({ targetApps, target: { commits: { erpnext: 'newer' } } }).includes('bench-migrate'), true)
})

test('without somebody who may take the write rights at the source, the move is refused unless a weak fence is accepted', () => {
  const source = { missingRights: null }
  assert.deepEqual(blocking({ source }), ['source-administrator-missing'])
  assert.match(found('source-administrator-missing', { source })?.remedies[0] ?? '', /GRANT CREATE USER/)
  const weak: Told = { source, request: { acceptWeakFence: true } }
  assert.deepEqual(blocking(weak), [])
  assert.equal(found('weak-fence', weak)?.severity, 'warning')
  const fence = planOf(weak).steps.find(({ id }) => id === 'write-fence')?.params as { weak: boolean }
  assert.equal(fence.weak, true)
})

test('what would stop the move half way is told before it: no rsync, bench migrate at work, no room, table names in small letters', () => {
  const busy = [{ pid: 7, command: 'bench migrate' }]
  assert.deepEqual(blocking({ source: { busy } }), ['bench-busy'])
  assert.deepEqual(blocking({ target: { hasRsync: false } }), ['rsync-missing'])
  const server = serverOf(undefined, { settings: { ...serverOf().settings, lowerCaseTableNames: 1 } })
  const database = { ...inputOf().target.database, server }
  assert.deepEqual(blocking({ target: { database } }), ['table-names-lowered'])
  assert.deepEqual(blocking({ target: { database: { ...database, server: serverOf(), freeBytes: 10 } } }), [
    'disk-space',
  ])
})

test('a collation the target does not know is mapped, and the plan says to what', () => {
  const collations = [{ name: 'utf8mb4_uca1400_ai_ci', used: ['tabItem.description'] }]
  const source = { database: { ...inputOf().source.database, collations } }
  assert.deepEqual(planOf({ source }).preview.transfer?.collations, [
    { from: 'utf8mb4_uca1400_ai_ci', to: 'utf8mb4_unicode_ci', used: ['tabItem.description'] },
  ])
})

test('a saved plan still fits when rows and files have grown meanwhile, and no longer when a table has changed', () => {
  const tables = inputOf().source.database.tables.map((table) => ({ ...table, estimatedRows: 99, dataBytes: 99 }))
  const files = { public: { present: true, files: 9, bytes: 999 }, private: { present: false, files: 0, bytes: 0 } }
  const grown = { database: { ...inputOf().source.database, tables }, files }
  assert.deepEqual(movedFacts(planOf(), planOf({ source: grown })), [])
  const [first] = tables
  assert.ok(first)
  const other = { database: { ...inputOf().source.database, tables: [first] } }
  assert.match(movedFacts(planOf(), planOf({ source: other })).join(), /^tables of the source/)
})

test('the plan fits on two screens and says first what blocks it and what is done by hand', () => {
  const text = renderTransferPlan(planOf({ targetApps: [appAt('frappe', '15.55.1')] }), plainStyle)
  const lines = text.split('\n')
  assert.ok(lines.length < 90, `${lines.length} lines`)
  assert.ok(lines.findIndex((line) => line.includes('BLOCKED')) < 12)
  assert.ok(text.indexOf('By hand') < text.indexOf('What runs, in this order'))
  assert.match(text, /downtime {3}about \d+ s/)
})

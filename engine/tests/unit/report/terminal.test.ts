import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { benchHome } from '../../../src/execution/run-home.ts'
import { MigratorError } from '../../../src/host/errors.ts'
import { renderError } from '../../../src/report/error.ts'
import { renderChecks } from '../../../src/report/render-checks.ts'
import { renderPlan } from '../../../src/report/render-plan.ts'
import { renderReport } from '../../../src/report/render-report.ts'
import { renderRuns } from '../../../src/report/render-runs.ts'
import { highlighted, plainStyle, terminalStyle } from '../../../src/report/style.ts'
import { check, plan, proof, Story } from './run-story.ts'

const variables = ['NO_COLOR', 'TERM', 'MIGRATOR_TYPED_AS'] as const
const original = new Map(variables.map((name) => [name, process.env[name]]))
afterEach(() => {
  for (const [name, value] of original) {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
})

const ESCAPE = '\u001b'

test('color only on a terminal that wants it', () => {
  delete process.env['NO_COLOR']
  process.env['TERM'] = 'xterm'
  const colored = () => terminalStyle({ isTTY: true }).bad('x').includes(ESCAPE)
  assert.equal(colored(), true)
  assert.equal(terminalStyle({ isTTY: false }).bad('x'), 'x')
  process.env['NO_COLOR'] = '1'
  assert.equal(colored(), false)
  process.env['NO_COLOR'] = ''
  assert.equal(colored(), true, 'an empty NO_COLOR does not count (no-color.org)')
  process.env['TERM'] = 'dumb'
  assert.equal(colored(), false)
})

test('the first ten lines of a plan say what will happen, how long it takes, what it needs, whether anything blocks it', () => {
  const head = renderPlan(plan, plainStyle).split('\n').slice(0, 10).join('\n')
  assert.match(head, /^Rename old\.cloud → new\.domain/)
  assert.match(head, /sites\/old\.cloud → sites\/new\.domain/)
  assert.match(head, /1 configuration item, 4 database values in 2 columns/)
  assert.match(head, /downtime +about 3 s \(4 values by key\)/)
  assert.match(head, /disk +1\.0 MB needed, 2\.0 GB free/)
  assert.match(head, /blocked +by nothing/)
})

test('a plan shows every key, value, offer, exception, reminder and manual step, and ends with the command', () => {
  const text = renderPlan(plan, plainStyle)
  for (const wanted of [
    'host_name: (not set) → https://new.domain',
    'nginx: configuration checked, then reloaded',
    'tabWeb Page.main_section: 3 values',
    '- https://old.cloud/a',
    '+ https://new.domain/a',
    'Website Settings.subdomain: 1 value · code, look at it',
    'switch on with --also-rewrite www.old.cloud',
    'history is never changed:\n    tabVersion.data (7 values)\n    tabError Log.error',
    'DNS: Point new.domain here.',
    'Restart bench start.',
  ])
    assert.ok(text.includes(wanted), wanted)
  assert.equal(
    text.split('\n').at(-1)?.trim(),
    'frappe-migrator rename-domain --source old.cloud --target new.domain --bench /home/frappe/bench',
  )
})

test('a blocked plan says so at once and does not offer to run', () => {
  const blocked = structuredClone(plan)
  const finding = { evidence: 'e', remedies: ['mend it'], subject: 's' }
  blocked.findings = [
    { ...finding, id: 'b', severity: 'information', title: 'A note.' },
    { ...finding, id: 'a', severity: 'critical', title: 'No certificate covers new.domain.' },
  ]
  const text = renderPlan(blocked, plainStyle)
  assert.match(text.split('\n').slice(0, 10).join('\n'), /BLOCKED +No certificate covers new\.domain\./)
  assert.match(text, /critical[\s\S]*1 note on the bench/)
  assert.match(renderPlan(blocked, plainStyle, { details: true }), /critical[\s\S]*A note\./)
  assert.match(text, /look again:\n.*--plan$/)
})

test('the command at the end repeats every switch, quoted where the shell needs it', () => {
  const asked = structuredClone(plan)
  asked.request = {
    ...{ source: 'old.cloud', target: 'new.domain', site: 'old.cloud', renameDirectory: 'yes', url: null },
    ...{ alsoRewrite: ['www.old.cloud'], include: ["tabIt's Mine.x"], exclude: [], certificate: null },
    ...{ certificateKey: null, redirect: false, rebuildSearch: true, deep: false, waitForJobsSeconds: 300 },
    ...{ nginxConfig: null, hostsFile: null, crontabDirectories: null },
  }
  const command = renderPlan(asked, plainStyle).split('\n').at(-1)?.trim()
  assert.equal(
    command,
    `frappe-migrator rename-domain --source old.cloud --target new.domain --site old.cloud --rename-directory yes --also-rewrite www.old.cloud --include 'tabIt'\\''s Mine.x' --no-redirect --rebuild-search --wait-for-jobs 300 --bench /home/frappe/bench`,
  )
})

test('users of the Frappe app are told the commands they have', () => {
  process.env['MIGRATOR_TYPED_AS'] = 'bench migrator'
  assert.match(renderPlan(plan, plainStyle).split('\n').at(-1) ?? '', /^ +bench migrator rename-domain --source/)
  assert.equal(new Story().started().state('attention').report().rollback_command, 'bench migrator rollback --run r1')
  const error = new MigratorError({ code: 'x', kind: 'usage', message: 'm', hint: 'frappe-migrator resume --run r' })
  assert.match(renderError(error, plainStyle), /bench migrator resume/)
})

test('what was read from a site cannot steer the terminal', () => {
  const steering = structuredClone(plan)
  for (const column of steering.preview.rewrite)
    column.samples = [{ row: 'r', before: `${ESCAPE}[2Jold.cloud\u202e`, after: '\u0007new.domain' }]
  for (const letter of [ESCAPE, '\u0007', '\u202e']) assert.ok(!renderPlan(steering, plainStyle).includes(letter))
  const report = new Story()
    .started()
    .proven([check('x', 'failed', { evidence: `${ESCAPE}]0;t` })])
    .state('attention')
  assert.ok(!renderReport(report.report(), plainStyle).includes(ESCAPE))
})

test('a host is set off in any letter case, and text stays whole', () => {
  const mark = (text: string) => `[${text}]`
  assert.equal(highlighted('a OLD.cloud b old.cloud', 'old.cloud', mark), 'a [OLD.cloud] b [old.cloud]')
  assert.equal(highlighted('İ old.cloud', 'old.cloud', mark), 'İ old.cloud')
  assert.equal(highlighted('nothing', '', mark), 'nothing')
})

test('a report fits a screen and shows phases only when something did not go through', () => {
  const story = new Story().started().changed().restarted().proven(proof).end('verify_migration').state('done')
  const good = renderReport(story.report(), plainStyle)
  assert.match(good, /^success: old\.cloud → new\.domain/)
  assert.match(good, /downtime +7\.0 s \(expected about 3 s\)/)
  assert.match(good, /3 values rewritten in 2 columns; 2 more when searched again; 1 changed by others meanwhile/)
  assert.match(good, /https not applicable/)
  assert.doesNotMatch(good, /Phases/)
  assert.ok(good.split('\n').length < 25)
  const bad = renderReport(
    new Story().started().failure('stop_services', 'move-jobs', 'broke', 'keep').state('attention').report(),
    plainStyle,
  )
  assert.match(bad, /^partial:/)
  assert.match(bad, /broke\n +service failure in move-jobs → keep/)
  assert.match(bad, /pre migration checks +completed +1\.0 s/)
})

test('evidence comes with a verdict', () => {
  assert.match(renderChecks(proof, plainStyle), /n\/a +Title of https[\s\S]*Verdict: passed, 3 of 3\.$/)
  const failed = renderChecks([check('a', 'failed', { remedy: 'do it' }), check('b', 'warning')], plainStyle)
  assert.match(failed, /FAIL Title of a +a seen\n +→ do it\nwarn[\s\S]*Verdict: 1 of 2 failed\.$/)
})

test('runs are listed with when, state and site', () => {
  assert.equal(renderRuns([], plainStyle), 'There is no run on this bench.')
  const lines = new Story().state('running').state('done').lines
  const at = (id: string) => ({
    ...{ home: benchHome('/bench'), id, path: '', plan: '', journal: '', vault: '' },
    ...{ report: '', page: '', log: '', reserve: '' },
  })
  assert.equal(
    renderRuns([{ run: at('r1'), state: 'done', plan, lines }], plainStyle),
    'r1  2026-01-01 00:00 UTC  done          old.cloud → new.domain',
  )
})

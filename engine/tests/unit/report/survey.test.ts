import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderSurvey } from '../../../src/report/render-survey.ts'
import { plainStyle } from '../../../src/report/style.ts'
import { factsOf, nameOf, siteOf } from '../workflows/facts.ts'

const bench = '/home/frappe/frappe-bench'
const site = siteOf('old.cloud', {
  names: [
    nameOf('www.old.cloud', 'nginx', {
      sources: [
        { from: 'nginx', where: `${bench}/config/nginx.conf:12` },
        { from: 'nginx', where: `${bench}/config/nginx.conf:40` },
        { from: 'hosts-file', where: '/etc/hosts:3' },
      ],
    }),
  ],
})
const certificate = (names: string[], validTo: string, problem: string | null = null) => ({
  ...{ certificate: `/etc/ssl/${names[0]}.pem`, key: null, names, validFrom: '', keyMatches: null },
  ...{ validTo, problem },
})
const facts = factsOf([site, siteOf('second.test')], {
  certificates: [
    certificate(['*.old.cloud'], '2026-06-01T00:00:00.000Z'),
    certificate(['second.test'], '2026-01-20T00:00:00.000Z'),
    certificate(['gone.test'], '2025-12-01T00:00:00.000Z'),
  ],
  crontab: [
    {
      ...{ where: '/etc/cron.d/erp', kind: 'system-file' as const, line: 2, names: ['old.cloud'] },
      text: '0 4 * * * frappe curl -u me:S3CRET https://old.cloud/ping',
    },
  ],
  processManager: { kind: 'supervisor', where: [`${bench}/config/supervisor.conf`], running: [] },
})
const now = new Date('2026-01-01T00:00:00.000Z')
const ofBench = renderSurvey(facts, null, plainStyle, now)

test('every name is told with the places it stands in', () =>
  assert.match(
    ofBench,
    /www\.old\.cloud\n +nginx +config\/nginx\.conf:12, config\/nginx\.conf:40\n +hosts-file +\/etc\/hosts:3/,
  ))

test('certificates are told with their names and when they expire, sooner ones with their days', () => {
  assert.match(ofBench, /\/etc\/ssl\/\*\.old\.cloud\.pem: \*\.old\.cloud; until 2026-06-01\n/)
  assert.match(ofBench, /second\.test; until 2026-01-20, 19 days/)
  assert.match(ofBench, /gone\.test; expired, until 2025-12-01/)
})

test('crontab lines that name a site are shown without the password in them, and the process manager with its files', () => {
  assert.match(ofBench, /\/etc\/cron\.d\/erp:2 {2}0 4 \* \* \* frappe curl -u me:\*\*\* https:\/\/old\.cloud\/ping/)
  assert.match(ofBench, /supervisor: config\/supervisor\.conf; 0 processes of this bench/)
})

test('of one site only what concerns it', () => {
  const ofSite = renderSurvey(facts, site, plainStyle, now)
  assert.match(ofSite, /\*\.old\.cloud; until/)
  assert.doesNotMatch(ofSite, /second\.test|gone\.test/)
  assert.doesNotMatch(renderSurvey(facts, siteOf('second.test'), plainStyle, now), /cron\.d/)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderPage } from '../../../src/report/page.ts'
import { renderReport } from '../../../src/report/render-report.ts'
import { plainStyle } from '../../../src/report/style.ts'
import { maskText } from '../../../src/rewrite/mask-text.ts'
import { check, plan, Story } from '../report/run-story.ts'

test('whatever shape a secret comes in, it does not come out', () => {
  for (const text of [
    'https://user:hunter2@host/path',
    'redis://:hunter2@127.0.0.1:6379',
    'GET https://host/?token=hunter2&x=1',
    'https://host/cb?a=1&api_key=hunter2#top',
    'password=hunter2',
    'db_password: hunter2',
    '{"db_password": "hunter2", "a": 1}',
    '{"encryption_key":"two words hunter2"}',
    String.raw`{\"admin_password\": \"hunter2\"}`,
    "secret = 'it has hunter2 inside'",
    'Authorization: Bearer hunter2.hunter2',
    'Authorization: token hunter2:hunter2',
    'Authorization: Basic aHVudGVyMg==hunter2',
    "ALTER USER x IDENTIFIED BY 'hunter2'",
    'mariadb-dump --password=hunter2 db',
  ]) {
    assert.ok(!maskText(text).includes('hunter2'), maskText(text))
    assert.equal(maskText(maskText(text)), maskText(text), 'masking twice changes nothing more')
  }
})

test('what is no secret stays readable', () => {
  for (const text of [
    'http://new.domain at 127.0.0.1:8000: /login 200',
    'tabConnected App.token_uri: 3 values',
    '6 of 6 encrypted secrets open; set c00a7c15bd88d0fe',
    'https://old.cloud/app?from=check',
    'user@old.cloud stays',
    'basic authentication is not used',
    'maintenance_mode = not set, pause_scheduler = not set',
  ])
    assert.equal(maskText(text), text)
})

test('masking takes time in proportion to the text', () => {
  const started = performance.now()
  maskText(`${'password'.repeat(20_000)} ${'a.'.repeat(50_000)} ${'//'.repeat(50_000)}`)
  assert.ok(performance.now() - started < 2000)
})

test('secrets in evidence and failures reach neither the data nor the text nor the page', () => {
  const leak = 'GET https://user:pw-hunter2@host?token=abc-hunter2 password=hunter2'
  const report = new Story()
    .started()
    .failure('stop_services', 'move-jobs', leak, 'keep')
    .proven([check('http-proxy', 'failed', { evidence: leak, remedy: leak })])
    .reverted('rewrite-rows', 1, [{ what: leak, left: leak, now: leak }])
    .state('attention')
    .report()
  const leaking = structuredClone(plan)
  leaking.preview.configuration = [{ file: '/x', what: leak, before: leak, after: leak }]
  leaking.preview.skipped = [{ what: leak, values: 1, reason: leak }]
  for (const text of [JSON.stringify(report), renderReport(report, plainStyle), renderPage(report, leaking)]) {
    assert.ok(!text.includes('hunter2'))
    assert.ok(text.includes('***@host'))
  }
})
